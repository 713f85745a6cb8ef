# SPDX-License-Identifier: AGPL-3.0-or-later
"""What lasts an hour is seen by a watcher that is started anew for each round, as a timer starts
``--once``; and whose clock is wrong, the server's or its own, is not held against the server."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from audit import cli
from audit.evidence import judge_evidence
from audit.evidence_parts import STALLED_SECONDS
from audit.watching.asking import LONGEST_GAP, MOST_NAMES, Hours
from audit.watching.news import News
from audit.watching.speaking import Speaker
from audit.watching.store import HOURS
from audit.watching.sums import summed, unsummed
from audit.words import Unusable
from tests.tamper.forge.texts import canonical
from tests.watching.attacks import HOUR, promised
from tests.watching.attacks_on_steps import refusing
from tests.watching.board import STEP, UUID, Shown, TestBoard, copied, publication
from tests.watching.conftest import Watching
from tests.watching.http_board import serving
from tests.watching.test_command import SCHEMA
from tests.watching.watched import Watched

DAY = 24 * HOUR


def once_each(watched: Watched, seconds: int, every: int = STEP) -> list[str]:
    """The kinds of alarm of so many rounds, each by a program of its own; ballots come."""
    kinds = []
    for _ in range(seconds // every):
        watched.board.cast()
        watched.board.pass_time(every)
        watched.restart()
        kinds += [alarm.kind for alarm in watched.round()]
    return kinds


# ------------------------------------------------------------------ started again each time


def test_an_hour_of_signing_and_giving_nothing_is_seen_round_by_round(
    board: TestBoard, watched: Watched
) -> None:
    board.view = refusing
    assert once_each(watched, HOUR) == []
    assert once_each(watched, 4 * STEP) == ["withheld"] * 3
    assert once_each(watched, HOUR) == []  # said once
    board.view = lambda *_: None
    assert once_each(watched, STEP) == []
    board.view = refusing
    assert once_each(watched, HOUR) == []  # and a new hour begins


def test_an_hour_without_an_answer_is_seen_round_by_round(
    board: TestBoard, watched: Watched
) -> None:
    board.down = True
    assert once_each(watched, HOUR) == []
    assert once_each(watched, 3 * STEP) == ["silent"]


def test_an_hour_of_stamps_that_stand_still_is_seen_round_by_round(
    board: TestBoard, watched: Watched
) -> None:
    board.stopped = True
    assert once_each(watched, HOUR) == []
    assert once_each(watched, 2 * STEP) == ["stalled"]


def test_rounds_that_are_far_apart_have_asked_for_ten_minutes_each(
    board: TestBoard, watched: Watched
) -> None:
    board.view = refusing
    hours = STALLED_SECONDS // LONGEST_GAP + 1
    assert once_each(watched, hours * HOUR, every=HOUR) == []
    assert once_each(watched, HOUR, every=HOUR) == ["withheld"] * 3


def test_what_is_kept_of_it_is_small_and_does_not_grow(board: TestBoard, watched: Watched) -> None:
    """It is replaced, and has no more than so many names whatever is asked for."""
    path = watched.folder / HOURS
    sizes: set[int] = set()
    for _ in range(30):
        board.view = refusing if len(sizes) % 2 else lambda *_: None
        board.pass_time()
        watched.round()
        sizes.add(path.stat().st_size)
    assert max(sizes) < 400
    for number in range(MOST_NAMES + 50):
        watched.watcher.hours.asking(f"{number}").refused()
    watched.watcher.hours.save()
    assert len(json.loads(path.read_bytes())["in_vain"]) == MOST_NAMES


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b'{"in_vain":[1]}',
        b'{"in_vain":{"x":[1,"2"]}}',
        b'{"in_vain":{"x":1}}',
        b'{"pace":[1,2]}',
        b'{"pace":[1,2,true]}',
        b'{"in_vain":{"x":[1,2,[3,0]]}}',
        b'{"said":[1]}',
        b'{"slow":{"x":[3]}}',
    ],
)
def test_a_damaged_file_of_it_is_a_damaged_store(data: bytes, watched: Watched) -> None:
    (watched.folder / HOURS).write_bytes(data)
    with pytest.raises(Unusable, match="damaged"):
        watched.restart()
    (watched.folder / HOURS).unlink()
    watched.start()
    assert watched.round() == []


def test_nothing_is_kept_before_it_is_known_whose_election_it_is(
    board: TestBoard, watching: Watching
) -> None:
    watched = watching(board, "other")
    hours = Hours(watched.store, lambda: board.now)
    hours.asking("x").refused()
    hours.save()
    assert not (watched.folder / HOURS).exists()


# ------------------------------------------------------------------ whose clock is wrong


@pytest.mark.parametrize("ahead", [HOUR + 5 * STEP, 2 * HOUR, 30 * DAY])
def test_a_watcher_whose_own_clock_is_ahead_accuses_nobody(
    ahead: int, board: TestBoard, watching: Watching
) -> None:
    """Neither of standing still nor of a promise that is late; and it knows that hours differ."""
    watched = watching(board, "store")
    watched.ahead = ahead
    assert watched.round() == []
    promised(board, watched, board.now + 10 * STEP)
    for number in range(80):
        if number == 9:
            board.logs.cast(canonical({"ballot": "promised"}))
        board.pass_time()
        assert watched.round() == []
        assert watched.watcher.clock.apart is not None


def test_a_clock_that_jumps_between_two_rounds_accuses_nobody(
    board: TestBoard, watched: Watched
) -> None:
    """Another system of the same machine set it two hours on."""
    watched.ahead = 2 * HOUR
    assert once_each(watched, 10 * STEP) == []
    watched.ahead = 0
    assert once_each(watched, 10 * STEP) == []
    assert watched.watcher.clock.apart is None


def test_a_server_that_stands_still_is_said_by_a_wrong_clock_too(
    board: TestBoard, watched: Watched
) -> None:
    watched.ahead = 2 * HOUR
    assert once_each(watched, 10 * STEP) == []
    board.stopped = True
    assert once_each(watched, HOUR - LONGEST_GAP) == []
    assert once_each(watched, LONGEST_GAP + 2 * STEP) == ["stalled"]
    name = watched.alarms[0].evidence
    assert name is not None
    assert not judge_evidence((watched.folder / "evidence" / name).read_bytes()).held.convicts


def test_stamps_that_crawl_are_not_stamps_that_go(board: TestBoard, watched: Watched) -> None:
    """A second of the server's for each minute: it moves, and it stands still all the same."""
    began, kinds = board.now, []
    for number in range(HOUR // STEP + 5):
        board.now += STEP
        notes = publication(board.logs, began + number)
        board.published.append(Shown(copied(board.logs), notes))
        kinds += [alarm.kind for alarm in watched.round()]
    assert kinds[-1:] == ["stalled"]
    assert len(watched.alarms) < 5


def test_two_clocks_apart_are_said_once_and_are_no_alarm(
    board: TestBoard,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.time", lambda: float(board.now + 2 * HOUR))
    schema = json.loads(SCHEMA.read_text("utf-8"))
    events = []
    with serving(board) as host:
        command = ["watch", f"http://{host}/e/{UUID}", "--store", str(tmp_path / "s"), "--once"]
        for _ in range(2):
            assert cli.main([*command, "--json"]) == 0
            lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
            for line in lines:
                jsonschema.validate(line, schema)
            events.append([line["event"] for line in lines])
    assert "clocks" in events[0]
    assert "clocks" not in events[1]


# ------------------------------------------------------------------ the server's clock set back


def go_on(watched: Watched, minutes: int, behind: int, *, ballots: bool = True) -> list[str]:
    """Publications of a server whose clock is so far behind: never less than its last stamp."""
    board, kinds = watched.board, []
    for _ in range(minutes):
        board.now += STEP
        if ballots:
            board.cast()
        last = watched.watcher.hours.pace.stamp
        notes = publication(board.logs, max(last, (board.now - behind) // STEP * STEP))
        board.published.append(Shown(copied(board.logs), notes))
        kinds += [alarm.kind for alarm in watched.round()]
    return kinds


def once_standing(watched: Watched, seconds: int) -> list[str]:
    """Nothing is published: the kinds of alarm of so many rounds."""
    kinds = []
    for _ in range(seconds // STEP):
        watched.board.now += STEP
        kinds += [alarm.kind for alarm in watched.round()]
    return kinds


@pytest.mark.parametrize("back", [HOUR, 2 * HOUR])
def test_a_server_whose_clock_was_set_back_is_not_said_to_stand_still(
    back: int, board: TestBoard, watched: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    """It publishes all the time; that its clock is wrong is said, and a standstill after that."""
    board.now += 30
    assert go_on(watched, back // STEP + 10, back) == []
    for _ in range(2):
        watched.restart()
        assert go_on(watched, 1, back) == []
        News(watched.watcher, watched.store, Speaker(lambda text: text.en, programs=False)).tell()
    said = capsys.readouterr().out
    assert said.startswith("The server's clock or this one is wrong")
    assert said.count("clock") == 1
    board.stopped = True
    assert once_standing(watched, HOUR) == []
    assert once_standing(watched, 2 * STEP) == ["stalled"]
    assert once_standing(watched, HOUR) == []  # said once


def test_a_quiet_night_in_which_the_clock_is_set_back_is_one_standstill_and_no_more(
    board: TestBoard, watched: Watched
) -> None:
    """For an hour nothing at all is published; once the stamps go, they go."""
    board.now += 30
    assert go_on(watched, 3 * HOUR // STEP, HOUR, ballots=False) == ["stalled"]
    assert watched.watcher.clock.apart is not None
    assert once_standing(watched, HOUR + 2 * STEP) == ["stalled"]


def test_a_promise_of_a_server_whose_clock_was_set_back_is_not_overdue_when_it_is_made(
    board: TestBoard, watched: Watched
) -> None:
    """Long over by this machine's clock, and kept a minute later; one that is not is overdue."""
    board.now += 30
    assert go_on(watched, 75, 2 * HOUR) == []
    promised(board, watched, watched.watcher.hours.pace.stamp + 6 * STEP)
    board.now += 10
    assert watched.round() == []
    board.logs.cast(canonical({"ballot": "promised"}))
    assert go_on(watched, 3, 2 * HOUR) == []
    promised(board, watched, watched.watcher.hours.pace.stamp + 6 * STEP)
    kinds = once_standing(watched, HOUR + 2 * STEP)
    assert sorted(kinds) == ["promise-overdue", "stalled"]


def test_what_an_older_version_kept_of_the_pace_is_gone_on_with(
    board: TestBoard, watched: Watched
) -> None:
    kept = json.loads(unsummed((watched.folder / HOURS).read_bytes()))
    kept["pace"] = kept["pace"][:4]
    watched.close()
    (watched.folder / HOURS).write_bytes(summed(canonical(kept)))
    watched.start()
    assert once_each(watched, 2 * STEP) == []
