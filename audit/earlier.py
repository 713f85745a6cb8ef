# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``--since`` may be: an archive, a record, or a checkpoint kept from it. §17.3.

What is there and cannot be taken apart is a damaged copy: it says nothing of the record beside it.
An error of the system is neither: of what could not be read nothing is known.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from audit.as_given import LINE_ENDS, has_line_ends_of_others
from audit.notes import Checkpoint, decode_checkpoint
from audit.record import MAX_CHECKPOINT, Record, open_record
from audit.system import explained, open_regular
from audit.words import Malformed, Text, Unreached, Unreadable

_SIGNATURES = b"\n\n\xe2\x80\x94 "  # the empty line of a signed note, and its first signature


@dataclass(frozen=True, slots=True)
class Damaged:
    """A copy that cannot be taken apart, and why."""

    why: Text


Earlier = Record | Checkpoint | Damaged


@contextlib.contextmanager
def open_earlier(path: Path) -> Iterator[Earlier]:
    """The earlier state at ``path``, for as long as the context lasts.

    Raises:
        Unreadable: there is nothing to read, the system does not let it be read or unpacked, or a
            folder that is no record.
    """
    checkpoint = _checkpoint(path)
    if checkpoint is not None:
        yield checkpoint
        return
    with contextlib.ExitStack() as stack:
        try:
            earlier: Earlier = stack.enter_context(open_record(path))
        except Malformed as refusal:
            earlier = Damaged(refusal.text)
        except Unreached:
            raise
        except Unreadable as refusal:
            if path.is_dir():
                raise
            earlier = Damaged(refusal.text)  # a zip: the file itself has been read
        yield earlier


def _checkpoint(path: Path) -> Checkpoint | Damaged | None:
    """The checkpoint of a file that is one, well formed or not."""
    try:
        if path.is_dir():
            return None
        with open_regular(path) as file:
            data = file.read(MAX_CHECKPOINT + 1)
    except OSError as error:
        raise Unreached(*explained(error)) from error
    # An archive or a record's zip may have the text of a checkpoint inside.
    own_ends = data.replace(b"\r\n", b"\n")
    if data.startswith((b"BELENIOS", b"PK")) or _SIGNATURES not in own_ends:
        return None
    if has_line_ends_of_others(data):
        return Damaged(LINE_ENDS)
    try:
        return decode_checkpoint(data)
    except Malformed as refusal:
        return Damaged(refusal.text)
