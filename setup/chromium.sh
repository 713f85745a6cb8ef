#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Usage: setup/chromium.sh
# Has Debian's Chromium installed, for the tests that use a browser, and beside it the same engine
# without windows, in which they take half the time; where there is only Chromium, that does for
# all of them. Does nothing where both are installed already; installs them where that may be done
# without asking (root, on Debian).
set -eu

stop() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

found() {
    command -v "$1" >/dev/null 2>&1
}

if found chromium && found chromium-headless-shell; then
    exit 0
fi
if found chromium && { ! found apt-get || [ "$(id -u)" -ne 0 ]; }; then
    exit 0
fi
command -v apt-get >/dev/null 2>&1 ||
    stop "the browser tests need Chromium: install it so that the command chromium is found"
[ "$(id -u)" -eq 0 ] ||
    stop "the browser tests need Chromium: sudo apt-get install chromium"

# Chromium alone does for all tests: that the other cannot be had now stops nothing.
missing() {
    if found chromium; then
        printf 'setup: %s; the tests use Chromium alone, which takes longer\n' "$1" >&2
        exit 0
    fi
    stop "$1"
}

echo "setup: installing Chromium"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update || missing "the Debian archive is not within reach"
apt-get -qq install --yes --no-install-recommends chromium chromium-headless-shell >/dev/null ||
    apt-get -qq install --yes --no-install-recommends chromium >/dev/null ||
    missing "Chromium could not be installed"
