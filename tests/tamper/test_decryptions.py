# SPDX-License-Identifier: AGPL-3.0-or-later
"""Partial decryptions: shape, owners, proofs, and what they are bound to. §11.3 (C19 to C22)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tamper.damage import SCHOOL, VILLAGE, Damage, Table, assert_noticed, remade
from tests.tamper.forge.curve import GENERATOR, Point, Q
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.texts import Dice, Json, h_q
from tests.tamper.touches import (
    Touch,
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

# All three trustees decrypt, so what one of them spoils does not prevent the count.
SURPLUS = replace(SCHOOL, decrypting=(1, 2, 3))
FACTORS, PROOFS = "decryption_factors", "decryption_proofs"
BOUND = ("evote", "bound_proofs")


def partial(fails: str, touch: Touch, not_reached: str = "") -> Damage:
    """The third partial decryption is changed; the others are enough."""
    return remade(fails, not_reached, {"partial 3": touch}, world=SURPLUS)


def owned(fails: str, touch: Touch, not_reached: str = "") -> Damage:
    return remade(fails, not_reached, {"owned 3": touch}, world=SURPLUS)


# ------------------------------------------------------------------ C19

SHAPES: Table = {
    "a factor left out": partial("C19", drop(FACTORS, 0, 2)),
    "a factor more": partial("C19", repeat(FACTORS, 0)),
    "a question left out": partial("C19", put(FACTORS, [])),
    "a proof left out": partial("C19", drop(PROOFS, 0, 2)),
    "a proof more": partial("C19", repeat(PROOFS, 0)),
    "a bound proof left out": partial("C21", drop(*BOUND, 0, 2)),
    "a bound proof more": partial("C21", repeat(*BOUND, 0)),
    "a member more": partial("C19", with_member),
    "a member more in our part": partial("C21", change("evote", with_member)),
    "members in another order": partial("C19", reversed_members),
    "a key twice": partial("C19", twice),
    "not canonical": partial("C19", spaced),
    "an owner with a member more": owned("C19", with_member),
    "an owner's members in another order": owned("C19", reversed_members),
    "an owner with a key twice": owned("C19", twice),
}
OWNERS: Table = {
    "owner 0": owned("C19", put("owner", 0)),
    "owner n + 1": owned("C19", put("owner", 4)),
    "a negative owner": owned("C19", put("owner", -1)),
    "an owner as text": owned("C19", put("owner", "3")),
    "an owner as true": owned("C19", put("owner", True)),
    "an owner as a fraction": owned("C19", put("owner", 3.0)),
    "an owner of 2^53": owned("C19", put("owner", 2**53)),
    "the same owner twice, the same bytes": remade(
        "C19", "", {"decryptions": repeat()}, world=SURPLUS
    ),
    "the same owner twice": owned("C19", put("owner", 2)),
}

# ------------------------------------------------------------------ C20, C21, C22

DICE = Dice("decryptions")


def weakly_proved(value: Json) -> Json:
    """A wrong factor whose §6.5 proof holds, since that hash names neither alpha nor factor."""
    forge = Forge(SURPLUS)
    archive = forge.make()
    secret = SURPLUS.secret_of(3)
    wire = (GENERATOR**secret).wire
    alpha = Point.of(archive.datum("EncryptedTally", 0).value[0][1]["alpha"])
    nonce, b = DICE(), GENERATOR ** DICE()
    challenge = h_q(f"decrypt|{forge.fingerprint}|{wire}|{(GENERATOR**nonce).wire},{b.wire}")
    response = (nonce - secret * challenge) % Q
    factor = (b / alpha**response) ** pow(challenge, -1, Q)
    value[FACTORS][0][1] = factor.wire
    value[PROOFS][0][1] = {"challenge": str(challenge), "response": str(response)}
    return value


def of_other_count(value: Json) -> Json:
    """The trustee's part of a count of fewer ballots of this very election."""
    other = Forge(SURPLUS, {"ballots": drop(0)}).make()
    return other.datum("PartialDecryption", 0, 2).value


