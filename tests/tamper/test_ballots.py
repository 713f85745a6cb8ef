# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots: their shape, signature and proofs, copies and replays. §9, §11.1 (C13 to C17)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.tamper.damage import NO_BALLOT, SCHOOL, VILLAGE, Damage, Table, assert_noticed, remade
from tests.tamper.forge.curve import GENERATOR, Point
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.texts import Dice, Json, canonical
from tests.tamper.forge.vote import Posted, sign_unsigned
from tests.tamper.forge.world import Vote, World
from tests.tamper.touches import (
    Touch,
    as_number,
    change,
    drop,
    put,
    repeat,
    reversed_members,
    spaced,
    swap,
    twice,
    with_member,
)

SUM = NO_BALLOT  # what rests on the ballots
STRANGER = 123456789
ANSWER = ("answers", 0)


def shape(touch: Touch) -> Damage:
    """The ballot is changed before it is signed, so its signature is right."""
    return remade("C13", SUM, {"unsigned 0": touch})


def whole(touch: Touch) -> Damage:
    """The ballot is changed after it was signed."""
    return remade("C13", SUM, {"ballot 0": touch})


def with_votes(first: Vote, second: Vote) -> World:
    """Two voters make choices that nobody may make, and that together look possible."""
    (one, _), (two, _), *others = SCHOOL.votes
    return replace(SCHOOL, votes=((one, (first,)), (two, (second,)), *others))


# ------------------------------------------------------------------ C13

SHAPES: Table = {
    "no blank proof": shape(drop(*ANSWER, "blank_proof")),
    "a blank proof of one branch": shape(drop(*ANSWER, "blank_proof", 1)),
    "a blank proof of three branches": shape(repeat(*ANSWER, "blank_proof")),
    "a blank proof of no branch": shape(put(*ANSWER, "blank_proof", [])),
    "an individual proof of one branch": shape(drop(*ANSWER, "individual_proofs", 0, 1)),
    "an overall proof of one branch": shape(drop(*ANSWER, "overall_proof", 1)),
    "an overall proof of three branches": shape(repeat(*ANSWER, "overall_proof")),
    "an individual proof left out": shape(drop(*ANSWER, "individual_proofs", 2)),
    "an individual proof more": shape(repeat(*ANSWER, "individual_proofs")),
    "a choice left out": shape(drop(*ANSWER, "choices", 2)),
    "a choice more": shape(repeat(*ANSWER, "choices")),
    "an answer more": shape(repeat("answers")),
    "no answer": shape(put("answers", [])),
    "a member more": shape(with_member),
    "a member more in the answer": shape(change(*ANSWER, with_member)),
    "a member more in a choice": shape(change(*ANSWER, "choices", 0, with_member)),
    "members in another order": shape(reversed_members),
    "a proof's members in another order": shape(
        change(*ANSWER, "overall_proof", 0, reversed_members)
    ),
    "a key twice": whole(twice),
    "white space": whole(spaced),
    "no signature": remade("C14", "", {"ballot 0": drop("signature")}),
    "no hash in the signature": whole(drop("signature", "hash")),
    "a challenge as a number": shape(change(*ANSWER, "overall_proof", 0, "challenge", as_number)),
    "another uuid": shape(put("election_uuid", "AnotherEleCtion")),
    "another fingerprint": shape(put("election_hash", "A" * 43)),
    "a padded fingerprint": shape(change("election_hash", lambda h: h + "=")),
    "true proofs of a looser interval": remade("C13", SUM, {"values 0.0.1": lambda _: [0, 1, 2]}),
    "a true overall proof of a looser sum": remade(
        "C13", SUM, {"overall values 0.0": lambda _: [0, 1]}
    ),
    "a vote of two with a looser interval": remade(
        "C13",
        SUM,
        {"values 0.0.1": lambda _: [0, 1, 2], "overall values 0.0": lambda _: [1, 2]},
        world=with_votes((0, 2, 0), (0, 1, 0)),
    ),
    "a ballot of another election": remade(
        "C13",
        SUM,
        {"ballot 0": lambda _: Forge(replace(SCHOOL, uuid="AnotherEleCtion12")).ballot(0)},
    ),
}

# ------------------------------------------------------------------ C14

SIGNATURES: Table = {
    "signed by a stranger": remade("C14", "", {"signer 0": lambda _: STRANGER}),
    "another hash in the signature": remade(
        "C14", "", {"ballot 0": put("signature", "hash", "A" * 43)}
    ),
    "another challenge": remade(
        "C14", "", {"ballot 0": put("signature", "proof", "challenge", "1")}
    ),
    "signed by another listed credential": remade(
        "C14",
        "",
        {"signature 0": lambda s: {**s, "proof": {"challenge": "5", "response": "6"}}},
    ),
    "the other ballot's signature": remade(
        "C14", "", {"signature 0": lambda _: Forge(SCHOOL).ballot(1)["signature"]}
    ),
}

# ------------------------------------------------------------------ C15


