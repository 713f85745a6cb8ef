# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server that signs too much: sizes that no log can have, states without end, lines that nobody
signed. It is followed and convicted all the same, in a store and a memory that have a bound."""

from __future__ import annotations

import base64
import json
import os
import tracemalloc
from collections.abc import Callable

import pytest

from audit.evidence import judge_evidence
from audit.log_sizes import MOST_ENTRIES
from audit.watching.agents import Agent
from audit.watching.alarms import MOST_OF_A_KIND
from tests.tamper.forge.logs import checkpoint_text, root
from tests.tamper.forge.texts import canonical
from tests.watching.attacks import ARCHIVE, promised
from tests.watching.attacks_on_steps import notes
from tests.watching.board import KEYS, STEP, Shown, TestBoard, copied, whole
from tests.watching.conftest import Watching
from tests.watching.test_endless import ballots_without_end, pending
from tests.watching.watched import Watched

MOST_EVENTS = 4 + 1200 + 3  # electors, trustees
MOST = {"board": MOST_EVENTS, "journal": MOST_ENTRIES}


def note(log: str, size: int, stamp: int) -> bytes:
    """A signed and stamped checkpoint of a log that there is not."""
    key = KEYS[log]
    text = checkpoint_text(key.name, size, os.urandom(32))
    return text + b"\n" + key.line(text) + key.stamper.line(text, stamp)


def showing(log: str, size: int) -> Callable[[TestBoard, str, Agent], bytes | None]:
    """This log's checkpoint is of this size, and of the time that it is."""

    def view(board: TestBoard, path: str, agent: Agent) -> bytes | None:
        return note(log, size, board.now) if path.endswith(f"/{log}/checkpoint") else None

    return view


def kept(watched: Watched) -> tuple[int, int]:
    logs = watched.watcher.logs
    return logs["board"].kept, logs["journal"].kept


def evidence(watched: Watched, kind: str) -> list[str]:
    """What each piece of this kind says, all of which convict."""
    said = []
    for path in sorted((watched.folder / "evidence").glob(f"*-{kind}.json")):
        held = judge_evidence(path.read_bytes()).held
        assert held.convicts
        said.append(held.sentence.fr)
    return said


# ------------------------------------------------------------------ sizes that there are not


def test_the_bound_is_that_of_the_sealed_election(watched: Watched) -> None:
    assert watched.watcher.board.most == MOST_EVENTS
    assert len(json.loads(whole().members[2].content)) == 1203


@pytest.mark.parametrize("log", MOST)
@pytest.mark.parametrize("beyond", [1, 2**40])
def test_a_size_that_no_log_has_convicts_at_once_and_nothing_is_asked_for(
    log: str, beyond: int, board: TestBoard, watched: Watched
) -> None:
    more = ballots_without_end(board)
    body = board.shown.body("board") + more
    view = showing(log, MOST[log] + beyond)
    board.view = lambda _, path, agent: body if path == ARCHIVE else view(board, path, agent)
    board.pass_time()
    assert [alarm.kind for alarm in watched.round()] == ["oversized"]
    assert len(evidence(watched, "oversized")) == 1
    for _ in range(3):
        board.pass_time()
        assert watched.round() == []  # said once
        watched.restart()
    assert kept(watched)[0] == watched.watcher.board.size == 1
    assert pending(watched) == 0
    board.view = lambda *_: None
    board.cast()
    board.pass_time()
    assert watched.round() == []  # and it goes on
    assert kept(watched)[0] == 2


@pytest.mark.parametrize("log", MOST)
def test_the_largest_that_there_can_be_is_waited_for(
    log: str, board: TestBoard, watched: Watched
) -> None:
    size = MOST[log]
    first = note(log, size, board.now)
    board.view = lambda _, path, agent: first if path.endswith(f"/{log}/checkpoint") else None
    assert "oversized" not in [alarm.kind for alarm in watched.round()]


