#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Usage: setup/venv.sh FOLDER [PYTHON]
# Makes the virtual environment FOLDER with exactly the packages of requirements/dev.txt, each
# checked against its hash, and with this project itself, editable.
set -eu

venv=$1
wanted=${2:-}

stop() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "$wanted" ]; then
        new_enough "$wanted" || stop "PYTHON=$wanted is not a Python 3.11 or newer"
        echo "$wanted"
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11; do
        if new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    stop "no Python 3.11 or newer was found: install one, or say where it is with PYTHON=/path/to/python"
}

if ! { [ -z "$wanted" ] && new_enough "$venv/bin/python"; }; then
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        stop "$python cannot make virtual environments: install Debian's python3-venv, or give another PYTHON="
    echo "setup: making $venv with $("$python" --version)"
    "$python" -m venv "$venv" || stop "the virtual environment $venv could not be made"
fi

echo "setup: installing the locked packages"
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input \
    --require-hashes --only-binary :all: -r requirements/dev.txt ||
    stop "the locked packages could not be installed: is the Python package index within reach?"
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input \
    --no-deps --no-build-isolation --no-index --editable . ||
    stop "the project itself could not be installed"
