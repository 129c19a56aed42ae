# shellcheck shell=bash
# Sourced by run.sh and test.sh. Makes .venv from a lock file, once:
#
# 1. find a Python that is new enough
# 2. find the system libraries Qt needs; install them, or say the one command that does
# 3. make .venv, install exactly what the lock file names, and put this checkout on its path
# 4. leave a stamp, so that the next start has nothing to do
#
# Exit codes: 3 something must be installed first (the message says what), 5 set-up failed.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
venv="$root/.venv"
setup_log="$root/.venv-setup.log"
unfinished="$root/.venv-unfinished"

offscreen_libraries=(
    libGL.so.1:libgl1
    libEGL.so.1:libegl1
    libxkbcommon.so.0:libxkbcommon0
    libdbus-1.so.3:libdbus-1-3
    libfontconfig.so.1:libfontconfig1
    libglib-2.0.so.0:libglib2.0-0
)
x11_libraries=(
    libxkbcommon-x11.so.0:libxkbcommon-x11-0
    libxcb-cursor.so.0:libxcb-cursor0
    libxcb-icccm.so.4:libxcb-icccm4
    libxcb-image.so.0:libxcb-image0
    libxcb-keysyms.so.1:libxcb-keysyms1
    libxcb-render-util.so.0:libxcb-render-util0
    libxcb-shape.so.0:libxcb-shape0
    libxcb-util.so.1:libxcb-util1
    libxcb-xkb.so.1:libxcb-xkb1
)
wayland_libraries=(
    libwayland-client.so.0:libwayland-client0
    libwayland-cursor.so.0:libwayland-cursor0
    libwayland-egl.so.1:libwayland-egl1
)

# What the gate's crash machine needs besides: it kills SQLite at system calls.
gate_programs=(
    bin/strace:strace
)

# Nothing of the caller's own Python may leak in: not its path, not its home.
unset PYTHONPATH PYTHONHOME
export PYTHONSAFEPATH=1

say() { printf '%s\n' "$*" >&2; }

die() {
    local code=$1
    shift
    say "$@"
    exit "$code"
}

# ensure_environment LOCK DISPLAY: .venv holds what LOCK ("requirements" or "requirements-dev") names,
# and the libraries for DISPLAY ("offscreen", "x11", "wayland", or "gate": offscreen and its programs) are there.
ensure_environment() {
    local lock=$1 display=$2
    is_ready "$lock" "$display" && return
    # Two starts at once: the second waits for the first, then finds everything done.
    exec 9>"$root/.venv-lock" || die 5 "Cannot write to $root: set-up keeps its environment there."
    if command -v flock >/dev/null && ! flock --nonblock 9; then
        say "Another set-up of this checkout is running; waiting for it ..."
        flock 9
    fi
    if ! is_ready "$lock" "$display"; then
        find_python
        provide_system_packages "$display"
        stamp_of "$lock" | cmp --silent - "$venv/$lock.stamp" || install_lock "$lock"
        : >"$venv/$display.checked"
        say "Set-up is done."
    fi
    exec 9>&-
}

is_ready() {
    local lock=$1 display=$2
    [[ ! -e $unfinished && -e "$venv/$display.checked" ]] && stamp_of "$lock" | cmp --silent - "$venv/$lock.stamp"
}

# What .venv was made from: the lock, this place, the interpreter. Any change makes it again.
stamp_of() {
    sha256sum <"$root/installer/$1.txt"
    printf '%s\n' "$root"
    readlink -f "$venv/bin/python" || true
}

find_python() {
    local candidate
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        python="$(command -v "$candidate")" || continue
        "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null && return
    done
    die 3 "Backoffice needs Python 3.11, 3.12, 3.13 or 3.14, and found none of them on this machine. Please run:" \
        $'\n\n'"    $(as_root "apt-get update && apt-get install --yes python3 python3-venv")" \
        $'\n\n'"(on Ubuntu 22.04 the packages are python3.11 and python3.11-venv) and start again."
}

