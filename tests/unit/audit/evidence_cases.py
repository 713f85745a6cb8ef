# SPDX-License-Identifier: AGPL-3.0-or-later
"""Evidence of every kind (§21), true and not, of the forged election on a server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from tests.tamper.forge.journal import CLOSES_AT
from tests.tamper.forge.logs import (
    STAMPED_AT,
    consistency,
    inclusion,
    journal_key,
    root,
)
from tests.tamper.forge.papers import promise, stamped
from tests.tamper.forge.setup import BOOTH
from tests.tamper.forge.texts import canonical
from tests.tamper.record import SERVED
from tests.unit.audit.receipts import KEY, THIEF, ballot, whole

JOURNAL = journal_key(SERVED.uuid)
EVENTS = whole().events()
ELECTION = whole().archive.datum("Setup", 0).content
HOUR = 3600
OTHER = b'{"other":1}'
Members = dict[str, Any]
Touch = Callable[[Members], object]


def texts(proof: Sequence[bytes]) -> list[str]:
    return [p.hex() for p in proof]


def changed(at: int, size: int = 10) -> list[bytes]:
    """Another board of this size, with another event at one place."""
    return [*EVENTS[:at], OTHER, *EVENTS[at + 1 : size]]


def begun(events: Sequence[bytes], first: int) -> list[str]:
    """A consistency proof with the root of the first so many before it, if that is not in it."""
    own = [root(events[:first])] if first & (first - 1) == 0 else []
    return texts([*own, *consistency(events, first)])


def signed(events: Sequence[bytes], key: Any = KEY, time: int = STAMPED_AT) -> str:  # noqa: ANN401
    return stamped(events, key, time).decode()


def fork(m: int, n: int) -> Members:
    """The honest board of m events, and one of n that begins otherwise."""
    second = changed(0, n)
    return {
        "log": "board",
        "first": signed(EVENTS[:m]),
        "second": signed(second),
        "proof": [] if m == n else begun(second, m),
    }


def resigned(text: str, key: Any = KEY) -> str:  # noqa: ANN401
    """The same checkpoint's text, signed and stamped anew as it stands."""
    body = text.split("\n\n", maxsplit=1)[0] + "\n"
    line = key.line(body.encode()) + key.stamper.line(body.encode())
    return f"{body}\n{line.decode()}"


def resized(events: Sequence[bytes], size: int, key: Any = KEY) -> str:  # noqa: ANN401
    """A checkpoint that says another size than its events have."""
    return resigned(signed(events, key).replace(f"\n{len(events)}\n", f"\n{size}\n", 1), key)


MOST = 4 + 5 + 3  # electors, trustees
TOO_MANY = {"log": "board", "checkpoint": resized(EVENTS, MOST + 1)}
FORK = fork(3, 7)
ROLLBACK = {
    "log": "board",
    "first": signed(EVENTS[:7]),
    "second": signed(EVENTS[:4], time=STAMPED_AT + 60),
}
LATE = {
    "promise": promise(EVENTS[4], 4, ballot(whole(), 3), KEY).decode(),
    "checkpoint": signed(EVENTS[:4], time=STAMPED_AT + 1),
    "leaf": "",
    "proof": [],
}
ANOTHER = {
    "promise": LATE["promise"],
    "checkpoint": signed(changed(4)),
    "leaf": sha256(b"\0" + OTHER).hexdigest(),
    "proof": texts(inclusion(changed(4), 4)),
}
CONTRADICTS = {
    "promise": promise(EVENTS[4], 4, b"of another parent", KEY).decode(),
    "event": EVENTS[4].decode(),
}
SEEN = {"observer": "FCPE 35", "seen_at": STAMPED_AT + 2 * HOUR}
UNLIKE = {"log": "board", "checkpoint": signed(EVENTS), "index": 9, "entry": "{}", **SEEN}
BOOTH_CHANGED = {
    "path": BOOTH[0]["path"],
    "sha256": "0" * 64,
    "sealed_sha256": BOOTH[0]["sha256"],
    **SEEN,
}
STALLED = {"checkpoint": signed(EVENTS), **SEEN, "seen_at": STAMPED_AT + HOUR + 1}
WITHHELD = {"log": "board", **STALLED}
OVERDUE = {
    "promise": LATE["promise"],
    "checkpoint": signed(EVENTS[:4]),
    **SEEN,
    "seen_at": STAMPED_AT + HOUR + 1,
}
PUBLISHED_LATE = {
    "promise": LATE["promise"],
    "before": signed(EVENTS[:4]),
    "checkpoint": signed(EVENTS[:5], time=STAMPED_AT + 301),
    **SEEN,
}
BEYOND = {  # a year, and the second after it
    "promise": promise(
        EVENTS[4], 4, ballot(whole(), 3), KEY, CLOSES_AT + 366 * 24 * HOUR + 1
    ).decode()
}
END = next(i for i, event in enumerate(EVENTS) if b"EndBallots" in event)
ENDED: Members = {
    "promise": promise(OTHER, END + 3, b"a ballot", KEY).decode(),
    "checkpoint": signed(EVENTS),
    "event": EVENTS[END].decode(),
    "proof": texts(inclusion(EVENTS, END)),
}
TOO_FAR = {
    "promise": promise(EVENTS[4], 4, ballot(whole(), 3), KEY, STAMPED_AT + 1561).decode(),
    "checkpoint": signed(EVENTS[:4]),
    **SEEN,
    "seen_at": STAMPED_AT + 600,
}

