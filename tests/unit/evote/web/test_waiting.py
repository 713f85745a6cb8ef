# SPDX-License-Identifier: AGPL-3.0-or-later
"""What waits for a thread is done, or never begun."""

from __future__ import annotations

import asyncio

import pytest

from evote.database.connection import DatabaseUnavailable
from evote.web import waiting


def test_what_finds_a_thread_is_done_with_what_it_was_given() -> None:
    assert asyncio.run(waiting.in_turn(divmod, 7, 2)) == (3, 1)


def test_what_waited_longer_than_a_booth_does_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[int] = []
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", -1)
    with pytest.raises(DatabaseUnavailable):
        asyncio.run(waiting.in_turn(begun.append, 1))
    assert begun == []
