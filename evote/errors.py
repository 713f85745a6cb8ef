# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the organiser's commands say when they refuse: the trustees' two kinds, and no others.

``Refusal`` (exit status 1): understood, and refused. ``Unreadable`` (2): unreadable, or misused.
Each is one plain French sentence and an advice. Of a fault of our own, the server's log says the
kind and the place.
"""

import traceback
from pathlib import Path

from tally.errors import Refusal, Unreadable

__all__ = ["Refusal", "Unreadable", "kind_and_place", "place_of"]


def kind_and_place(error: Exception) -> str:
    """Return what there is to say of a fault of ours: its message may have anything in it."""
    return f"{type(error).__name__}, {place_of(error)}"


def place_of(error: Exception) -> str:
    """Return the file and the line where it was raised; ``unknown`` if it never was."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"
