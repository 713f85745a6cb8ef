# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server that holds its keys can do, each with what the watcher must then have in hand.

An attack is made after some honest rounds and before the next one. ``CONVICTS``: evidence that
proves it by itself; ``OBSERVED``: evidence that rests on the watcher's word; ``SAID``: §21 has no
kind for it, so the alarm alone is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from random import Random

from audit.watching.agents import AGENTS, DESKTOP, PHONE, PLAIN, Agent
from audit.watching.site import Away
from tests.tamper.forge.papers import promise
from tests.tamper.forge.texts import canonical
from tests.watching.board import (
    KEYS,
    STEP,
    UUID,
    Logs,
    Shown,
    TestBoard,
    answer_of,
    copied,
    publication,
)
from tests.watching.watched import Watched

CONVICTS, OBSERVED, SAID = "convicts", "observed", "said"
HOUR = 3600
ARCHIVE, JOURNAL = f"/e/{UUID}/archive", f"/e/{UUID}/journal.jsonl"
Make = Callable[[TestBoard, Watched, Random], None]


@dataclass(frozen=True, slots=True)
class Attack:
    """What is done, and the kinds of alarm of which at least one must be new after one round."""

    make: Make
    kinds: tuple[str, ...]
    proof: str


def ballots(logs: Logs) -> list[int]:
    """The place in the members of every ballot's event."""
    return [i for i, m in enumerate(logs.members) if m.is_event and b'"Ballot"' in m.content]


def some_ballot(logs: Logs, random: Random) -> int:
    return random.choice(ballots(logs))


def grow(board: TestBoard, random: Random) -> None:
    """Some ballots more, or none."""
    for _ in range(random.randrange(4)):
        board.cast(f"after {random.random()}")


# ------------------------------------------------------------------ signed anew


def signed_anew(change: Callable[[Logs, Random], None]) -> Make:
    """The past is changed, the chain made good, and everything signed again."""

    def make(board: TestBoard, watched: Watched, random: Random) -> None:
        change(board.logs, random)
        board.logs.chained()
        grow(board, random)
        board.pass_time()

    return make


def dropped(logs: Logs, random: Random) -> None:
    at = some_ballot(logs, random)
    del logs.members[at - 1 : at + 1]


def replaced(logs: Logs, random: Random) -> None:
    at = some_ballot(logs, random)
    data = canonical({"another": random.random()})
    logs.members[at - 1].content = data
    logs.members[at].edit(lambda event: event | {"payload": _hash(data)})


def reordered(logs: Logs, random: Random) -> None:
    first, second = sorted(random.sample(ballots(logs), 2))
    members = logs.members
    members[first - 1 : first + 1], members[second - 1 : second + 1] = (
        members[second - 1 : second + 1],
        members[first - 1 : first + 1],
    )


def inserted(logs: Logs, random: Random) -> None:
    """A ballot that came later stands before others."""
    at = some_ballot(logs, random) - 1
    other = Logs(logs.members[:at], [])
    other.cast(canonical({"late": random.random()}))
    logs.members[at:at] = other.members[at:]


def entry_changed(logs: Logs, random: Random) -> None:
    """A line of the journal, which has no chain."""
    at = random.randrange(len(logs.lines))
    logs.lines[at] = logs.lines[at].replace(b'"at":1', b'"at":2')


def entry_dropped(logs: Logs, random: Random) -> None:
    del logs.lines[random.randrange(len(logs.lines))]


def rolled_back(board: TestBoard, watched: Watched, random: Random) -> None:
    """An old state, signed again: a restored backup."""
    old = random.choice(shorter(board))
    board.logs = copied(old.logs)
    board.pass_time()


def shown_again(board: TestBoard, watched: Watched, random: Random) -> None:
    """An old state with its old signatures."""
    old = random.choice(shorter(board))
    board.now += STEP
    board.published.append(old)


def shorter(board: TestBoard) -> list[Shown]:
    """What was published and is shorter than what is."""
    size = len(board.shown.logs.events())
    return [each for each in board.published if len(each.logs.events()) < size]


