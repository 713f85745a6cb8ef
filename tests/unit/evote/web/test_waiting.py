# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits for a thread is done, or never begun."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from evote.database.connection import DatabaseUnavailable
from evote.web import waiting


def in_turn(work: Callable[..., object], *arguments: object) -> object:
    """Do it from an event loop of its own, whatever loop this thread has."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(waiting.in_turn(work, *arguments))).result()


def test_what_finds_a_thread_is_done_with_what_it_was_given() -> None:
    assert in_turn(divmod, 7, 2) == (3, 1)


def test_what_waited_longer_than_a_booth_does_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", -1)
    with pytest.raises(DatabaseUnavailable):
        in_turn(begun.append, 1)
    assert begun == []
