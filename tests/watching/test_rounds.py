# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rounds one by one: amendments, the clock, servers that are away, what was met before."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audit import cli
from audit.watching.address import read_address
from audit.watching.agents import AGENTS, Agent
from audit.watching.meeting import OtherElection
from audit.watching.site import Answer, Away
from audit.watching.store import Store
from audit.watching.sums import summed, unsummed
from audit.words import Unusable
from tests.tamper.forge.logs import LogKey
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.texts import canonical
from tests.tamper.record import SERVED
from tests.watching.board import (
    HOST,
    KEYS,
    REPLACED,
    STEP,
    URL,
    UUID,
    Logs,
    TestBoard,
    after,
    copied,
    states,
)
from tests.watching.conftest import Watching
from tests.watching.watched import Watched

HOUR = 3600


# ------------------------------------------------------------------ the booth


def test_every_agent_is_given_every_file_of_the_booth(board: TestBoard, watched: Watched) -> None:
    asked = [path for path in board.asked if path.startswith("/booth/")]
    assert sorted(asked) == sorted([*board.booth] * len(AGENTS))


def test_an_amended_booth_is_in_order_once_the_journal_says_so(
    board: TestBoard, watched: Watched, watching: Watching
) -> None:
    board.booth = dict(REPLACED)
    board.pass_time()
    assert [alarm.kind for alarm in watched.round()] == ["booth-changed"]
    watched = watching(board, "other")
    board.logs = Logs.at(after("booth-replaced"))
    board.pass_time()
    assert watched.round() == []
    board.booth = {"/booth/app.js": b"app"}  # until the server starts again
    assert watched.round() == []
    board.booth = {"/booth/app.js": b"a third"}
    assert [alarm.kind for alarm in watched.round()] == ["booth-changed"]


@pytest.mark.parametrize("signers", [1, 0])
def test_an_amendment_that_too_few_signed_changes_nothing(
    signers: int, board: TestBoard, watched: Watched
) -> None:
    at = after("booth-replaced")
    index = states()[at][1] - 1
    forge = Forge(SERVED, {f"signers {index}": lambda _: [1] if signers else [0, 1]})
    forge.make()
    board.logs = Logs.at(at)
    board.logs.lines[index] = forge.lines[index]
    board.booth = dict(REPLACED)
    board.pass_time()
    assert "booth-changed" in [alarm.kind for alarm in watched.round()]


def test_a_booth_that_is_not_shown_is_no_alarm(board: TestBoard, watched: Watched) -> None:
    board.booth = {}
    board.pass_time()
    assert watched.round() == []
    assert "404" in watched.troubles[0].text.fr


# ------------------------------------------------------------------ the clock