def and_not_given(make: Make, *parts: str) -> Make:
    """And what has one of these in its path is answered with an error."""

    def both(board: TestBoard, watched: Watched, random: Random) -> None:
        def refusing(_: TestBoard, path: str, agent: Agent) -> bytes | None:
            if any(part in path for part in parts):
                raise Away("il répond trop lentement", "it answers too slowly")
            return None

        make(board, watched, random)
        board.cast("so that it is larger")
        board.logs.tell("incident", {"note": "Une file d'attente"})
        board.pass_time()
        board.view = refusing

    return both


# ------------------------------------------------------------------ told to some only


def told_to(agents: tuple[Agent, ...], change: Callable[[Logs, Random], None]) -> Make:
    """Some are shown a whole other board, signed as well."""

    def make(board: TestBoard, watched: Watched, random: Random) -> None:
        board.pass_time()
        other = copied(board.logs)
        change(other, random)
        other.chained()
        shown = Shown(other, publication(other, board.now // STEP * STEP))
        board.view = lambda _, path, agent: answer_of(shown, path) if agent in agents else None

    return make


def booth_file(agents: tuple[Agent, ...]) -> Make:
    """One file of the booth is another for some."""

    def make(board: TestBoard, watched: Watched, random: Random) -> None:
        bad = random.choice(sorted(board.booth))
        board.view = lambda _, path, agent: b"stolen" if path == bad and agent in agents else None
        board.pass_time()

    return make


# ------------------------------------------------------------------ not what was signed


def given(path: str, change: Callable[[Logs, Random], None], *, new: bool) -> Make:
    """What is served of a log is not what was signed, in what was read or in what is new."""

    def make(board: TestBoard, watched: Watched, random: Random) -> None:
        if new:
            board.cast("first of the new")
            board.logs.tell("incident", {"note": "Une file d'attente"})
            board.cast("second of the new")
        board.pass_time()
        other = copied(board.shown.logs)
        if new:
            other.lines[-1] = other.lines[-1].replace(b"attente", b"entente")
            del other.members[-4:-2]
        else:
            change(other, random)
        log = "board" if path == ARCHIVE else "journal"
        body = other.served(log)
        board.view = lambda _, asked, agent: body if asked == path else None

    return make


def withheld_in_archive(board: TestBoard, watched: Watched, random: Random) -> None:
    """The last ballot is signed, and not given."""
    board.cast("withheld")
    board.pass_time()
    body = Logs(board.shown.logs.members[:-2], []).archive()
    board.view = lambda _, path, agent: body if path == ARCHIVE else None


def other_tiles(board: TestBoard, watched: Watched, random: Random) -> None:
    """Whoever reads tiles reads another ballot."""
    board.pass_time()
    other = copied(board.shown.logs)
    replaced(other, random)
    shown = Shown(other, board.shown.notes)
    board.view = lambda _, path, agent: answer_of(shown, path) if "/tile/" in path else None


def datum_changed(board: TestBoard, watched: Watched, random: Random) -> None:
    """A ballot's bytes are others in the archive; its event is not."""
    board.pass_time()
    other = copied(board.shown.logs)
    at = some_ballot(other, random) - 1
    before = other.members[at]
    before.name = f"{_hash(before.content)}.data.json".encode()
    before.content = before.content.replace(b"ballot", b"ballet")
    body = other.archive()
    board.view = lambda _, path, agent: body if path == ARCHIVE else None


# ------------------------------------------------------------------ time, promises


def stalled(board: TestBoard, watched: Watched, random: Random) -> None:
    """Nothing is signed any more; whoever asks on knows it when an hour is over."""
    board.stopped = True
    for _ in range(HOUR // STEP):
        board.pass_time()
        assert watched.round() == []
        if random.random() < 0.1:
            watched.restart()
    board.pass_time()


def ahead(board: TestBoard, watched: Watched, random: Random) -> None:
    """It signs times to come."""
    notes = publication(board.logs, board.now + HOUR)
    board.published.append(Shown(copied(board.logs), notes))


def promised(board: TestBoard, watched: Watched, until: int) -> None:
    """A parent's promise for the next ballot, which is put into the watcher's folder."""
    after = copied(board.logs)
    data = canonical({"ballot": "promised"})
    after.cast(data)
    note = promise(after.events()[-1], len(after.events()) - 1, data, KEYS["board"], until)
    (watched.folder / "promises" / "from a parent.txt").write_bytes(note)


def withheld(board: TestBoard, watched: Watched, random: Random) -> None:
    """The ballot is delayed beyond its time."""
    promised(board, watched, board.now + STEP - 1)
    board.pass_time(2 * STEP)


def given_away(board: TestBoard, watched: Watched, random: Random) -> None:
    """Another ballot is at the place that was promised."""
    promised(board, watched, board.now + 5 * STEP)
    board.cast("of somebody else")
    grow(board, random)
    board.pass_time()


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()


FORKED = ("fork",)
BACK = ("fork", "rollback")
UNLIKE = ("unlike-checkpoint",)
ATTACKS: dict[str, Attack] = {
    "rolled back, and signed": Attack(rolled_back, ("rollback",), CONVICTS),
    "an old state shown again": Attack(shown_again, ("old-again",), SAID),
    "an event dropped": Attack(signed_anew(dropped), BACK, CONVICTS),
    "an event replaced": Attack(signed_anew(replaced), FORKED, CONVICTS),
    "events reordered": Attack(signed_anew(reordered), FORKED, CONVICTS),
    "an event inserted": Attack(signed_anew(inserted), FORKED, CONVICTS),
    "an entry of the journal changed": Attack(signed_anew(entry_changed), FORKED, CONVICTS),
    "an entry of the journal dropped": Attack(signed_anew(entry_dropped), BACK, CONVICTS),
    "a fork, and no archive": Attack(
        and_not_given(signed_anew(replaced), ARCHIVE), FORKED, CONVICTS
    ),
    "a fork, and no tiles": Attack(
        and_not_given(signed_anew(replaced), "/tile/"), FORKED, CONVICTS
    ),
    "a fork of the journal, and no journal": Attack(
        and_not_given(signed_anew(entry_changed), JOURNAL), FORKED, CONVICTS
    ),
    "a fork for browsers": Attack(told_to((DESKTOP,), replaced), FORKED, CONVICTS),
    "a fork for programs": Attack(told_to((PLAIN,), reordered), FORKED, CONVICTS),
    "a dropped event for browsers": Attack(told_to((DESKTOP,), dropped), BACK, CONVICTS),
    "an old event rewritten": Attack(given(ARCHIVE, replaced, new=False), UNLIKE, OBSERVED),
    "old events reordered": Attack(given(ARCHIVE, reordered, new=False), UNLIKE, OBSERVED),
    "an old entry rewritten": Attack(given(JOURNAL, entry_changed, new=False), UNLIKE, OBSERVED),
    "a new event dropped unsigned": Attack(given(ARCHIVE, dropped, new=True), UNLIKE, OBSERVED),
    "a new entry rewritten": Attack(given(JOURNAL, dropped, new=True), UNLIKE, OBSERVED),
    "a new event withheld": Attack(withheld_in_archive, UNLIKE, OBSERVED),
    "other tiles": Attack(other_tiles, UNLIKE, OBSERVED),
    "a ballot's bytes rewritten": Attack(datum_changed, ("rewritten",), SAID),
    "a delayed event": Attack(withheld, ("promise-broken",), CONVICTS),
    "a promised place given away": Attack(given_away, ("promise-broken",), CONVICTS),
    "a booth for one": Attack(booth_file((PHONE,)), ("booth-changed",), OBSERVED),
    "a booth for browsers": Attack(booth_file(AGENTS[1:]), ("booth-changed",), OBSERVED),
    "a booth for all": Attack(booth_file(AGENTS), ("booth-changed",), OBSERVED),
    "a clock that stands": Attack(stalled, ("stalled",), OBSERVED),
    "a clock that is ahead": Attack(ahead, ("ahead",), SAID),
}
