# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chain, the order of events, and the data before each: §10.1, §10.2 (C03, C04, C05)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.tamper.damage import SCHOOL, Table, assert_noticed, operated, remade
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.texts import canonical, hash_hex
from tests.tamper.surgery import Archive, Member
from tests.tamper.touches import (
    Touch,
    change,
    drop,
    put,
    reversed_members,
    several,
    spaced,
    swap,
    twice,
    with_member,
)

Operation = Callable[[Archive], object]
Entry = tuple[Any, ...]
EVERYTHING = "C06..C25"
A_BALLOT = "C18 C23 C24"  # what rests on all ballots being there

# ------------------------------------------------------------------ C03

LATER = range(2, 9)  # Setup 0, ballots 1 to 3, EndBallots 4, tally 5, decryptions 6 and 7, result 8

CHAIN: Table = {
    "a height left out": remade(
        "C03", touch={f"event {h}": change("height", lambda height: height + 1) for h in LATER}
    ),
    "a height twice": remade(
        "C03", touch={f"event {h}": change("height", lambda height: height - 1) for h in LATER}
    ),
    "the first event at height 1": remade("C03", touch={"event 0": put("height", 1)}),
    "a parent of the first event": remade(
        "C03", touch={"event 0": lambda e: {"parent": "0" * 64, **e}}
    ),
    "no parent": remade("C03", touch={"event 2": drop("parent")}),
    "a parent of zeros": remade("C03", touch={"event 2": put("parent", "0" * 64)}),
    "members in another order": remade("C03", touch={"event 2": reversed_members}),
    "a member more": remade("C03", touch={"event 2": with_member}),
    "white space": remade("C03", touch={"event 2": spaced}),
    "a key twice": remade("C03", touch={"event 2": twice}),
    "a height as text": remade("C03", A_BALLOT, touch={"event 2": put("height", "2")}),
    "a height as a fraction": remade("C03", A_BALLOT, touch={"event 2": put("height", 2.0)}),
}


SURPLUS = replace(SCHOOL, decrypting=(1, 2, 3))


def grandparent() -> Touch:
    """The third ballot's event names the first one's as parent."""
    heads = Forge(SCHOOL)
    heads.make()
    return put("parent", heads.heads[1])


CHAIN["the grandparent as parent"] = remade("C03", touch={"event 3": grandparent()})

# ------------------------------------------------------------------ C04


def at(place: str, change_: Callable[[list[Entry]], list[Entry]]) -> dict[str, Touch]:
    """Other events than the one of this place; everything after is made for them."""
    return {f"append {place}": change_}


def fourth_ballot() -> Entry:
    """A ballot of this election, sound in itself."""
    voters = (*SCHOOL.votes, (3, ((0, 0, 1),)))
    return ("Ballot", canonical(Forge(replace(SCHOOL, votes=voters)).ballot(3)))


def third_decryption() -> Entry:
    archive = Forge(SURPLUS).make()
    data = archive.entry("PartialDecryption", 2)[:-1]
    return ("PartialDecryption", *(member.content for member in data))


def setup_again() -> Entry:
    data = Forge(SCHOOL).make().entry("Setup")[:-1]
    return ("Setup", *(member.content for member in data))


def nothing(_: list[Entry]) -> list[Entry]:
    return []


def twice_over(entries: list[Entry]) -> list[Entry]:
    return entries * 2


SHUFFLE = ("Shuffle", b"[[]]", b'{"owner":1,"payload":"' + hash_hex(b"[[]]").encode() + b'"}')

