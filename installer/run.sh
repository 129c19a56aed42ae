#!/usr/bin/env bash
# Sets Backoffice up where that is still to be done, and opens it on demo data.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: installer/run.sh [--headless] [--pictures DIR] [--json FILE] [--data-dir DIR]

Opens Backoffice, the desk of a call centre, on demo data. The first start sets it up.

  --headless       no window: drive one whole phone order through the real screens, and exit with 0
                   only if all of it came true
  --pictures DIR   with --headless: write a picture of each screen into DIR
  --json FILE      with --headless: write an account of what happened to FILE
  --data-dir DIR   keep the data in DIR instead of the usual place
  --help           this text

Exit codes of its own: 3 something must be installed first (it says what), 4 there is no display,
5 set-up failed.
TEXT
}

headless=
for argument in "$@"; do
    case $argument in
        --headless) headless=yes ;;
        -h | --help)
            usage
            exit 0
            ;;
    esac
done

# shellcheck source=installer/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

if [[ $headless ]]; then
    export QT_QPA_PLATFORM=offscreen
    display=offscreen
elif [[ ${QT_QPA_PLATFORM:-} && $QT_QPA_PLATFORM != xcb* && $QT_QPA_PLATFORM != wayland* ]]; then
    display=offscreen
elif [[ ${DISPLAY:-} ]]; then
    display=x11
elif [[ ${WAYLAND_DISPLAY:-} ]]; then
    display=wayland
else
    die 4 "There is no display here (DISPLAY and WAYLAND_DISPLAY are empty), so no window can open." \
        $'\n'"Start it from a desktop session, connect with 'ssh -X', or run it without a window:" \
        $'\n\n'"    installer/run.sh --headless --pictures pictures --json account.json"
fi

ensure_environment requirements "$display"
exec "$venv/bin/python" -P -m ui "$@"
