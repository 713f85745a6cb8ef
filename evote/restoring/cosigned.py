# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lines of witnesses in a note that is adopted: only those that hold: §18.4, §18.6.

A note from outside may have any line below its log's own. A false one of a witness that the
election names would have the verifier refuse an honest record (C32).
"""

from collections.abc import Iterable, Sequence

from evote.publishing.cosigning import own_lines
from protocol.cosignatures import CosignerVerifierKey, append_line, cosigned_at
from protocol.errors import ProtocolError
from protocol.note_format import Note
from protocol.notes import Checkpoint


def with_lines_that_hold(
    note: bytes, seen: Iterable[bytes], witnesses: Sequence[CosignerVerifierKey]
) -> bytes:
    """Return a note with its log's lines, and one of each witness that has co-signed the same tree.

    Args:
        note: that the log's key signed.
        seen: all notes of this log, this one among them.
        witnesses: that the election names; lines of others are not kept.
    """
    adopted, read = own_lines(note), Note.decode(note)
    same = [each for each in map(Note.decode, seen) if each.text == read.text]
    checkpoint = Checkpoint.decode(read.text)
    for key in witnesses:
        for line in (line for each in same for line in each.of(key.name, key.key_id)):
            try:
                cosigned_at(checkpoint, [line], key)
            except ProtocolError:
                continue
            adopted = append_line(adopted, line)
            break
    return adopted