HOLDS: dict[str, tuple[str, Members]] = {
    "a fork": ("fork", FORK),
    **{f"a fork of {m} and {n}": ("fork", fork(m, n)) for n in range(2, 11) for m in range(1, n)},
    "a fork of one size": ("fork", fork(5, 5)),
    "a fork of no entry": (
        "fork",
        FORK
        | {
            "first": signed(EVENTS[:0]).replace(
                "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "A" * 43 + "="
            ),
            "proof": [],
        },
    ),
    "a fork of the journal": (
        "fork",
        {
            "log": "journal",
            "first": signed([b"a"], JOURNAL),
            "second": signed([b"b", b"c"], JOURNAL),
            "proof": begun([b"b", b"c"], 1),
        },
    ),
    "a rollback": ("rollback", ROLLBACK),
    "a rollback of the journal": (
        "rollback",
        {
            "log": "journal",
            "first": signed([b"a"], JOURNAL),
            "second": signed([], JOURNAL, STAMPED_AT + 1),
        },
    ),
    "a board of more than there can be": ("oversized", TOO_MANY),
    "a journal of more than there can be": (
        "oversized",
        {"log": "journal", "checkpoint": resized([b"a"], 2**17 + 1, JOURNAL)},
    ),
    "a promise not kept in time": ("promise-broken", LATE),
    "a promise whose place has another event": ("promise-broken", ANOTHER),
    "a promise of another ballot's event": ("promise-contradicts", CONTRADICTS),
    "a promise of what is no event": (
        "promise-contradicts",
        {"promise": promise(OTHER, 4, b"x", KEY).decode(), "event": OTHER.decode()},
    ),
    "an entry unlike its checkpoint": ("unlike-checkpoint", UNLIKE),
    "another booth": ("booth-changed", BOOTH_CHANGED),
    "a server that publishes no more": ("stalled", STALLED),
    "a board that is not given": ("withheld", WITHHELD),
    "a journal that is not given": (
        "withheld",
        WITHHELD | {"log": "journal", "checkpoint": signed([b"a"], JOURNAL)},
    ),
    "a promise of which nothing is shown": ("promise-overdue", OVERDUE),
    "a promise after the ballots ended": ("promise-ended", ENDED),
    "a promise of the place where they ended": (
        "promise-ended",
        ENDED | {"promise": promise(OTHER, END, b"a ballot", KEY).decode()},
    ),
    "a promise beyond any closing": ("promise-beyond", BEYOND),
    "a promise for the year 2286": (
        "promise-beyond",
        {"promise": promise(EVENTS[4], 4, ballot(whole(), 3), KEY, 10**10 - 1).decode()},
    ),
    "a promise that is too far": ("promise-too-far", TOO_FAR),
    "a promised ballot that came late": ("promise-late", PUBLISHED_LATE),
}
OBSERVATIONS = (
    *("unlike-checkpoint", "booth-changed", "stalled", "withheld"),
    *("promise-overdue", "promise-late", "promise-too-far"),
)


HOLDS["a fork of no entry"][1]["first"] = resigned(HOLDS["a fork of no entry"][1]["first"])


def false_stamp(text: str) -> str:
    """The stamp's signature is another."""
    return text[:-10] + ("A" if text[-10] != "A" else "B") + text[-9:]


