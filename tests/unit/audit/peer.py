# SPDX-License-Identifier: AGPL-3.0-or-later
"""The elections that another program made (tests/vectors/README.md), as files and as ballots."""

from __future__ import annotations

from pathlib import Path

from audit.archive import read_exactly
from audit.board import Board, read_board
from audit.election import Election, decode_election

FOLDER = Path(__file__).parents[2] / "vectors" / "peer"
RESULTS = {
    "plain": ((3, 3, 1, 2),),
    "server": ((3, 3, 1, 2),),
    "t35": ((3, 3, 1, 2),),
    "multi": ((5, 3), (5, 2, 1, 2), (2, 1, 2, 6)),
    "six-lists-300": ((122, 70, 40, 23, 16, 10, 19),),
}
OPEN = ("plain", "server", "t35", "multi")


def archive(name: str, *, still_open: bool = False) -> Path:
    """The path of one archive, as it ended or as it was before closing."""
    folder = FOLDER / name / "open" if still_open else FOLDER / name
    (path,) = folder.glob("*.bel")
    return path


def board(name: str) -> Board:
    with archive(name).open("rb") as file:
        return read_board(file)


def election_bytes(name: str) -> bytes:
    with archive(name).open("rb") as file:
        datum = read_board(file).setup_datum("election")
        assert datum is not None
        return read_exactly(file, datum)


def election(name: str) -> Election:
    return decode_election(election_bytes(name), strict=False)[0]


def ballots(name: str) -> list[bytes]:
    with archive(name).open("rb") as file:
        posted = read_board(file).ballots
        return [read_exactly(file, posted.datum(index)) for index in range(len(posted))]


def without_members_after(name: str, count: int) -> bytes:
    """The first bytes of an archive, cut after ``count`` members."""
    data = archive(name).read_bytes()
    offset = 0
    for _ in range(count):
        size = int(data[offset + 124 : offset + 135], 8)
        offset += 512 + -(-size // 512) * 512
    return data[:offset]
