# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that gives a log in parts, and not the whole: what it signed convicts it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from random import Random

from audit.evidence import judge_evidence
from audit.watching.agents import Agent
from audit.watching.site import Answer, Away
from tests.watching.attacks import ARCHIVE, replaced
from tests.watching.board import TestBoard
from tests.watching.conftest import Watching


class InParts(TestBoard):
    """It answers too slowly whoever asks for the whole archive."""

    slow = False

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 0
    ) -> Iterator[Answer]:
        if self.slow and path == ARCHIVE and not start:
            raise Away("il répond trop lentement", "it answers too slowly")
        with super().get(path, agent, start, patience=patience) as answer:
            yield answer


def test_a_fork_is_proved_by_the_tiles_where_the_whole_archive_is_not_given(
    watching: Watching,
) -> None:
    board = InParts()
    watched = watching(board, "store")
    for _ in range(3):
        board.cast()
        board.pass_time()
        assert watched.round() == []
    replaced(board.logs, Random("1791"))
    board.cast()
    board.cast()
    board.logs.chained()
    board.slow = True
    board.pass_time()
    found = [alarm for alarm in watched.round() if alarm.kind == "fork"]
    assert len(found) == 1
    assert found[0].evidence is not None
    evidence = (watched.folder / "evidence" / found[0].evidence).read_bytes()
    assert judge_evidence(evidence).held.convicts