def twice_stamped(text: str) -> str:
    return text + text.rstrip("\n").rpartition("\n")[2] + "\n"


def in_its_name() -> str:
    """A line of the log's name and of no key of its own."""
    return f"{FORK['second']}\u2014 {KEY.name} {'A' * 8}\n"


def written(kind: str, members: Members, election: bytes = ELECTION) -> bytes:
    """The file, whether it holds or not."""
    head = {"evote_evidence": 1, "election": election.decode(), "kind": kind}
    return canonical(head | members)


def but(members: Members, **instead: Any) -> Members:  # noqa: ANN401
    return members | instead


NOTHING: dict[str, tuple[str, Members]] = {
    "two checkpoints of one board": ("fork", but(FORK, second=signed(EVENTS[:7]))),
    "one board, with its honest proof": (
        "fork",
        but(FORK, second=signed(EVENTS[:7]), proof=begun(EVENTS[:7], 3)),
    ),
    "one board, from a power of two": (
        "fork",
        but(FORK, first=signed(EVENTS[:4]), second=signed(EVENTS[:7]), proof=begun(EVENTS[:7], 4)),
    ),
    "a proof of a power of two that lacks the root": (
        "fork",
        but(fork(4, 7), proof=fork(4, 7)["proof"][1:]),
    ),
    "one checkpoint twice": ("fork", but(fork(5, 5), second=signed(EVENTS[:5]))),
    "no proof": ("fork", but(FORK, proof=[])),
    "a hash more": ("fork", but(FORK, proof=[*FORK["proof"], "0" * 64])),
    "a hash less": ("fork", but(FORK, proof=FORK["proof"][:-1])),
    "a proof for one size": ("fork", but(fork(5, 5), proof=["0" * 64])),
    "another hash": ("fork", but(FORK, proof=["0" * 64, *FORK["proof"][1:]])),
    "a hash in capitals": ("fork", but(FORK, proof=["A" * 64])),
    "the larger first": ("fork", but(FORK, first=FORK["second"], second=FORK["first"])),
    "a proof from nothing": ("fork", but(FORK, first=signed([]), proof=["0" * 64])),
    "nothing, and something": ("fork", but(FORK, first=signed([]), proof=[])),
    "of the other log": ("fork", but(FORK, log="journal")),
    "of no log": ("fork", but(FORK, log="roll")),
    "first by a thief": ("fork", but(FORK, first=signed(EVENTS[:3], THIEF))),
    "second by a thief": ("fork", but(FORK, second=signed(changed(0, 7), THIEF))),
    "second of the journal": ("fork", but(FORK, second=signed(changed(0, 7), JOURNAL))),
    "second of another origin": (
        "fork",
        but(FORK, second=resigned(FORK["second"].replace(KEY.name, JOURNAL.name, 1))),
    ),
    "a proof that is a text": ("fork", but(FORK, proof="")),
    "a board as large as it can be": (
        "oversized",
        but(TOO_MANY, checkpoint=resized(EVENTS, MOST)),
    ),
    "a journal as large as it can be": (
        "oversized",
        {"log": "journal", "checkpoint": resized([b"a"], 2**17, JOURNAL)},
    ),
    "too many by a thief": (
        "oversized",
        but(TOO_MANY, checkpoint=resized(EVENTS, MOST + 1, THIEF)),
    ),
    "a fork with a false stamp": ("fork", but(FORK, first=false_stamp(FORK["first"]))),
    "a fork with two stamps": ("fork", but(FORK, first=twice_stamped(FORK["first"]))),
    "a fork with a line in the server's name": ("fork", but(FORK, second=in_its_name())),
    "no step back": ("rollback", but(ROLLBACK, second=signed(EVENTS[:7], time=STAMPED_AT + 60))),
    "a step forward": ("rollback", but(ROLLBACK, second=signed(EVENTS[:8], time=STAMPED_AT + 60))),
    "at the same time": ("rollback", but(ROLLBACK, second=signed(EVENTS[:4]))),
    "before": ("rollback", but(ROLLBACK, second=signed(EVENTS[:4], time=STAMPED_AT - 1))),
    "without stamp": ("rollback", but(ROLLBACK, second=KEY.checkpoint(EVENTS[:4]).decode())),
    "with a thief's stamp": (
        "rollback",
        but(
            ROLLBACK,
            second=KEY.checkpoint(EVENTS[:4]).decode()
            + ROLLBACK["second"].rpartition("\u2014")[0].rpartition("\n\n")[2],
        ),
    ),
    "rollback by a thief": ("rollback", but(ROLLBACK, first=signed(EVENTS[:7], THIEF))),
    "a promise that is not over": ("promise-broken", but(LATE, checkpoint=signed(EVENTS[:4]))),
    "a board that reaches the promise": (
        "promise-broken",
        but(LATE, checkpoint=signed(EVENTS[:5], time=STAMPED_AT + 1)),
    ),
    "a late promise with a proof": ("promise-broken", but(LATE, proof=["0" * 64])),
    "a late promise without stamp": (
        "promise-broken",
        but(LATE, checkpoint=KEY.checkpoint(EVENTS[:4]).decode()),
    ),
    "a thief's promise": (
        "promise-broken",
        but(LATE, promise=promise(EVENTS[4], 4, b"x", THIEF).decode()),
    ),
    "a thief's checkpoint": (
        "promise-broken",
        but(LATE, checkpoint=signed(EVENTS[:4], THIEF, STAMPED_AT + 1)),
    ),
    "a promise that was kept": (
        "promise-broken",
        but(
            ANOTHER,
            checkpoint=signed(EVENTS),
            leaf=sha256(b"\0" + EVENTS[4]).hexdigest(),
            proof=texts(inclusion(EVENTS, 4)),
        ),
    ),
    "another event at another place": (
        "promise-broken",
        but(
            ANOTHER,
            checkpoint=signed(EVENTS),
            leaf=sha256(b"\0" + EVENTS[5]).hexdigest(),
            proof=texts(inclusion(EVENTS, 5)),
        ),
    ),
    "another event that is not there": ("promise-broken", but(ANOTHER, leaf="0" * 64)),
    "another event beyond the board": (
        "promise-broken",
        but(ANOTHER, checkpoint=signed(EVENTS[:4])),
    ),
    "a promise of its own ballot's event": (
        "promise-contradicts",
        but(CONTRADICTS, promise=LATE["promise"]),
    ),
    "another event than promised": (
        "promise-contradicts",
        but(CONTRADICTS, event=EVENTS[5].decode()),
    ),
    "another ballot's event, by a thief": (
        "promise-contradicts",
        but(CONTRADICTS, promise=promise(EVENTS[4], 4, b"x", THIEF).decode()),
    ),
    "an event with a space": (
        "promise-contradicts",
        but(CONTRADICTS, event=EVENTS[4].decode() + " "),
    ),
    "an index beyond the checkpoint": ("unlike-checkpoint", but(UNLIKE, index=10)),
    "an index as text": ("unlike-checkpoint", but(UNLIKE, index="9")),
    "an entry that is an object": ("unlike-checkpoint", but(UNLIKE, entry={})),
    "unlike a thief's checkpoint": (
        "unlike-checkpoint",
        but(UNLIKE, checkpoint=signed(EVENTS, THIEF)),
    ),
    "no observer": ("unlike-checkpoint", but(UNLIKE, observer="")),
    "an observer with hidden letters": ("unlike-checkpoint", but(UNLIKE, observer="FCPE\u200b 35")),
    "seen in the year 10000": ("unlike-checkpoint", but(UNLIKE, seen_at=253402300800)),
    "the sealed file": ("booth-changed", but(BOOTH_CHANGED, sha256=BOOTH[0]["sha256"])),
    "a file that is not sealed": ("booth-changed", but(BOOTH_CHANGED, path="/x")),
    "another sealed hash": ("booth-changed", but(BOOTH_CHANGED, sealed_sha256="1" * 64)),
    "one file's hash for another": (
        "booth-changed",
        but(BOOTH_CHANGED, sealed_sha256=BOOTH[1]["sha256"]),
    ),
    "stalled for an hour": ("stalled", but(STALLED, seen_at=STAMPED_AT + HOUR)),
    "stalled before": ("stalled", but(STALLED, seen_at=STAMPED_AT - HOUR)),
    "stalled, of the journal": ("stalled", but(STALLED, checkpoint=signed([b"a"], JOURNAL))),
    "stalled, without stamp": ("stalled", but(STALLED, checkpoint=KEY.checkpoint(EVENTS).decode())),
    "withheld for an hour": ("withheld", but(WITHHELD, seen_at=STAMPED_AT + HOUR)),
    "withheld, of the other log": ("withheld", but(WITHHELD, log="journal")),
    "withheld, by a thief": ("withheld", but(WITHHELD, checkpoint=signed(EVENTS, THIEF))),
    "withheld, without stamp": (
        "withheld",
        but(WITHHELD, checkpoint=KEY.checkpoint(EVENTS).decode()),
    ),
    "late by five minutes": (
        "promise-late",
        but(PUBLISHED_LATE, checkpoint=signed(EVENTS[:5], time=STAMPED_AT + 300)),
    ),
    "late, and covered before": ("promise-late", but(PUBLISHED_LATE, before=signed(EVENTS[:5]))),
    "late, after what convicts": (
        "promise-late",
        but(PUBLISHED_LATE, before=signed(EVENTS[:4], time=STAMPED_AT + 1)),
    ),
    "late, and not covered": (
        "promise-late",
        but(PUBLISHED_LATE, checkpoint=signed(EVENTS[:4], time=STAMPED_AT + 301)),
    ),
    "late, shown by a thief": (
        "promise-late",
        but(PUBLISHED_LATE, before=signed(EVENTS[:4], THIEF)),
    ),
    "late, published by a thief": (
        "promise-late",
        but(PUBLISHED_LATE, checkpoint=signed(EVENTS[:5], THIEF, STAMPED_AT + 301)),
    ),
    "overdue for an hour": ("promise-overdue", but(OVERDUE, seen_at=STAMPED_AT + HOUR)),
    "overdue, and covered": ("promise-overdue", but(OVERDUE, checkpoint=signed(EVENTS[:5]))),
    "overdue, shown by a thief": (
        "promise-overdue",
        but(OVERDUE, checkpoint=signed(EVENTS[:4], THIEF)),
    ),
    "overdue, promised by a thief": (
        "promise-overdue",
        but(OVERDUE, promise=promise(EVENTS[4], 4, b"x", THIEF).decode()),
    ),
    "a promise a year after the closing": (
        "promise-beyond",
        {
            "promise": promise(
                EVENTS[4], 4, ballot(whole(), 3), KEY, CLOSES_AT + 366 * 24 * HOUR
            ).decode()
        },
    ),
    "a thief's promise beyond any closing": (
        "promise-beyond",
        {"promise": promise(EVENTS[4], 4, b"x", THIEF, 10**10 - 1).decode()},
    ),
    "a promise before the ballots ended": (
        "promise-ended",
        but(ENDED, promise=promise(EVENTS[END - 1], END - 1, b"x", KEY).decode()),
    ),
    "a thief's promise after they ended": (
        "promise-ended",
        but(ENDED, promise=promise(OTHER, END + 3, b"a ballot", THIEF).decode()),
    ),
    "the end on a thief's board": ("promise-ended", but(ENDED, checkpoint=signed(EVENTS, THIEF))),
    "an end that is not on the board": (
        "promise-ended",
        but(ENDED, event=ENDED["event"].replace(ENDED["event"][11:75], "0" * 64)),
    ),
    "an end with a hash less": ("promise-ended", but(ENDED, proof=ENDED["proof"][1:])),
    "an end of another size": ("promise-ended", but(ENDED, checkpoint=signed(EVENTS[:-1]))),
    "a ballot for the end": (
        "promise-ended",
        but(ENDED, event=EVENTS[END - 1].decode(), proof=texts(inclusion(EVENTS, END - 1))),
    ),
    "as far as the stamp allows": (
        "promise-too-far",
        but(
            TOO_FAR,
            promise=promise(EVENTS[4], 4, ballot(whole(), 3), KEY, STAMPED_AT + 1560).decode(),
        ),
    ),
    "as far as the clock allows": ("promise-too-far", but(TOO_FAR, seen_at=STAMPED_AT + 601)),
    "too far, by a thief": (
        "promise-too-far",
        but(TOO_FAR, promise=promise(EVENTS[4], 4, b"x", THIEF, 10**10 - 1).decode()),
    ),
    "too far, stamped by a thief": (
        "promise-too-far",
        but(TOO_FAR, checkpoint=signed(EVENTS[:4], THIEF)),
    ),
    "too far, without stamp": (
        "promise-too-far",
        but(TOO_FAR, checkpoint=KEY.checkpoint(EVENTS[:4]).decode()),
    ),
    "an unknown kind": ("spoon", FORK),
    "members of another kind": ("fork", ROLLBACK),
    "a member more": ("fork", but(FORK, more=1)),
    "members in another order": ("fork", dict(reversed(FORK.items()))),
}
