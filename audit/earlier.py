# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``--since`` may be: an archive, a record, or a checkpoint kept from it. §17.3."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from audit.notes import Checkpoint, decode_checkpoint
from audit.record import MAX_CHECKPOINT, Record, open_record
from audit.system import explained, open_regular
from audit.words import Malformed, Unreadable

_SIGNATURES = b"\n\n\xe2\x80\x94 "  # the empty line of a signed note, and its first signature


@contextlib.contextmanager
def open_earlier(path: Path) -> Iterator[Record | Checkpoint]:
    """The earlier state at ``path``, for as long as the context lasts.

    Raises:
        Unreadable: there is nothing to read, or a malformed checkpoint.
    """
    checkpoint = _checkpoint(path)
    if checkpoint is not None:
        yield checkpoint
        return
    with open_record(path) as record:
        yield record


def _checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint of a file that is one, well formed or not."""
    try:
        if path.is_dir():
            return None
        with open_regular(path) as file:
            data = file.read(MAX_CHECKPOINT + 1)
    except OSError as error:
        raise Unreadable(*explained(error)) from error
    # An archive or a record's zip may have the text of a checkpoint inside.
    if data.startswith((b"BELENIOS", b"PK")) or _SIGNATURES not in data:
        return None
    try:
        return decode_checkpoint(data)
    except Malformed as refusal:
        raise Unreadable(*refusal.text) from refusal