def of_other_trustee(value: Json) -> Json:
    return Forge(SURPLUS).make().datum("PartialDecryption", 0, 1).value


def bound(part: str, text: str) -> Damage:
    """The bound proof made for another statement, the rest being true."""
    return remade("C21", "", {"bound 3.0.1": put(part, text)}, world=SURPLUS)


PROVED: Table = {
    "a proof for another election": remade(
        "C20", "", {"decryption hash 3": lambda s: s.replace("|", "|x", 1)}, world=SURPLUS
    ),
    "a proof of nobody": partial("C20", put(PROOFS, 0, 0, {"challenge": "1", "response": "2"})),
    "two proofs exchanged": partial("C20", swap(PROOFS, 0, 0, 1)),
    "a bound proof in place of the other": partial(
        "C20", lambda v: {**v, PROOFS: v["evote"]["bound_proofs"]}
    ),
    "another trustee's decryption": partial("C20 C21", of_other_trustee),
    "a decryption of fewer ballots": partial("C20 C21", of_other_count),
    "two factors exchanged": partial("C20 C21", swap(FACTORS, 0, 1, 2)),
    "two factors exchanged with their proofs": partial(
        "C20 C21",
        lambda v: swap(*BOUND, 0, 1, 2)(swap(PROOFS, 0, 1, 2)(swap(FACTORS, 0, 1, 2)(v))),
    ),
    "a factor times g, proofs made again": remade(
        "C20 C21", "", {"factor 3.0.1": lambda d: d * GENERATOR}, world=SURPLUS
    ),
    "another secret throughout": remade("C20 C21", "", {"secret 3": lambda _: 4242}, world=SURPLUS),
    "a proof of the village's mandatory trustee for another election": remade(
        "C20 C22", "C23", {"decryption hash 1": lambda s: s + "x"}, world=VILLAGE
    ),
}
BOUND_TO: Table = {
    "bound to another election": bound("fingerprint", "A" * 43),
    "bound to another tally": bound("tally event", "0" * 64),
    "bound to another trustee": bound("trustee", "2"),
    "bound to another question": bound("question", "1"),
    "bound to another choice": bound("choice", "2"),
    "bound to another generator": bound("generator", (GENERATOR**2).wire),
    "bound to another key": bound("key", (GENERATOR**2).wire),
    "bound to another alpha": bound("alpha", (GENERATOR**2).wire),
    "bound to another factor": bound("factor", (GENERATOR**2).wire),
    "a wrong factor that the weak proof lets pass": partial("C21", weakly_proved),
    "two bound proofs exchanged": partial("C21", swap(*BOUND, 0, 0, 1)),
    "the weak proof in place of the bound one": partial(
        "C21", lambda v: {**v, "evote": {"version": 1, "bound_proofs": v[PROOFS]}}
    ),
    "no binding": partial("C21", drop("evote")),
    "a binding of version 0": partial("C21", put("evote", "version", 0)),
    "a binding without proofs": partial("C21", drop(*BOUND)),
}
ENOUGH: Table = {
    "one decryption of two": remade("C22", "C23", {"owners": drop(1)}),
    "one decryption of two, and a wrong one": remade(
        "C20 C21 C22", "C23", {"factor 2.0.1": lambda d: d * GENERATOR}
    ),
    "one decryption of two, and one unbound": remade(
        "C21 C22", "C23", {"partial 2": drop("evote")}
    ),
    "the village's mandatory trustee missing": remade(
        "C22", "C23", {"owners": drop(0)}, world=VILLAGE
    ),
    "one of the village's threshold missing": remade(
        "C22", "C23", {"owners": drop(2)}, world=VILLAGE
    ),
}
TABLE = SHAPES | OWNERS | PROVED | BOUND_TO | ENOUGH


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
