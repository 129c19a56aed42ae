#!/usr/bin/env bash
# Writes the two lock files anew from pyproject.toml. Needs uv. Only wheels: a bare machine has no compiler.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
compile=(
    "${UV:-uv}" pip compile pyproject.toml --quiet --universal --python-version 3.11 --only-binary :all:
    --generate-hashes --no-emit-index-url --no-header --no-annotate
)
"${compile[@]}" --output-file installer/requirements.txt "$@"
# What runs under test is what runs at a desk: the gate adds to the lock, never changes it.
"${compile[@]}" --extra dev --constraints installer/requirements.txt --output-file installer/requirements-dev.txt "$@"
