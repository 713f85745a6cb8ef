#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# Usage: setup/chromium.sh
# Has Debian's Chromium installed, for the tests that use a browser. Does nothing where it is
# installed already; installs it where that may be done without asking (root, on Debian).
set -eu

stop() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
command -v apt-get >/dev/null 2>&1 ||
    stop "the browser tests need Chromium: install it so that the command chromium is found"
[ "$(id -u)" -eq 0 ] ||
    stop "the browser tests need Chromium: sudo apt-get install chromium"

echo "setup: installing Chromium"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update || stop "the Debian archive is not within reach"
apt-get -qq install --yes --no-install-recommends chromium >/dev/null ||
    stop "Chromium could not be installed"
