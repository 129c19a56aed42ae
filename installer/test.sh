#!/usr/bin/env bash
# Sets up what the gate needs, and passes the whole of it: the one word "is it good?"
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: installer/test.sh [--quick]

Runs the gate: ruff, its formatter, mypy, import-linter, pytest with coverage. Exits 0 only if all pass.

  --quick   leaves out the tests marked slow, and asks for no coverage
  --help    this text
TEXT
}

quick=
for argument in "$@"; do
    case $argument in
        --quick) quick=yes ;;
        -h | --help)
            usage
            exit 0
            ;;
        *)
            printf 'test.sh does not know %s\n' "$argument" >&2
            usage >&2
            exit 2
            ;;
    esac
done

# shellcheck source=installer/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

ensure_environment requirements-dev gate
cd "$root"
export QT_QPA_PLATFORM=offscreen

summary=()
failed=0

# step NAME COMMAND...: all of them run, so that one look shows everything that is wrong.
step() {
    local name=$1 begun=$SECONDS word=passed
    shift
    printf '\n== %s\n' "$name"
    if ! "$@"; then
        word=FAILED
        failed=1
    fi
    summary+=("$(printf '%-14s %-7s %4d s' "$name" "$word" $((SECONDS - begun)))")
}

python="$venv/bin/python"
step "ruff check" "$python" -m ruff check .
step "ruff format" "$python" -m ruff format --check .
step "mypy" "$python" -m mypy
step "import-linter" "$venv/bin/lint-imports"
if [[ $quick ]]; then
    step "pytest" "$python" -m pytest -n 2 -m "not slow"
else
    step "pytest" "$python" -m pytest -n 2 --cov --cov-report=term
fi

printf '\n== the gate, in %d s\n' "$SECONDS"
printf '%s\n' "${summary[@]}"
exit "$failed"
