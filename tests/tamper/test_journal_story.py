# SPDX-License-Identifier: AGPL-3.0-or-later
"""A journal that is true of the board and tells what is not permitted: §19.3 (C28)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.tamper.damage import said
from tests.tamper.forge.remake import Touch
from tests.tamper.forge.texts import Json
from tests.tamper.forge.world import World
from tests.tamper.record import (
    NO_JOURNAL,
    SERVED,
    Files,
    RecordDamage,
    Table,
    assert_noticed,
    edited,
    kept,
    made,
    publishable,
    served,
)
from tests.tamper.test_journal_form import cancellation
from tests.tamper.touches import change, put
from tests.tamper.verifier import verify

Told = tuple[str, Json]
DAY = 86400
NOTE: Told = ("incident", {"note": "Rien à signaler"})
PANNE: Told = ("suspended", {"reason": "Une panne"})
FINI: Told = ("resumed", {"reason": "Fini"})
CASE: Told = ("contested", {"case": "both-used"})
REPLACED: Told = ("reissued", {"revoked": 4})


def quiet(**moments: list[Told]) -> dict[str, Touch]:
    """A journal that tells this alone: `setup`, `ballot_b`, `closing`, `decrypted`, `result`."""
    own: dict[str, list[Told]] = {
        "setup": [("sealed", {}), ("opened", {})],
        "closing": [("closed", {}), ("closing-signed", {})],
        "result": [("tallied", {})],
    }
    told = own | {name.replace("_", " "): entries for name, entries in moments.items()}
    names = ["setup", *(f"ballot {n}" for n in range(5)), "closing", "decrypted", "result"]
    return {f"tell {name}": always(told.get(name, [])) for name in names}


def always(value: Json) -> Touch:
    return lambda _: value


THREE = replace(SERVED, votes=SERVED.votes[:3])  # nobody votes with a reserve


def plain(fails: str = "C28", not_reached: str = "", **moments: list[Told]) -> RecordDamage:
    touches = {name: touch for name, touch in quiet(**moments).items() if name != "tell ballot 4"}
    return made(fails, not_reached, touches, world=THREE)


def quietly(moments: dict[str, list[Told]], more: dict[str, Touch]) -> RecordDamage:
    """Such a journal, and something else about it."""
    touches = {name: touch for name, touch in quiet(**moments).items() if name != "tell ballot 4"}
    return made("C28", "", touches | more, world=THREE)


def while_open(fails: str = "C28", **moments: list[Told]) -> RecordDamage:
    kept_names = ("tell setup", *(f"tell ballot {n}" for n in range(4)))
    touches = {name: touch for name, touch in quiet(**moments).items() if name in kept_names}
    return made(fails, "", touches, world=THREE, until="Ballot")


def late(first: int, seconds: int) -> dict[str, Touch]:
    """Entries from one on, told so much later."""
    return {f"at {n}": lambda at: at + seconds for n in range(first, len(SERVED.story))}


def once_more(number: int) -> Callable[[Files], None]:
    """An entry again at the end, with what was signed then."""

    def apply(files: Files) -> None:
        last, old = json.loads(files.lines[-1]), json.loads(files.lines[number])
        again = {name: last[name] for name in ("at", "board")}
        files.lines.append(files.lines[number])
        edited(-1, lambda _: old | again | {"index": len(files.lines) - 1})(files)

    return apply


ORDER: Table = {
    "no sealing": plain(setup=[("opened", {})]),
    "an incident before the sealing": plain(setup=[NOTE, ("sealed", {}), ("opened", {})]),
    "sealed twice": plain(setup=[("sealed", {}), ("sealed", {}), ("opened", {})]),
    "no opening": plain(setup=[("sealed", {})]),
    "opened twice": plain(setup=[("sealed", {}), ("opened", {}), ("opened", {})]),
    "a contested vote before the opening": plain(setup=[("sealed", {}), CASE, ("opened", {})]),
    "suspended before the opening": plain(setup=[("sealed", {}), PANNE, FINI, ("opened", {})]),
    "suspended twice": plain(ballot_1=[PANNE, PANNE, FINI]),
    "resumed without suspension": plain(ballot_1=[FINI]),
    "resumed twice": plain(ballot_1=[PANNE, FINI, FINI]),
    "no closing": plain(closing=[], decrypted=[]),
    "closed twice": plain(closing=[("closed", {}), ("closed", {}), ("closing-signed", {})]),
    "suspended after the closing": plain(
        "C27", NO_JOURNAL, closing=[("closed", {}), PANNE, ("closing-signed", {})]
    ),
    "a code replaced after the closing": plain(
        closing=[("closed", {}), REPLACED, ("closing-signed", {})]
    ),
    "a closing that nobody signed": plain(closing=[("closed", {})]),
    "a closing signed twice": plain(
        closing=[("closed", {}), ("closing-signed", {}), ("closing-signed", {})]
    ),
    "no count": plain(result=[]),
    "counted twice": plain(result=[("tallied", {}), ("tallied", {})]),
    "archived before the count": plain(decrypted=[("archived", {})]),
    "archived twice": plain(result=[("tallied", {}), ("archived", {}), ("archived", {})]),
    "a contested vote after the archiving": plain(result=[("tallied", {}), ("archived", {}), CASE]),
    "a code replaced after the count": plain(result=[("tallied", {}), REPLACED]),
}
ENDED: Table = {
    "cancelled and then counted": plain(ballot_1=[cancellation()]),
    "cancelled and then more ballots": while_open(ballot_1=[cancellation()]),
    "cancelled after the closing and then counted": plain(
        closing=[("closed", {}), ("closing-signed", {}), cancellation()]
    ),
    "cancelled before the sealing": while_open(
        setup=[cancellation(), ("sealed", {}), ("opened", {})]
    ),
    "cancelled twice": while_open(ballot_3=[cancellation(), cancellation()]),
    "cancelled and then reopened": while_open(ballot_3=[cancellation(), FINI]),
    "a ballot in the suspension that lasts": while_open(ballot_2=[PANNE]),
    "ballots before the journal opens": while_open("C12 C28", setup=[("sealed", {})]),
}
HOURS: Table = {
    "closed an hour early": made("C28", "", {"at 10": lambda at: at - 3600}),
    "closed at the hour first sealed": made("C28", "", {"at 10": put(1791600000 // 60 * 60)}),
    "closed a minute early": made("C28", "", {"at 10": lambda at: at - 60}),
    "opened after the closing time": made("C28", "", late(3, 2 * DAY)),
    "opened in the minute of the closing": made(
        "C28", "", {f"at {n}": put(1791603600) for n in range(3, 10)}
    ),
    "the booth replaced after the closing time": made("C28", "", late(9, 2 * DAY)),
    "hours changed after the closing time": made("C28", "", late(2, 3 * DAY)),
    "hours that close before they open": made(
        "C28", "", {"body 2": lambda b: b | {"closes_at": b["opens_at"] - 1}}
    ),
    "the opening moved after the opening": plain(
        ballot_2=[("hours-changed", {"opens_at": 1791400000, "reason": "Erreur"})]
    ),
}
LATE_OPENING: dict[str, Touch] = {f"at {n}": lambda at: at + 2 * DAY for n in range(1, 5)}
AFTER_CLOSING: list[Told] = [
    ("sealed", {}),
    ("hours-changed", {"opens_at": 1791700000, "reason": "Erreur"}),
    ("opened", {}),
]
HOURS_ALONE: Table = {
    "opened after the closing time, and nothing amended": quietly({}, LATE_OPENING),
    "an opening after the closing, and opened before both": quietly(
        {"setup": AFTER_CLOSING}, {"at 2": put(1791500040)}
    ),
}
AHEAD: Table = {
    "an incident between the end of the ballots and the closing": plain(
        closing=[NOTE, ("closed", {}), ("closing-signed", {})]
    ),
    "a contested vote between the end of the ballots and the closing": plain(
        closing=[CASE, ("closed", {}), ("closing-signed", {})]
    ),
}
NUMBERS: Table = {
    "the first amendment numbered 2": made("C28", "", {"body 2": put("amendment", 2)}),
    "the second amendment numbered 1": made("C28", "", {"body 9": put("amendment", 1)}),
    "a number left out between amendments": made("C28", "", {"body 9": put("amendment", 3)}),
    "an amendment replayed": kept("C28", "", once_more(2), until="Ballot"),
    "another amendment replayed": kept("C28", "", once_more(9), until="Ballot"),
}


def cut(lines: int) -> Callable[[Files], None]:
    def apply(files: Files) -> None:
        del files.lines[lines:]

    return apply


BEHIND: Table = {
    "a journal without entries": kept("C12 C28 C30", "", cut(0), until="Ballot"),
    "a journal without entries beside a set-up": kept("C28", "", cut(0), until="Setup"),
    "a journal that stops before the opening": kept("C12 C28 C30", "", cut(3), until="Ballot"),
    "a journal that stops at the suspension": kept("C28 C30", "", cut(5), until="Ballot"),
    "a journal that stops before the closing": kept("C28", "", cut(10)),
    "a journal that stops before the count": kept("C28", "", cut(14)),
}
TABLE = ORDER | ENDED | HOURS | HOURS_ALONE | AHEAD | NUMBERS | BEHIND


@pytest.mark.parametrize("phrase", TABLE)
def test_the_story_is_noticed(phrase: str) -> None:
    assert_noticed(TABLE[phrase])


# ------------------------------------------------------------------ what is permitted


def after(world: World, **moments: list[Told]) -> World:
    """The same election with a quieter journal."""
    told = quiet(**moments)
    story = [
        (name.removeprefix("tell "), kind, body)
        for name, touch in told.items()
        for kind, body in touch(None)
    ]
    return replace(world, story=tuple(story))


HONEST = {
    "nothing but what must be told": after(THREE),
    "closed while suspended": after(THREE, ballot_3=[PANNE, NOTE]),
    "everything in a suspension": after(
        THREE,
        ballot_1=[PANNE, NOTE, REPLACED, CASE, ("hours-changed", {"reason": "Une heure"}), FINI],
    ),
    "two suspensions at one moment": after(THREE, ballot_1=[PANNE, FINI, PANNE, FINI]),
    "nobody votes": after(replace(THREE, votes=())),
    "hours shortened": after(
        THREE, ballot_1=[("hours-changed", {"closes_at": 1791550000, "reason": "Une grève"})]
    ),
    "the opening brought forward": after(
        THREE,
        setup=[
            ("sealed", {}),
            ("hours-changed", {"opens_at": 1791495000, "reason": "Plus tôt"}),
            ("opened", {}),
        ],
    ),
    "a code replaced before the opening": after(
        THREE, setup=[("sealed", {}), REPLACED, ("opened", {})]
    ),
    "many words after the count": after(
        THREE, result=[("tallied", {}), CASE, NOTE, ("archived", {}), NOTE, NOTE]
    ),
    "much to tell": SERVED,
}
CANCELLED = {
    "before the opening": ("Setup", after(THREE, setup=[("sealed", {}), cancellation(), NOTE])),
    "while open": ("Ballot", after(THREE, ballot_3=[cancellation(), NOTE])),
    "while suspended": ("Ballot", after(THREE, ballot_3=[PANNE, cancellation()])),
    "after the closing": ("EncryptedTally", after(THREE, closing=[("closed", {}), cancellation()])),
    "when the closing was signed": (
        "PartialDecryption",
        after(THREE, decrypted=[cancellation(), NOTE]),
    ),
}


@pytest.mark.parametrize("phrase", HONEST)
def test_every_record_that_a_server_can_publish_is_accepted(phrase: str) -> None:
    count = 0
    for files in publishable(HONEST[phrase]):
        count += 1
        assert said(files.verify()) == (0, [], []), (count, files.verify().text)
    assert count > 6


@pytest.mark.parametrize("phrase", CANCELLED)
def test_an_election_may_be_cancelled_until_it_is_counted(phrase: str) -> None:
    until, world = CANCELLED[phrase]
    lines = []
    for files in publishable(world, until):
        report = files.verify()
        assert said(report) == (0, [], []), report.text
        lines.append(report.first_line)
    assert "annulée" in lines[-1]
    assert "annulée" not in lines[0]


def test_a_rehearsal_may_be_closed_early() -> None:
    touches: dict[str, Touch] = {"at 10": change_by(-3600), "evote": put("rehearsal", True)}
    assert said(served(touches).verify()) == (0, [], [])


def change_by(seconds: int) -> Touch:
    return lambda at: at + seconds


def test_the_archive_alone_is_judged_without_its_journal() -> None:
    for until in ("Setup", "Ballot", "EncryptedTally", "Result"):
        archive = served(until=until).archive
        report = verify(archive.write())
        assert said(report) == (0, [], [])
        outcomes = {report.outcomes[f"C{n}"] for n in range(27, 32)}
        assert outcomes == {"not_applicable"}


def test_the_hour_of_an_amendment_counts_from_the_next_minute() -> None:
    touches = {"body 2": change("closes_at", lambda at: at + 59)}
    assert said(served(touches).verify()) == (0, [], [])
