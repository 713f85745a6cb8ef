# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote serve --ready-made``: a fictitious school is made, open to be voted in, then served."""

import os
import sys
from pathlib import Path

from evote.cli.demo_screen import Screen
from evote.demo.place import Place
from evote.demo.ready_made import ready_made_school
from evote.web.booth import booth_files


def make_ready(folder: Path, address: str) -> None:
    """Make the school in a folder, set the environment for it, and print the parents' links.

    Args:
        folder: that is not there yet, or has such a school.
        address: at which it will be served.
    """
    place = Place(folder, address)
    screen = Screen(quiet=not sys.stderr.isatty())
    letters = ready_made_school(place, booth_files, screen.progress)
    os.environ.update(place.environment())
    print(letters, flush=True)
