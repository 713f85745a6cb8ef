# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every byte of a small archive, changed one at a time: none may pass.

Almost every change shows in the container alone: a header, a padding, a name or the hash of a
content (C01 to C05), which the verifier reads first. There its own reading is called and asked
whether it found the archive whole; where it did, and on a sample of the others, the whole
verification is made and must refuse.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from audit.board import read_board
from audit.record import Record
from audit.verify import Options
from audit.verify import verify as audit_verify
from audit.words import Unreadable, Unsupported
from tests.tamper.damage import SCHOOL
from tests.tamper.forge.remake import Forge
from tests.tamper.verifier import verify

TWO_BALLOTS = replace(SCHOOL, votes=SCHOOL.votes[1:])
SAMPLE = 211  # every so many bytes, the whole verification
PARTS = 8  # so that several processes can share the work


def pattern(offset: int) -> int:
    """The bits to flip: one, two, or all of them, by the place."""
    return (1 << offset % 8, 0x20, 0xFF, 0x81)[offset // 8 % 4]


@pytest.fixture(scope="module")
def archive() -> bytes:
    return Forge(TWO_BALLOTS).archive()


def found_whole(file: BinaryIO) -> bool:
    """Whether the verifier's reading finds no fault of C01 to C05."""
    try:
        return read_board(file).whole
    except (Unreadable, Unsupported):
        return False


def refused(path: Path) -> bool:
    try:
        return not audit_verify(Record(path, folder=False), None, Options(jobs=1)).valid
    except (Unreadable, Unsupported):
        return True


def test_the_archive_itself_is_whole_and_accepted(archive: bytes, tmp_path: Path) -> None:
    path = tmp_path / "election.bel"
    path.write_bytes(archive)
    with path.open("rb") as file:
        assert found_whole(file)
    assert verify(archive).status == 0


@pytest.mark.parametrize("part", range(PARTS))
def test_no_changed_byte_passes(archive: bytes, tmp_path: Path, part: int) -> None:
    path = tmp_path / "election.bel"
    path.write_bytes(archive)
    passed = []
    size = len(archive)
    with path.open("r+b", buffering=0) as writing, path.open("rb", buffering=0) as reading:
        for offset in range(size * part // PARTS, size * (part + 1) // PARTS):
            writing.seek(offset)
            writing.write(bytes([archive[offset] ^ pattern(offset)]))
            if (found_whole(reading) or offset % SAMPLE == 0) and not refused(path):
                passed.append(offset)
            writing.seek(offset)
            writing.write(archive[offset : offset + 1])
    assert passed == []
    assert path.read_bytes() == archive
