#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Usage: setup/find_python.sh VERSION
# Prints a Python of that version, such as 3.13, from the PATH or from pyenv; nothing if none is.
set -eu

works() {
    "$1" -c "import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != tuple(map(int, '$2'.split('.'))))" \
        >/dev/null 2>&1
}

for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
    if works "$candidate" "$1"; then
        echo "$candidate"
        exit
    fi
done