def test_a_store_that_has_such_a_size_from_before_is_gone_on_with(
    board: TestBoard, watched: Watched
) -> None:
    text = note("board", 2**40, board.now)
    line = {"seen": "board", "at": board.now, "size": 2**40, "root": "0" * 64, "stamp": board.now}
    watched.close()
    with (watched.folder / "watch.jsonl").open("ab") as diary:
        diary.write(canonical(line | {"note": text.decode()}) + b"\n")
    watched.start()
    assert watched.kinds() == ["oversized"]
    board.cast()
    board.pass_time()
    assert watched.round() == []
    assert kept(watched)[0] == 2
    watched.restart()
    assert watched.kinds() == ["oversized"]


def test_a_promise_is_overdue_whatever_size_was_signed(board: TestBoard, watched: Watched) -> None:
    promised(board, watched, board.now + STEP)
    board.view = showing("board", 2**40)
    assert [alarm.kind for alarm in watched.round()] == ["oversized"]
    board.view = lambda *_: None
    board.pass_time(2 * STEP)
    assert [alarm.kind for alarm in watched.round()] == ["promise-broken"]


# ------------------------------------------------------------------ lines that nobody signed


def padded(board: TestBoard, path: str, agent: Agent) -> bytes | None:
    """As many strangers' lines as a note may have, others each time."""
    if not path.endswith("/checkpoint"):
        return None
    out = board.answer(path) or b""
    while len(out) + 5300 <= 65536:
        name = base64.b32encode(os.urandom(10))
        out += b"\xe2\x80\x94 %s %s\n" % (name, base64.b64encode(os.urandom(3900)))
    return out


def test_lines_that_nobody_signed_are_not_kept(board: TestBoard, watched: Watched) -> None:
    board.view = padded
    for _ in range(30):
        board.cast()
        board.pass_time()
        assert watched.round() == []
    assert watched.store.signed == 2 * 31
    assert watched.store.signed_bytes < 2 * 31 * 600
    record = watched.folder / "record" / "board.checkpoint"
    assert record.read_bytes() == board.shown.notes["board"]


def test_a_stamp_that_is_false_is_none_and_hides_no_fork(
    board: TestBoard, watched: Watched
) -> None:
    """A checkpoint counts if the log's key signed it, whatever else is below it."""
    board.cast("one")
    board.pass_time()
    assert watched.round() == []
    del board.logs.members[-2:]
    board.cast("other")
    false = {
        log: text[:-10] + b"AAAA" + text[-6:]
        for log, text in notes(board.logs, board.now, lambda _, time: time).items()
    }
    board.published.append(Shown(copied(board.logs), false))
    assert {"fork", "unstamped"} <= {alarm.kind for alarm in watched.round()}
    assert evidence(watched, "fork")


# ------------------------------------------------------------------ states without end


def many_stamps(board: TestBoard, path: str, agent: Agent) -> bytes | None:
    """Another time at each look."""
    if not path.endswith("/checkpoint"):
        return None
    board.now += 1
    return notes(board.shown.logs, board.now, lambda _, time: time)[path.split("/")[2]]