def half_moved(choices: Json) -> Json:
    """Re-randomised: the same votes, other ciphertexts, the old proofs."""
    forge = Forge(SCHOOL)
    forge.make()
    r = 31337
    alpha, beta = Point.of(choices[1]["alpha"]), Point.of(choices[1]["beta"])
    choices[1] = {
        "alpha": (alpha * GENERATOR**r).wire,
        "beta": (beta * forge.key**r).wire,
    }
    return choices


PROOFS: Table = {
    "a vote of two": remade("C15", "", world=with_votes((0, 2, 0), (0, 0, 0))),
    "a vote of minus one": remade("C15", "", world=with_votes((0, 2, -1), (0, 0, 1))),
    "a vote of q - 1": remade("C15", "", world=with_votes((0, -1, 0), (0, 3, 0))),
    "two lists": remade("C15", "", world=with_votes((0, 1, 1), (0, 0, 0))),
    "no choice at all": remade("C15", "", world=with_votes((0, 0, 0), (0, 2, 0))),
    "blank and a list": remade("C15", "", world=with_votes((1, 1, 0), (0, 0, 0))),
    "blank twice": remade("C15", "", world=with_votes((2, 0, 0), (-1, 1, 0))),
    "two lists, and more votes than voters": remade(
        "C15 C23", "", world=with_votes((0, 1, 1), (0, 1, 0))
    ),
    "no choice at all, and less votes than voters": remade(
        "C15 C23", "", world=with_votes((0, 0, 0), (0, 1, 0))
    ),
    "two ciphertexts exchanged, their proofs left": remade(
        "C15", "", {"unsigned 0": swap(*ANSWER, "choices", 1, 2)}
    ),
    "two ciphertexts exchanged with their proofs": remade(
        "C15",
        "",
        {
            "unsigned 0": lambda b: swap(*ANSWER, "choices", 1, 2)(
                swap(*ANSWER, "individual_proofs", 1, 2)(b)
            )
        },
    ),
    "two individual proofs exchanged": remade(
        "C15", "", {"unsigned 0": swap(*ANSWER, "individual_proofs", 1, 2)}
    ),
    "a re-randomised ciphertext": remade("C15", "", {"choices 0.0": half_moved}),
    "proofs of another credential": remade(
        "C15", "", {"statement 0": lambda s: s.split("|")[0] + "|" + (GENERATOR**5).wire}
    ),
    "proofs of another election": remade(
        "C15", "", {"statement 0": lambda s: "A" * 43 + "|" + s.split("|")[1]}
    ),
    "the blank proof of another ballot": remade(
        "C15", "", {"unsigned 0": lambda b: borrowed(b, "blank_proof")}
    ),
    "the overall proof of another ballot": remade(
        "C15", "", {"unsigned 0": lambda b: borrowed(b, "overall_proof")}
    ),
    "the overall proof in place of the blank one": remade(
        "C15",
        "",
        {"answer 0.0": lambda a: {**a, "blank_proof": a["overall_proof"]}},
    ),
}


def borrowed(ballot: Json, name: str) -> Json:
    """One proof of the second ballot put into the first."""
    other = Forge(SCHOOL).ballot(1)
    ballot["answers"][0][name] = other["answers"][0][name]
    return ballot


# ------------------------------------------------------------------ C16, C17


def copied(ballots: list[Posted]) -> list[Posted]:
    """The fourth elector casts the first one's answers as its own."""
    first = json.loads(ballots[0].data)
    del first["signature"]
    secret = SCHOOL.voters[3]
    unsigned = {**first, "credential": (GENERATOR**secret).wire}
    forge = Forge(SCHOOL)
    signature = sign_unsigned(forge, secret, unsigned)
    data = canonical({**unsigned, "signature": signature})
    return [*ballots, Posted.read(data, ballots[0].points)]


def votes(*cast: tuple[int, Vote]) -> World:
    return replace(SCHOOL, votes=tuple((voter, (vote,)) for voter, vote in cast))


FIRST, BLANK = (0, 1, 0), (1, 0, 0)
KNOWN = [11, 22, 33]
REPLAYS: Table = {
    "an accepted ballot again": remade("C16 C17", "", {"ballots": lambda b: [*b, b[0]]}),
    "the answers under another credential, signed again": remade(
        "C15 C16", "", {"ballots": copied}
    ),
    "two voters of the same randomness": remade(
        "C16", "", {"randomness 0.0": lambda _: KNOWN, "randomness 1.0": lambda _: KNOWN}
    ),
    "one random number for two choices": remade(
        "C16", "", {"randomness 0.0": lambda _: [11, 22, 22]}
    ),
    "two ballots by one credential": remade(
        "C17", "", world=votes((0, FIRST), (1, FIRST), (0, BLANK))
    ),
    "more ballots than electors, by reserves": remade(
        "C17", "", {"signer 0": lambda _: SCHOOL.reserves[0]}
    ),
    "a ballot by a reserve": remade("C17", "", {"signer 2": lambda _: SCHOOL.reserves[0]}),
}

PLAIN: Table = {
    "an old ballot after a new vote": remade(
        "C16", "", {"ballots": lambda b: [*b, b[0]]}, world=VILLAGE
    ),
}
_ = Dice
TABLE = SHAPES | SIGNATURES | PROOFS | REPLAYS | PLAIN


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