ORDER: Table = {
    "a second Setup": remade("C04", "", at("Ballot 0", lambda e: [setup_again(), *e])),
    "a second EndBallots": remade("C04", "", at("EndBallots 0", twice_over)),
    "a second EncryptedTally": remade("C04", "", at("EncryptedTally 0", lambda e: e * 2)),
    "a second Result": remade("C04", "", at("Result 0", twice_over)),
    "a ballot after EndBallots": remade(
        "C04", "", at("EndBallots 0", lambda e: [*e, fourth_ballot()])
    ),
    "a ballot after the tally": remade(
        "C04", "", at("PartialDecryption 0", lambda e: [fourth_ballot(), *e])
    ),
    "a ballot after the result": remade("C04", "", at("Result 0", lambda e: [*e, fourth_ballot()])),
    "a ballot before Setup": remade(
        "C04", EVERYTHING, at("Setup 0", lambda e: [fourth_ballot(), *e])
    ),
    "EndBallots left out": remade("C04", "", at("EndBallots 0", nothing)),
    "EndBallots after the tally": remade(
        "C04",
        "",
        at("EndBallots 0", nothing) | at("EncryptedTally 0", lambda e: [*e, ("EndBallots",)]),
    ),
    "EncryptedTally left out": remade("C04", "C18 C20..C23", at("EncryptedTally 0", nothing)),
    "Setup left out": remade("C04", EVERYTHING, at("Setup 0", nothing)),
    "no partial decryption": remade("C04 C22", "C19 C20 C21 C23", {"owners": lambda _: []}),
    "a partial decryption before the tally": remade(
        "C04", "C18 C20..C23", at("EncryptedTally 0", lambda e: [third_decryption(), *e])
    ),
    "a partial decryption before EndBallots": remade(
        "C04", "C18 C20..C23", at("EndBallots 0", lambda e: [third_decryption(), *e])
    ),
    "a partial decryption after the result": remade(
        "C04", "", at("Result 0", lambda e: [*e, third_decryption()])
    ),
    "a Shuffle": remade("C04", "", at("PartialDecryption 0", lambda e: [SHUFFLE, *e])),
    "EndShuffles": remade(
        "C03 C04", "", at("PartialDecryption 0", lambda e: [("EndShuffles",), *e])
    ),
    "EndShuffles with a payload": remade(
        "C04", "", at("PartialDecryption 0", lambda e: [("EndShuffles", b"{}"), *e])
    ),
    "an event of an unknown type": remade(
        "C04", "", at("Ballot 0", lambda e: [("Amendment", b"{}"), *e])
    ),
    "a type in small letters": remade(
        "C04", "", at("EndBallots 0", lambda e: [("ballot", b"{}"), *e])
    ),
    "an event after the result": remade(
        "C04", "", at("Result 0", lambda e: [*e, ("Amendment", b"{}")])
    ),
}

# ------------------------------------------------------------------ C05


def data_of(kind: str, change: Callable[[list[Member]], list[Member]]) -> Operation:
    """Other data before the first event of a kind; the event itself stays."""

    def operation(archive: Archive) -> None:
        *data, last = archive.entry(kind)
        place = archive.position(last) - len(data)
        archive.remove(data)
        archive.insert(place, change(data))

    return operation


def after_event(archive: Archive) -> None:
    """A ballot stands after its event."""
    datum, event_ = archive.entry("Ballot", 1)
    place = archive.position(datum)
    archive.members[place : place + 2] = [event_, datum]


NOTE = Member(b'"note"', is_event=False)

DATA: Table = {
    "a stray datum before a ballot": operated("C05", "", data_of("Ballot", lambda d: [NOTE, *d])),
    "a stray datum before EndBallots": operated(
        "C05", "", data_of("EndBallots", lambda d: [NOTE, *d])
    ),
    "a stray datum in the set-up": operated(
        "C05", "", data_of("Setup", lambda d: [*d[:-1], NOTE, d[-1]])
    ),
    "a ballot twice before its event": operated("C05", "", data_of("Ballot", lambda d: d * 2)),
    "a ballot after its event": operated("C05", A_BALLOT, after_event),
    "a ballot left out, its event left": operated("C05", A_BALLOT, data_of("Ballot", lambda d: [])),
    "election and trustees exchanged": operated(
        "C05", "", data_of("Setup", lambda d: [d[1], d[0], *d[2:]])
    ),
    "tally and its size exchanged": operated(
        "C05", "", data_of("EncryptedTally", lambda d: d[::-1])
    ),
    "partial decryption after its owner": operated(
        "C05", "", data_of("PartialDecryption", lambda d: d[::-1])
    ),
    "credentials left out": operated(
        "C05", "C09 C14 C18 C23", data_of("Setup", lambda d: [*d[:2], d[3]])
    ),
    "set-up data with a member more": remade("C05", touch={"setup data": with_member}),
    "set-up data in another order": remade("C05", touch={"setup data": reversed_members}),
    "set-up data with a key twice": remade("C05", EVERYTHING, touch={"setup data": twice}),
    "set-up data that is not canonical": remade("C05", touch={"setup data": spaced}),
    "set-up data without credentials": remade(
        "C05", EVERYTHING, touch={"setup data": drop("credentials")}
    ),
    "set-up data that exchanges two names": remade(
        "C05 C07 C09 C10",
        "C08 C11 C12 C14 C18..C23",
        touch={"setup data": swap("trustees", "credentials")},
    ),
    "a credentials certificate in our profile": remade(
        "C05", touch={"setup data": several(put("credentials_certificate", "0" * 64))}
    ),
    "an event that names another payload": remade(
        "C05", A_BALLOT, touch={"event 2": put("payload", "0" * 64)}
    ),
    "a ballot's event without payload": remade("C03", A_BALLOT, touch={"event 2": drop("payload")}),
    "EndBallots with a payload": remade("C03", touch={"event 4": put("payload", "0" * 64)}),
}
TABLE = CHAIN | ORDER | DATA


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
