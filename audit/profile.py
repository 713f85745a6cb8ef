# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which profile applies: Préau as soon as one ``evote`` member is found. docs/protocol.md §14."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from audit.archive import Datum, read_exactly
from audit.board import Board
from audit.strict_json import decode
from audit.words import Malformed


def has_bindings(file: BinaryIO, board: Board) -> bool:
    """Whether any object that may carry bindings has a member named ``evote``."""
    return any(_names_evote(read_exactly(file, datum)) for datum in _carriers(board))


def _carriers(board: Board) -> Iterator[Datum]:
    for posted in (board.setup, board.tally, *board.partials, board.result):
        if posted is not None:
            yield from posted.data


def _names_evote(data: bytes) -> bool:
    if b"evote" not in data and b"\\u" not in data:
        return False
    try:
        stack: list[Any] = [decode(data)]
    except Malformed:
        return b'"evote"' in data
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if "evote" in value:
                return True
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    return False
