# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages that check, which nothing seals: whether two browsers are given the same. §8.3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, repeat

import pytest

from audit.watching.agents import DESKTOP, PHONE, Agent
from audit.watching.checkers import EVERY, PAGES, REFUSALS
from audit.watching.site import Away
from tests.watching.board import UUID, TestBoard
from tests.watching.conftest import Watching
from tests.watching.watched import Watched

PATHS = tuple(f"/e/{UUID}/{page}" for page in PAGES)


@pytest.fixture
def watched(board: TestBoard, watching: Watching) -> Watched:
    board.booth |= dict.fromkeys(PATHS, b"<p>the page</p>")
    return watching(board, "store")


def given(path: str, to: Agent, page: Callable[[], bytes]) -> Callable[..., bytes | None]:
    return lambda _, asked, agent: page() if (asked, agent) == (path, to) else None


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("to", [DESKTOP, PHONE], ids=lambda agent: agent.name[13:20])
def test_another_page_for_one_browser_is_an_alarm(
    board: TestBoard, watched: Watched, path: str, to: Agent
) -> None:
    board.view = given(path, to, lambda: b"<p>Tout va bien.</p>")
    (alarm,) = watched.round()
    assert (alarm.kind, alarm.evidence) == ("page-differs", None)
    assert path in alarm.sentence.fr
    for _ in range(EVERY + 1):
        board.pass_time()
        assert watched.round() == []  # said once


def test_it_is_looked_at_again_now_and_then(board: TestBoard, watched: Watched) -> None:
    assert watched.round() == []
    board.view = given(PATHS[0], PHONE, lambda: b"<p>Tout va bien.</p>")
    kinds: list[str] = []
    for _ in range(EVERY):
        board.pass_time()
        kinds += [alarm.kind for alarm in watched.round()]
    assert kinds == ["page-differs"]


def test_a_server_that_is_updated_meanwhile_is_no_liar(board: TestBoard, watched: Watched) -> None:
    new = iter((b"<p>the new page</p>",))

    def updated() -> bytes:
        page = next(new, b"<p>the new page</p>")
        board.booth |= dict.fromkeys(PATHS, page)
        return page

    board.view = given(PATHS[0], PHONE, updated)
    assert watched.round() == []


def test_what_else_is_lacking_does_not_hide_another_page(
    board: TestBoard, watched: Watched
) -> None:
    """As whoever gives the wrong page would have it."""
    other = given(PATHS[1], DESKTOP, lambda: b"<p>Tout va bien.</p>")

    def view(board: TestBoard, path: str, agent: Agent) -> bytes | None:
        if "/tile/" in path:
            raise Away("non", "no")
        return other(board, path, agent)

    board.view = view
    assert [alarm.kind for alarm in watched.round()] == ["page-differs"]
    assert watched.troubles


def test_a_page_that_was_not_given_is_asked_for_in_the_next_round(
    board: TestBoard, watched: Watched
) -> None:
    page = board.booth.pop(PATHS[0])
    assert watched.round() == []
    board.booth[PATHS[0]] = page
    board.view = given(PATHS[0], PHONE, lambda: b"<p>Tout va bien.</p>")
    board.pass_time()
    assert [alarm.kind for alarm in watched.round()] == ["page-differs"]


def test_a_page_that_is_not_given_deceives_nobody(board: TestBoard, watched: Watched) -> None:
    for path in PATHS:
        del board.booth[path]
    assert watched.round() == []
    assert watched.troubles == []


def refused(path: str, to: Agent, rounds: Iterator[bool]) -> Callable[..., bytes | None]:
    """With an error whose page nobody sees, as long as these say so."""

    def page() -> bytes:
        if next(rounds):
            raise Away("il répond par l'erreur 404", "it answers with the error 404", status=404)
        return b"<p>the page</p>"

    return given(path, to, page)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("to", [DESKTOP, PHONE], ids=lambda agent: agent.name[13:20])
def test_an_error_for_one_browser_alone_is_an_alarm_if_it_lasts(
    board: TestBoard, watched: Watched, path: str, to: Agent
) -> None:
    board.view = refused(path, to, repeat(True))
    told = []
    for _ in range(2 * REFUSALS):
        told.append([alarm.kind for alarm in watched.round()])
        board.pass_time()
    assert told == [*[[]] * (REFUSALS - 1), ["page-differs"], *[[]] * REFUSALS]
    assert "refusée" in watched.alarms[-1].sentence.fr


def test_an_error_now_and_then_or_for_both_is_none(board: TestBoard, watched: Watched) -> None:
    board.view = refused(PATHS[0], PHONE, cycle([True] * (REFUSALS - 1) + [False]))
    for _ in range(4 * REFUSALS):
        assert watched.round() == []
        board.pass_time()

    def both(_board: TestBoard, path: str, _agent: Agent) -> bytes | None:
        if path == PATHS[0]:
            raise Away("il répond par l'erreur 503", "it answers with the error 503", status=503)
        return None

    board.view = both
    for _ in range(2 * REFUSALS):
        assert watched.round() == []
        board.pass_time()