provide_system_packages() {
    local display=$1 missing=()
    mapfile -t missing < <(missing_packages "$display")
    ((${#missing[@]})) || return 0
    local -a install=(apt-get install --yes --no-install-recommends "${missing[@]}")
    local by_hand
    by_hand="$(as_root "apt-get update && ${install[*]}")"
    command -v apt-get >/dev/null ||
        die 3 "Backoffice needs system packages this machine does not have. Their names on Debian: ${missing[*]}"
    local -a privileged=()
    if ((EUID != 0)); then
        privileged=(sudo -n)
        sudo -n true 2>/dev/null ||
            die 3 "Backoffice needs ${#missing[@]} system packages and may not install them itself. Please run:" \
                $'\n\n'"    $by_hand"$'\n\n'"and start again."
    fi
    say "Installing ${#missing[@]} system packages: ${missing[*]} ..."
    privileged+=(env DEBIAN_FRONTEND=noninteractive)
    { "${privileged[@]}" apt-get update && "${privileged[@]}" "${install[@]}"; } >"$setup_log" 2>&1 </dev/null ||
        die 5 "$(tail -n 15 "$setup_log")"$'\n\n'"The system packages could not be installed. By hand: $by_hand"
    mapfile -t missing < <(missing_packages "$display")
    ((${#missing[@]} == 0)) || die 5 "Installed, but still not found: ${missing[*]}. The log is $setup_log"
}

# The Debian packages that are missing, one a line.
missing_packages() {
    local -a wanted=("${offscreen_libraries[@]}")
    case $1 in
        x11) wanted+=("${x11_libraries[@]}") ;;
        wayland) wanted+=("${wayland_libraries[@]}") ;;
        gate) wanted+=("${gate_programs[@]}") ;;
        offscreen) ;;
    esac
    "$python" - "${wanted[@]}" <<'PYTHON'
import ctypes
import shutil
import sys

for wanted in sys.argv[1:]:
    library, package = wanted.split(":")
    if library.startswith("bin/"):
        if shutil.which(library.removeprefix("bin/")) is None:
            print(package)
        continue
    try:
        ctypes.CDLL(library)
    except OSError:
        print(package)
try:
    import ensurepip, venv  # Debian keeps these in a package of their own
except ImportError:
    print("python{}.{}-venv".format(*sys.version_info))
PYTHON
}

# The line a person types to have COMMAND run as root.
as_root() {
    if ((EUID == 0)); then
        printf '%s' "$1"
    elif command -v sudo >/dev/null; then
        printf "sudo sh -c '%s'" "$1"
    else
        printf "su -c '%s'" "$1"
    fi
}

install_lock() {
    local lock=$1
    say "Setting up (once, about 2 minutes) ..."
    # A set-up that was cut short, or another interpreter, or another place: begin anew.
    # Otherwise only the lock changed, and pip changes what changed.
    local -a clear=()
    if [[ -e $unfinished ]] || ! belongs_here; then
        clear=(--clear)
    fi
    : >"$unfinished"
    rm -f "$venv"/*.stamp
    say "  making .venv with $("$python" --version) ..."
    "$python" -m venv "${clear[@]}" "$venv" >"$setup_log" 2>&1 || setup_failed
    say "  downloading and installing $(grep --count '==' "$root/installer/$lock.txt") packages ..."
    local -a cache=()
    [[ -n ${HOME:-} && -w ${HOME:-} ]] || cache=(--no-cache-dir)
    "$venv/bin/python" -m pip install --require-hashes --no-deps --only-binary :all: \
        --no-input --disable-pip-version-check --progress-bar off "${cache[@]}" \
        -r "$root/installer/$lock.txt" >>"$setup_log" 2>&1 </dev/null || setup_failed
    put_checkout_on_path
    rm -f "$unfinished"
    # Everything the application needs is in the lock of the gate too.
    stamp_of requirements >"$venv/requirements.stamp"
    [[ $lock == requirements ]] || stamp_of "$lock" >"$venv/$lock.stamp"
}

belongs_here() {
    [[ -x "$venv/bin/python" && -e "$venv/requirements.stamp" ]] &&
        stamp_of requirements | tail -n 2 | cmp --silent - <(tail -n 2 "$venv/requirements.stamp") &&
        "$venv/bin/python" -m pip --version >/dev/null 2>&1
}

# The application runs from the checkout: a path file and a command, so no build tool is needed.
put_checkout_on_path() {
    local packages
    packages="$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
    printf '%s\n' "$root" >"$packages/backoffice-checkout.pth"
    cat >"$venv/bin/backofficectl" <<'COMMAND'
#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -P -m backoffice.cli "$@"
COMMAND
    chmod +x "$venv/bin/backofficectl"
}

setup_failed() {
    die 5 "$(tail -n 15 "$setup_log")"$'\n\n'"Set-up failed; the whole log is $setup_log. It is safe to start again."
}
