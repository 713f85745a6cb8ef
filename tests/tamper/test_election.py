# SPDX-License-Identifier: AGPL-3.0-or-later
"""The election object and what it binds: §8.1 to §8.3, §7.11, §7.12 (C06, C08, C10, C11)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tamper.damage import (
    NO_BINDINGS,
    NO_ELECTION,
    SCHOOL,
    Damage,
    Table,
    assert_noticed,
    remade,
)
from tests.tamper.forge.curve import BAD_POINTS, GENERATOR
from tests.tamper.forge.texts import Dice
from tests.tamper.forge.world import Question, World, make_trustees
from tests.tamper.touches import (
    Touch,
    change,
    drop,
    put,
    repeat,
    reversed_members,
    rewritten,
    several,
    spaced,
    swap,
    twice,
    with_member,
)


def election(fails: str, not_reached: str, touch: Touch, *, status: int = 1) -> Damage:
    return remade(fails, not_reached, {"election": touch}, status=status)


def evote(fails: str, not_reached: str, touch: Touch, *, status: int = 1) -> Damage:
    return remade(fails, not_reached, {"evote": touch}, status=status)


# ------------------------------------------------------------------ C06

OBJECT: Table = {
    "no name": election("C06", NO_ELECTION, drop("name")),
    "a name that is a number": election("C06", NO_ELECTION, put("name", 7)),
    "a member more": election("C06", NO_ELECTION, with_member),
    "an administrator": election("C06", NO_ELECTION, put("administrator", "x")),
    "a language": election("C06", NO_ELECTION, put("language", ["fr", "x"])),
    "a key twice": election("C06", NO_ELECTION, twice),
    "a key of a question twice": election(
        "C06", NO_ELECTION, rewritten('"blank":true', '"blank":true,"blank":false')
    ),
    "members in another order": election("C06", NO_ELECTION, reversed_members),
    "white space after it": election("C06", NO_ELECTION, spaced),
    "max as a fraction": election("C06", NO_ELECTION, put("questions", 0, "max", 1.0)),
    "max as true": election("C06", NO_ELECTION, put("questions", 0, "max", True)),
    "blank as text": election("C06", NO_ELECTION, put("questions", 0, "blank", "true")),
    "min over max": election("C06", NO_ELECTION, put("questions", 0, "min", 2)),
    "no answers": election("C06", NO_ELECTION, put("questions", 0, "answers", [])),
    "max over the answers": election("C06", NO_ELECTION, put("questions", 0, "max", 3)),
    "a lone surrogate": election("C06", NO_ELECTION, rewritten("Quelle", "\\ud800uelle")),
    "a short uuid": election("C06", NO_ELECTION, put("uuid", "TamperSchooL1")),
    "a uuid with another alphabet": election("C06", NO_ELECTION, put("uuid", "TamperSchool10")),
    "no question": election("C06", NO_ELECTION, put("questions", [])),
}

UNSUPPORTED: Table = {
    "another version": election("", "", put("version", 2), status=2),
    "version 0": election("", "", put("version", 0), status=2),
    "another group": election("", "", put("group", "RFC3526-2048"), status=2),
    "another kind of question": election("", "", put("questions", 0, "type", "Lists"), status=2),
    "version 3 of our bindings": evote("", "", put("version", 3), status=2),
}

KEYS: Table = {
    "a key that is not the trustees'": remade(
        "C08", "", {"public key": lambda key: key * GENERATOR}, until="Ballot"
    ),
    "one trustee's part instead of the joint key": remade(
        "C08",
        "",
        {"public key": lambda key: GENERATOR ** SCHOOL.trustees[0].coefficients[0]},
        until="Ballot",
    ),
} | {
    f"the key a point of {name}": remade(
        "C06", "C08 C10 C11 C12", {"election": put("public_key", text)}, until="Setup"
    )
    for name, text in BAD_POINTS.items()
}

# ------------------------------------------------------------------ C10

LABELS = ("questions", 0, "answers", 0)
NAME = ("evote", "lists", 0, "label")


def label(text: str) -> Touch:
    """A list renamed in both places where its label stands."""
    return several(put(*LABELS, text), put(*NAME, text))


def candidate(text: str) -> Touch:
    return put("evote", "lists", 0, "candidates", 0, text)


SHOWN = {
    "a bidirectional override": "Liste \u202eslaerrut",
    "a control character": "Liste\x07 A",
    "a zero-width space": "Liste\u200bdes Tilleuls",
    "letters not composed": "Liste de l'e\u0301cole",
    "two spaces": "Liste  A",
    "a space at the end": "Liste A ",
    "no character": "",
    "over 200 characters": "L" * 201,
    "an ideographic space": "Liste\u3000A",
    "a private character": "Liste \ue000",
    "a line separator": "Liste\u2028A",
    "a Cyrillic letter": "Liste d\u0435s Tilleuls",
    "a Greek letter": "Liste \u0391",
    "digits of another script": "Liste \u0661",
    "full-width digits": "Liste \uff11",
    "a variation selector": "Liste\ufe0f A",
    "a joiner that nobody sees": "Liste\u034f A",
    "a mark without its letter": "\u0301Liste",
    "a vowel of Khmer that shows nothing": "Liste\u17b4",
    "an accent of Hebrew": "Liste\u0591",
    "a blank of Braille": "Liste\u2800A",
    "nothing but signs": "« – »",
}


def asked(*, minimum: int = 1, maximum: int = 1) -> Damage:
    """Another question, answered as it asks."""
    question = replace(SCHOOL.questions[0], minimum=minimum, maximum=maximum)
    return remade("C10", "", world=replace(SCHOOL, questions=(question,)))


def without_blank() -> World:
    votes = tuple((voter, (row[0][1:],)) for voter, row in SCHOOL.votes[:2])
    question = replace(SCHOOL.questions[0], blank=False)
    return replace(SCHOOL, questions=(question,), votes=votes)


BINDINGS: Table = (
    {
        "another hash of the trustees": evote("C10", "", put("trustees_sha256", "0" * 64)),
        "another hash of the credentials": evote("C10", "", put("credentials_sha256", "0" * 64)),
        "a hash in capitals": evote("C10", NO_BINDINGS, change("trustees_sha256", str.upper)),
        "an elector too many": evote("C10", "", put("electors", 6)),
        "an elector too few": evote("C10", "", put("electors", 4)),
        "no elector": evote("C10", NO_BINDINGS, put("electors", 0)),
        "reserves in another order": evote("C10", "", swap("reserves", 0, 1)),
        "a reserve that is not listed": evote("C10", "", put("reserves", 0, (GENERATOR**7).wire)),
        "a reserve repeated": evote("C10", "", repeat("reserves")),
        "lists in another order than the answers": remade(
            "C10", "", world=replace(SCHOOL, lists=SCHOOL.lists[::-1])
        ),
        "a label that is not the answer": remade(
            "C10", "", world=replace(SCHOOL, lists=(("Autre", SCHOOL.lists[0][1]), SCHOOL.lists[1]))
        ),
        "a list left out": evote("C10", "C25", drop("lists", 1)),
        "a list of one candidate": evote("C10", NO_BINDINGS, drop("lists", 1, "candidates", 0)),
        "a candidate twice": evote(
            "C10", NO_BINDINGS, put("lists", 1, "candidates", 1, "Marc Faure")
        ),
        "two candidates that look alike": evote(
            "C10", NO_BINDINGS, put("lists", 1, "candidates", 1, "MARC FAURE")
        ),
        "more candidates than twice the seats": evote(
            "C10", NO_BINDINGS, put("lists", 0, "candidates", ["A", "B", "C", "D", "E"])
        ),
        "no seats": evote("C10", NO_BINDINGS, put("seats", 0)),
        "a hundred and one seats": evote("C10", NO_BINDINGS, put("seats", 101)),
        "another rule": evote("C10", NO_BINDINGS, put("rule", "d-hondt")),
        "closed before it opens": evote("C10", NO_BINDINGS, swap("opens_at", "closes_at")),
        "a time of 2^40": evote("C10", NO_BINDINGS, put("closes_at", 2**40)),
        "the year 10000": evote("C10", NO_BINDINGS, put("closes_at", 253402300800)),
        "an hour and a second of grace": evote("C10", NO_BINDINGS, put("grace_seconds", 3601)),
        "another form of UAI": evote("C10", NO_BINDINGS, put("school", "uai", "0350001")),
        "another kind of school": evote("C10", NO_BINDINGS, put("school", "kind", "lycee")),
        "rehearsal as a number": evote("C10", NO_BINDINGS, put("rehearsal", 0)),
        "a member more in our bindings": evote("C10", NO_BINDINGS, with_member),
        "a member less in our bindings": evote("C10", NO_BINDINGS, drop("roll_commitment")),
        "our bindings in another order": evote("C10", NO_BINDINGS, reversed_members),
        "our bindings as a list": evote("C10", NO_BINDINGS, lambda _: []),
        "two answers allowed": asked(maximum=2),
        "no answer allowed": asked(minimum=0),
        "no blank": remade("C10", "", world=without_blank(), until="Ballot"),
        "labels that look alike": election(
            "C10",
            NO_BINDINGS,
            several(label("Liste du préau"), put("evote", "lists", 1, "label", "LISTE DU PRÉAU")),
        ),
    }
    | {
        f"a label with {name}": election("C10", NO_BINDINGS, label(text))
        for name, text in SHOWN.items()
    }
    | {
        f"a candidate with {name}": election("C10", NO_BINDINGS, candidate(text))
        for name, text in SHOWN.items()
    }
)


def other_trustees(count: int, threshold: int) -> World:
    trustees = make_trustees(Dice("others"), count, threshold)
    return replace(
        SCHOOL, trustees=trustees, threshold=threshold, decrypting=tuple(range(1, threshold + 1))
    )


def two_questions() -> World:
    votes = tuple((voter, (vote[0], (1, 0))) for voter, vote in SCHOOL.votes)
    return replace(
        SCHOOL,
        questions=(*SCHOOL.questions, Question(("oui", "non"), blank=False)),
        votes=votes,
    )


TRUSTEES: Table = {
    "two of four trustees": remade("C10", "", world=other_trustees(4, 2)),
    "two trustees": remade("C10", "", world=other_trustees(2, 2)),
    "a threshold of one": remade("C10", "", world=other_trustees(3, 1)),
    "two questions": remade("C10", "", world=two_questions(), until="Ballot"),
    "a mandatory trustee beside them": remade(
        "C10",
        "C11 C12",
        world=replace(SCHOOL, singles=(5,), decrypting=(1, 2, 3)),
        until="Setup",
    ),
    "no threshold at all": remade(
        "C10", "C11 C12", world=replace(SCHOOL, trustees=(), singles=(5, 6, 7)), until="Setup"
    ),
}

PAGE: Table = {
    "the election's name with a control character": election("C10", "", put("name", "École\x07")),
    "the election's name with a Cyrillic letter": election("C10", "", put("name", "\u0415cole")),
    "the question with a bidirectional override": election(
        "C10", "", put("questions", 0, "question", "Quelle liste\u202e ?")
    ),
    "the description with a zero-width space": election(
        "C10", "", put("description", "Vote\u200bz")
    ),
    "a description of 2,001 characters": election("C10", "", put("description", "a" * 2001)),
}

# ------------------------------------------------------------------ C11


def ceremony(touch: Touch) -> Damage:
    return remade("C11", "", {"ceremony": touch})


CEREMONY: Table = {
    "a commitment that does not open": remade("C11", "", {"commitment 2": lambda _: "0" * 64}),
    "a commitment to other exponentials": remade(
        "C11", "", {"committed 2": change(-1, lambda _: (GENERATOR**9).wire)}
    ),
    "a commitment of another election": remade(
        "C11", "", {"committed 2": put(0, "AnotherEleCtion")}
    ),
    "a commitment for another place": remade("C11", "", {"committed 2": put(3, "3")}),
    "a commitment for another threshold": remade("C11", "", {"committed 2": put(2, "3")}),
    "two commitments exchanged": ceremony(swap("commitments", 0, 1)),
    "a signature of another trustee": ceremony(
        put("signatures", 0, {"challenge": "1", "response": "2"})
    ),
    "two signatures exchanged": ceremony(swap("signatures", 0, 1)),
    "a signature over another name": remade("C11", "", {"ceremony 3": put(3, "Anne Lefebvre")}),
    "a signature over another role": remade("C11", "", {"ceremony 3": put(4, "adjointe")}),
    "a signature over other trustees": remade("C11", "", {"ceremony 3": put(-2, "0" * 64)}),
    "a signature for another place": remade("C11", "", {"ceremony 3": put(-1, "2")}),
    "a signature of another election": remade("C11", "", {"ceremony 3": put(0, "AnotherEleCtion")}),
    "a signature over another threshold": remade("C11", "", {"ceremony 3": put(2, "3")}),
    "a name changed after the signatures": ceremony(put("members", 0, "name", "Anne Lefebvre")),
    "two members exchanged": ceremony(swap("members", 0, 1)),
}
CEREMONY_SHAPE: Table = {
    "a signature missing": remade("C10", NO_BINDINGS, {"ceremony": drop("signatures", 2)}),
    "a commitment missing": remade("C10", NO_BINDINGS, {"ceremony": drop("commitments", 2)}),
    "a member missing": remade("C10", NO_BINDINGS, {"ceremony": drop("members", 2)}),
    "a signature more": remade("C10", NO_BINDINGS, {"ceremony": repeat("signatures")}),
    "two names that look alike": remade(
        "C10",
        NO_BINDINGS,
        world=replace(
            SCHOOL,
            trustees=(
                SCHOOL.trustees[0],
                replace(SCHOOL.trustees[1], name="ANNE\u00a0LEFÈVRE"),
                SCHOOL.trustees[2],
            ),
        ),
    ),
    "a name with a control character": remade(
        "C10", NO_BINDINGS, {"ceremony": put("members", 0, "name", "Anne\nLefèvre")}
    ),
}

# What is not supported is said only of an archive that is sound so far.
BROKEN: Table = {
    "another version, in a broken chain": remade(
        "C03 C06", NO_ELECTION, {"election": put("version", 2), "event 1": put("height", 7)}
    ),
    "version 3 of our bindings, in a broken chain": remade(
        "C03 C10", NO_BINDINGS, {"evote": put("version", 3), "event 1": put("height", 7)}
    ),
}
TABLE = (
    OBJECT | UNSUPPORTED | BROKEN | PAGE | KEYS | BINDINGS | TRUSTEES | CEREMONY | CEREMONY_SHAPE
)


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