@pytest.fixture
def filled(board: TestBoard, watched: Watched, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A watcher whose diary takes no more than it must."""
    monkeypatch.setattr("audit.watching.looking.MOST_BYTES", 20_000)
    board.view = many_stamps
    kinds = []
    for _ in range(40):
        kinds += [alarm.kind for alarm in watched.round()]
    board.view = lambda *_: None
    assert "crowded" in kinds
    assert set(kinds) <= {"crowded", "split"}
    board.now += STEP
    board.publish()
    assert watched.round() == []
    return watched


def go_on(watched: Watched, rounds: int = 3) -> list[str]:
    kinds = []
    for _ in range(rounds):
        watched.board.cast()
        watched.board.pass_time()
        kinds += [alarm.kind for alarm in watched.round()]
    return kinds


@pytest.mark.parametrize("restarted", ["", "restarted"])
@pytest.mark.parametrize("what", ["fork", "rollback", "promise-broken"])
def test_what_is_proved_is_proved_whatever_was_signed_before(
    what: str, restarted: str, board: TestBoard, filled: Watched
) -> None:
    assert go_on(filled) == []
    assert kept(filled)[0] == 4
    if restarted:
        filled.restart()
    if what == "fork":
        del board.logs.members[-2:]
        board.cast("another")
    elif what == "rollback":
        del board.logs.members[-2:]
    else:
        promised(board, filled, board.now + STEP - 1)
        board.pass_time()
    board.pass_time()
    assert what in [alarm.kind for alarm in filled.round()]
    assert evidence(filled, what)
    before = len(filled.alarms)
    filled.restart()
    assert len(filled.alarms) == before


def test_a_hundred_faults_hide_no_other(board: TestBoard, watched: Watched) -> None:
    """Fifty of a kind are said; after that those that convict of something else still are."""
    states = []
    for number in range(MOST_OF_A_KIND + 5):
        board.cast()
        board.pass_time()
        watched.round()
        states.append(copied(board.logs))
        del board.logs.members[-2:]
        board.cast(f"another {number}")
        board.pass_time()
        assert "fork" in [alarm.kind for alarm in watched.round()]
        board.logs = states[-1]
    assert len(evidence(watched, "fork")) >= MOST_OF_A_KIND + 5
    for number in range(MOST_OF_A_KIND + 5):
        name = watched.folder / "promises" / f"{number}"
        promised(board, watched, board.now - 1 - number)
        (watched.folder / "promises" / "from a parent.txt").rename(name)
        board.cast(f"{number}")
        board.pass_time()
        watched.round()
    assert len(evidence(watched, "promise-broken")) == MOST_OF_A_KIND + 5
    before = len(watched.alarms)
    watched.restart()
    assert len(watched.alarms) == before


def test_evidence_that_convicts_has_a_room_of_its_own(
    board: TestBoard, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.watching.alarms.MOST_OF_A_KIND", 1)
    monkeypatch.setattr("audit.watching.alarms.MOST_BYTES", 12_000)
    for _ in range(6):
        go_on(watched, 2)
        del board.logs.members[-2:]
        board.pass_time()
        watched.round()
    assert 1 < len(evidence(watched, "rollback")) < 6
    promised(board, watched, board.now - 1)
    board.pass_time()
    watched.round()
    assert len(evidence(watched, "promise-broken")) == 1


def test_a_full_diary_grows_by_what_is_new_alone(board: TestBoard, filled: Watched) -> None:
    before = filled.store.signed_bytes
    for _ in range(20):
        board.pass_time()
        assert filled.round() == []
    assert filled.store.signed_bytes == before
    text = filled.watcher.keeper.pair["board"].text  # the record bears the last stamp all the same
    assert (filled.folder / "record" / "board.checkpoint").read_text("utf-8") == text
    assert filled.watcher.keeper.pair["board"].stamp == board.now // STEP * STEP
    assert go_on(filled) == []
    grown = filled.store.signed_bytes - before
    assert 0 < grown < 3 * 2 * 600
    filled.restart()
    assert kept(filled)[0] == 4
    assert go_on(filled) == []


def test_memory_does_not_grow_with_the_diary(board: TestBoard, watching: Watching) -> None:
    watched = watching(board, "long")
    assert watched.round() == []
    watched.close()
    stamp, first = board.now, root(board.shown.logs.events()).hex()
    text: dict[str, bytes] = {}
    with (watched.folder / "watch.jsonl").open("ab") as diary:
        for number in range(8000):
            time = stamp + number
            text = notes(board.shown.logs, time, lambda _, time: time) if number < 2 else text
            line = {"seen": "board", "at": time, "size": 1, "root": first, "stamp": time}
            diary.write(canonical(line | {"note": text["board"].decode()}) + b"\n")
    size = (watched.folder / "watch.jsonl").stat().st_size
    tracemalloc.start()
    try:
        watched.start()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 4 * 2**20
    assert peak < size / 2
    assert len(watched.watcher.logs["board"].seen) <= 3