def away_for(watched: Watched, seconds: int, every: int = STEP) -> list[str]:
    kinds = []
    for _ in range(seconds // every):
        watched.board.now += every
        kinds += [alarm.kind for alarm in watched.round()]
    return kinds


@pytest.mark.parametrize("kind", ["stalled", "silent"])
def test_a_server_that_is_away_is_an_alarm_after_an_hour_and_not_before(
    kind: str, board: TestBoard, watched: Watched
) -> None:
    """Where it answers with errors there is evidence; where nothing answers there is none."""
    board.down = kind == "silent"
    board.view = lambda *_: _refuse()
    assert away_for(watched, HOUR) == []
    assert away_for(watched, 3 * STEP) == [kind]
    assert away_for(watched, HOUR) == []  # said once
    assert (watched.alarms[0].evidence is None) == (kind == "silent")


def _refuse() -> bytes:
    raise Away("il répond par l'erreur 503", "it answers with error 503")


def test_a_watcher_that_slept_has_seen_nothing(board: TestBoard, watched: Watched) -> None:
    board.down = True
    board.now += 5 * HOUR
    assert watched.round() == []
    board.now += STEP
    assert watched.round() == []
    board.down = False
    board.publish()
    assert watched.round() == []


@pytest.mark.parametrize(
    ("state", "alarmed"),
    [(0, 0), (after("opened"), 1), (after("suspended"), 1), (after("resumed"), 1),
     (after("closed"), 0), (-1, 0)],
)  # fmt: skip
def test_a_clock_may_stand_still_before_the_opening_and_from_the_closing_on_only(
    state: int, alarmed: int, watching: Watching
) -> None:
    board = TestBoard(state % len(states()))
    watched = watching(board, "store")
    assert watched.round() == []
    board.stopped = True
    assert away_for(watched, HOUR) == []
    assert away_for(watched, 2 * STEP) == ["stalled"] * alarmed


def test_stamps_of_a_second_step_in_one_second_are_told_apart(
    board: TestBoard, watched: Watched
) -> None:
    """With a step after each ballot several of them bear one time."""
    for _ in range(5):
        board.cast()
        board.logs.tell("incident", {"note": "Une file d'attente"})
        board.now += 1  # within the same step of the test board
        board.publish()
        assert watched.round() == []
    assert watched.watcher.logs["board"].kept == 6


# ------------------------------------------------------------------ who it is


def test_another_election_at_the_same_address_is_an_alarm_at_once(
    board: TestBoard, watched: Watched
) -> None:
    other = Forge(SERVED, {"election": lambda value: value | {"name": "Une autre"}}, until="Setup")
    other.make()
    board.logs = Logs([m.copy() for m in other.members], list(other.lines))
    board.pass_time()
    board.shown.notes.update({log: _stranger(board.shown.notes[log], log) for log in KEYS})
    found = watched.round()
    assert {alarm.kind for alarm in found} == {"unlike-checkpoint"}
    assert "une autre élection" in found[0].sentence.fr
    assert found[0].evidence is not None
    value = json.loads((watched.folder / "evidence" / found[0].evidence).read_bytes())
    assert value["index"] == 0


def _stranger(note: bytes, log: str) -> bytes:
    """Signed by another key of that name."""
    text = note.partition(b"\n\n")[0] + b"\n"
    return text + b"\n" + LogKey(KEYS[log].name, b"x" * 32).line(text)


def test_a_store_of_one_election_takes_no_other(board: TestBoard, watched: Watched) -> None:
    watched.watcher.close()
    diary = watched.folder / "watch.jsonl"
    lines = [unsummed(line) for line in diary.read_bytes().splitlines()]
    others = [summed(line.replace(UUID.encode(), b"AnotherEleCtion")) for line in lines]
    diary.write_bytes(b"".join(line + b"\n" for line in others))
    with pytest.raises(Unusable, match="another election"):
        watched.start()


@pytest.mark.parametrize("name", [f"{UUID}.bel", "journal.jsonl"])
@pytest.mark.parametrize("how", ["shorter", "changed"])
def test_a_damaged_store_is_refused(
    name: str, how: str, board: TestBoard, watched: Watched
) -> None:
    watched.watcher.close()
    path = watched.folder / "record" / name
    data = path.read_bytes()
    changed = data[:-30] + b"0" * 20 + data[-10:]
    path.write_bytes(data[:-1] if how == "shorter" else changed)
    if how == "changed" and name.endswith(".bel"):  # the padding of the last event
        path.write_bytes(data.replace(b'"type":"Setup"', b'"type":"Sotup"'))
    with pytest.raises(Unusable, match="damaged"):
        watched.start()


@pytest.mark.parametrize("name", ["watch.jsonl", "asking.json", f"record/{UUID}.bel"])
def test_a_disk_that_changes_what_was_seen_accuses_nobody(
    name: str, board: TestBoard, watched: Watched
) -> None:
    """Any bit of diary or hours, but the last sign, without which the last line was not written."""
    board.cast()
    board.pass_time()
    assert watched.round() == []
    watched.close()
    path = watched.folder / name
    data, refused = path.read_bytes(), 0
    for place in range(0, len(data) - 1, {0: 1, 1: 7, 2: 7}.get(len(data) // 500, 89)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
        try:
            watched.start()
        except Unusable:
            refused += 1
        else:
            watched.round()
            watched.close()
        assert watched.alarms == [], place
    assert refused > 0
    path.write_bytes(data)
    watched.start()
    assert watched.round() == []


@pytest.mark.parametrize("how", ["emptied", "gone"])
def test_a_diary_that_is_lost_beside_what_it_told_of_is_no_first_visit(
    how: str, board: TestBoard, watched: Watched
) -> None:
    watched.close()
    path = watched.folder / "watch.jsonl"
    path.write_bytes(b"") if how == "emptied" else path.unlink()
    with pytest.raises(Unusable, match="damaged"):
        watched.start()
    assert any((watched.folder / "record").iterdir())


@pytest.mark.parametrize("name", [".DS_Store", "._x.bel", "Thumbs.db", "desktop.ini"])
def test_what_a_system_leaves_in_a_fresh_folder_is_passed_over(tmp_path: Path, name: str) -> None:
    Store(tmp_path / "s", UUID).close()
    (tmp_path / "s" / "record" / name).write_bytes(b"x")
    store = Store(tmp_path / "s", UUID)
    assert store.fresh
    store.close()


def test_a_diary_of_before_the_sums_is_gone_on_with(board: TestBoard, watched: Watched) -> None:
    watched.close()
    for name in ("watch.jsonl", "asking.json"):
        path = watched.folder / name
        path.write_bytes(b"".join(unsummed(x) + b"\n" for x in path.read_bytes().splitlines()))
    watched.start()
    board.cast()
    board.pass_time()
    assert watched.round() == []


def test_the_journal_is_compared_with_the_board_as_it_comes(
    board: TestBoard, watched: Watched
) -> None:
    board.logs.tell("incident", {"note": "Une file d'attente"})
    value = json.loads(board.logs.lines[-1])
    value["board"]["root"] = "0" * 64
    board.logs.lines[-1] = canonical(value)
    board.pass_time()
    found = watched.round()
    assert [alarm.kind for alarm in found] == ["out-of-order"]
    assert "l'urne était autre" in found[0].sentence.fr


def test_an_event_that_breaks_the_chain_is_an_alarm_though_it_is_signed(
    board: TestBoard, watched: Watched
) -> None:
    board.cast()
    board.logs.members[-1].edit(lambda event: event | {"parent": "0" * 64})
    board.pass_time()
    assert [alarm.kind for alarm in watched.round()] == ["out-of-order"]


def test_the_first_visit_may_be_cut_anywhere(board: TestBoard, watching: Watching) -> None:
    watched = watching(board, "first")
    watched.watcher.meet(None)
    watched.restart()
    assert watched.round() == []
    assert watched.watcher.fingerprint == watched.watcher.board.election.fingerprint  # type: ignore[union-attr]
    with pytest.raises(OtherElection):
        watching(board, "second").watcher.meet("A" * 43)


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    "url",
    [URL, f"{URL}/", f"{URL}/record", f"https://{HOST}/v/{UUID}#SECRET", f"https://{HOST}/ar/v/{UUID}",
     f"{URL}?x=1#SECRET", f" {URL} ", f"{URL}\n", f"HTTPS://{HOST.upper()}/e/{UUID}",
     f"{HOST}/e/{UUID}", f"{HOST}/v/{UUID}#SECRET"],
)  # fmt: skip
def test_an_address_of_the_election_serves(url: str) -> None:
    address = read_address(url)
    assert (address.host, address.uuid) == (HOST, UUID)
    assert "SECRET" not in repr(address)


@pytest.mark.parametrize(
    "url",
    ["", "x", f"http://{HOST}/e/{UUID}", f"ftp://{HOST}/e/{UUID}", f"https://{HOST}/x/{UUID}",
     f"https://{HOST}/e/short", f"https://a@{HOST}/e/{UUID}", f"https://{HOST}/v/SECRET"],
)  # fmt: skip
def test_another_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_address(url)
    assert "SECRET" not in refused.value.text.fr + refused.value.text.en


def test_of_an_address_without_https_is_said_what_to_write() -> None:
    for url in (f"http://{HOST}/e/{UUID}", f"HTTP://vote.exemple.fr:80/e/{UUID}"):
        with pytest.raises(Unusable) as refused:
            read_address(url)
        assert refused.value.hint is not None
        assert "https:// au lieu de http://" in refused.value.hint.fr


def test_another_port_is_another_address_and_the_usual_one_is_none() -> None:
    name, port = HOST.split(":")
    assert read_address(f"https://{name}:{port}/e/{UUID}").host == HOST
    for usual in (f"HTTPS://{name.upper()}:443/e/{UUID}", f"{name}:443/e/{UUID}"):
        assert read_address(usual).host == name
    assert read_address(f"http://localhost:8000/e/{UUID}").host == "localhost:8000"


# ------------------------------------------------------------------ what is kept


def misnamed(board: TestBoard) -> None:
    board.logs.members[-2].name = b"0" * 64 + b".data.json"


def without_its_datum(board: TestBoard) -> None:
    del board.logs.members[-2]


@pytest.mark.parametrize("damage", [misnamed, without_its_datum])
def test_a_ballot_that_is_not_what_its_event_names_is_an_alarm(
    damage: Callable[[TestBoard], None], board: TestBoard, watched: Watched
) -> None:
    board.cast()
    damage(board)
    board.pass_time()
    assert [alarm.kind for alarm in watched.round()] == ["out-of-order"]


class Stepping:
    """A server that goes a step further just before one of its answers."""

    def __init__(self, board: TestBoard, at: int, state: int, seconds: int) -> None:
        self.board, self.at, self.state, self.seconds = board, at, state, seconds

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 0
    ) -> Iterator[Answer]:
        self.at -= 1
        if self.at == 0:
            self.board.logs = Logs.at(self.state)
            self.board.pass_time(self.seconds)
        with self.board.get(path, agent, start) as given:
            yield given


@pytest.mark.share(4)
@pytest.mark.parametrize("seconds", [1, STEP])
@pytest.mark.parametrize("kind", ["contested", "closed", "tallied"])
@pytest.mark.parametrize("at", range(1, 10))
def test_a_step_between_any_two_answers_leaves_a_record_that_is_in_order(
    at: int, kind: str, seconds: int, watching: Watching, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also of two steps in one second, whose stamps are the same."""
    state = after(kind)
    before = max(s for s in range(state) if states()[s][1] < states()[state][1])
    board = TestBoard(before)
    board.booth = {}
    watched = watching(board, "store")
    assert watched.round() == []
    watched.site = Stepping(board, at, state, seconds)
    watched.restart()
    assert watched.round() == []
    assert cli.main(["verify", str(watched.folder / "record")]) == 0
    kept = {name: log.kept for name, log in watched.watcher.logs.items()}
    assert watched.round() == []
    assert cli.main(["verify", str(watched.folder / "record")]) == 0
    assert watched.watcher.logs["journal"].kept == states()[state][1]
    if seconds == STEP and at <= 4:  # before the last of the checkpoints: it is kept at once
        assert kept["journal"] == states()[state][1]


def test_what_was_sure_and_then_dropped_is_judged_again(board: TestBoard, watched: Watched) -> None:
    """The journal cannot be had, so nothing is kept; then a wrong answer, then the right one."""
    board.cast()
    board.pass_time()
    board.view = lambda _, path, agent: _refuse() if "/journal/" in path else None
    assert watched.round() == []
    board.cast()
    board.pass_time()
    wrong = copied(board.shown.logs)
    wrong.members[-1].edit(lambda event: event | {"type": "Bullet"})
    body = wrong.archive()
    board.view = lambda _, path, agent: body if path.endswith("/archive") else None
    assert {alarm.kind for alarm in watched.round()} == {"unlike-checkpoint"}
    board.published.pop()
    board.view = lambda _, path, agent: None
    assert watched.round() == []
    assert watched.watcher.logs["board"].kept == 2


def again(watched: Watched) -> Agent:
    """Who looks a second time in this round."""
    return watched.watcher.hours.turns.agents[1]


def test_two_checkpoints_of_two_steps_are_not_one_record(
    watching: Watching, capsys: pytest.CaptureFixture[str]
) -> None:
    """The vote goes on after a suspension, and the journal that says so cannot be had."""
    board = TestBoard(after("suspended"))
    board.booth = {}
    watched = watching(board, "store")
    assert watched.round() == []
    ballots = states()[after("resumed")][0]
    resumed = next(i for i, (members, _) in enumerate(states()) if members > ballots)
    watched.site = Stepping(board, 3, resumed, STEP)
    watched.restart()
    board.view = lambda board, path, agent: (
        _refuse() if path.endswith("journal/checkpoint") and agent == again(watched) else None
    )
    assert watched.round() == []
    assert cli.main(["verify", str(watched.folder / "record")]) == 0


def test_a_round_that_takes_long_finds_no_old_version_in_what_it_saw_first(
    board: TestBoard, watched: Watched
) -> None:
    """The server goes on between the first look and the second, and the second takes minutes."""
    board.cast()
    watched.site = Stepping(board, 3, board.state, 5 * STEP)
    watched.restart()

    def late(board: TestBoard, path: str, agent: Agent) -> None:
        board.now += STEP
        if path.endswith("board/checkpoint") and agent == again(watched):
            board.logs.cast(canonical({"ballot": path}))
            board.publish()

    board.view = late
    assert watched.round() == []
    assert watched.round() == []


def test_a_first_answer_that_breaks_off_is_no_meeting(board: TestBoard, watching: Watching) -> None:
    class Torn:
        """The archive breaks off after the set-up, once."""

        torn = False

        @contextlib.contextmanager
        def get(
            self, path: str, agent: Agent, start: int = 0, *, patience: int = 0
        ) -> Iterator[Answer]:
            with board.get(path, agent, start) as given:
                yield given
                if not self.torn:
                    self.torn = True
                    raise Away("sa réponse est coupée", "its answer breaks off")

    watched = watching(board, "store")
    watched.site = Torn()
    watched.restart()
    assert (watched.round(), watched.watcher.met) == ([], False)
    assert (watched.round(), watched.watcher.met) == ([], True)
    assert watched.troubles == []
