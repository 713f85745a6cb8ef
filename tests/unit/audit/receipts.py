# SPDX-License-Identifier: AGPL-3.0-or-later
"""Receipts of the forged election on a server, for the tests of what they come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from tests.tamper.forge.logs import LogKey, board_key, inclusion
from tests.tamper.forge.papers import digits, extra, receipt, stamped, written
from tests.tamper.record import SERVED, Files, served

KEY = board_key(SERVED.uuid)
COUNT = len(SERVED.votes)
THIEF = LogKey(KEY.name, b"t" * 32)
Tell = Callable[..., tuple[int, str]]


# A clock of whoever reads a receipt, later than all stamps.
LATER = 2_000_000_000


@cache
def whole() -> Files:
    """The record of the whole election."""
    return served()


def ballot(files: Files, number: int) -> bytes:
    return files.archive.datum("Ballot", number=number).content


def of(files: Files, index: int, events: Sequence[bytes] = ()) -> bytes:
    """The receipt of the ballot at this place, when the board had these events, or all."""
    return receipt(events or files.events(), index, ballot(files, index - 1), KEY)


def link(files: Files, index: int, events: Sequence[bytes] = (), key: LogKey = KEY) -> str:
    """The same as a link (§20.4), on the site that the board's name has."""
    host, uuid, _ = key.name.split("/")
    number = digits(events or files.events(), index, ballot(files, index - 1), key)
    return f"https://{host}/e/{uuid}/receipt#{number}"


def with_lines(change: Callable[[list[str]], Sequence[str]], index: int = 2) -> bytes:
    """A receipt with other extra data."""
    files = whole()
    events = files.events()
    lines = change(extra(events[index], ballot(files, index - 1), KEY.vkey))
    return written(lines, index, inclusion(events, index), stamped(events, KEY))


def replaced(at: int, line: str) -> bytes:
    """A receipt with one line of its extra data replaced."""
    return with_lines(lambda lines: [*lines[:at], line, *lines[at + 1 :]])
