# SPDX-License-Identifier: AGPL-3.0-or-later
"""The encrypted tally and the set-up signatures beside it: §7.13, §11.2 (C12, C18)."""

from __future__ import annotations

import pytest

from tests.tamper.damage import SCHOOL, VILLAGE, Damage, Table, assert_noticed, remade
from tests.tamper.forge.curve import GENERATOR, IDENTITY
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.texts import Json
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

REST = "C23"
NO_TALLY = "C20..C23"
NO_SIZE = f"C12 {NO_TALLY}"


def counted(touch: Touch) -> Damage:
    """Other ballots are multiplied; factors, proofs, result and seats follow from the product."""
    return remade("C18", REST, {"counted": touch})


def sized(touch: Touch, fails: str = "C18", not_reached: str = NO_SIZE) -> Damage:
    return remade(fails, not_reached, {"sized": touch})


def tally(touch: Touch) -> Damage:
    """The datum alone; factors are those of the true product."""
    return remade("C18", NO_TALLY, {"tally": touch})


def shifted(rows: Json) -> Json:
    """One vote moved from a list to the other, inside the ciphertexts."""
    (a1, b1), (a2, b2) = rows[0][1], rows[0][2]
    rows[0][1], rows[0][2] = (a1, b1 / GENERATOR), (a2, b2 * GENERATOR)
    return rows


def known(rows: Json) -> Json:
    """Encryptions of nothing, whose randomness the forger chose."""
    rows[0] = [(IDENTITY, GENERATOR**m) for m in (0, 3, 0)]
    return rows


def re_randomised(rows: Json) -> Json:
    """The same sums, other ciphertexts: only the product itself shows it."""
    forge = Forge(SCHOOL)
    forge.make()
    rows[0] = [(a * GENERATOR**99, b * forge.key**99) for a, b in rows[0]]
    return rows


SUMS: Table = {
    "a ballot left out": counted(drop(0)),
    "a ballot twice": counted(repeat()),
    "the last ballot alone": counted(lambda ballots: ballots[-1:]),
    "no ballot": counted(lambda _: []),
    "a ballot left out, its number kept": remade(
        "C18", REST, {"counted": drop(0), "sized": put("num_tallied", 3)}
    ),
    "a vote moved inside the ciphertexts": remade("C18", REST, {"tally points": shifted}),
    "encryptions made up": remade("C18", REST, {"tally points": known}),
    "re-randomised": remade("C18", REST, {"tally points": re_randomised}),
    "two lists exchanged": remade("C18", REST, {"tally points": swap(0, 1, 2)}),
    "alpha and beta exchanged": remade(
        "C18", REST, {"tally points": change(0, 0, lambda pair: pair[::-1])}
    ),
    "a ballot doubled by its weight": remade("C18", REST, {"weights": put(0, 2)}),
}
NUMBERS: Table = {
    "one ballot more in the number": sized(put("num_tallied", 4), "C18", REST),
    "one ballot less in the number": sized(put("num_tallied", 2), "C18", REST),
    "another total weight": sized(put("total_weight", 4), "C18", REST),
    "a total weight as text": sized(put("total_weight", "3")),
    "a number as text": sized(put("num_tallied", "3")),
    "a member more beside the size": sized(with_member),
    "the size in another order": sized(reversed_members),
    "the size with a key twice": sized(twice),
    "the size not canonical": sized(spaced),
    "no number": sized(drop("num_tallied")),
}
SHAPES: Table = {
    "a choice left out of the tally": tally(drop(0, 2)),
    "a choice more in the tally": tally(repeat(0)),
    "a question more in the tally": tally(repeat()),
    "no question in the tally": tally(put([])),
    "no beta": tally(drop(0, 0, "beta")),
    "a member more in a ciphertext": tally(change(0, 0, with_member)),
    "the tally not canonical": tally(spaced),
    "a ciphertext's members exchanged": tally(change(0, 0, reversed_members)),
}

# ------------------------------------------------------------------ weights, in the plain profile

VILLAGE_SUMS: Table = {
    "the first of two ballots counted": remade(
        "C18", REST, {"considered": lambda ballots: ballots[::-1]}, world=VILLAGE
    ),
    "weights ignored": remade("C18", REST, {"weights": lambda w: [1] * len(w)}, world=VILLAGE),
    "weights ignored, the total kept": remade(
        "C18",
        REST,
        {"weights": lambda w: [1] * len(w), "sized": put("total_weight", 6)},
        world=VILLAGE,
    ),
    "a tally that is not canonical, in the plain profile": remade(
        "C18", "C20 C22 C23", {"tally": spaced}, world=VILLAGE
    ),
    "a member more in a ciphertext, in the plain profile": remade(
        "C18", "C20 C22 C23", {"tally": change(1, 0, with_member)}, world=VILLAGE
    ),
    "a wrong number, in the plain profile": remade(
        "C18", REST, {"sized": put("num_tallied", 4)}, world=VILLAGE
    ),
    "a wrong total, in the plain profile": remade(
        "C18", REST, {"sized": put("total_weight", 7)}, world=VILLAGE
    ),
}

# ------------------------------------------------------------------ C12


def setup(fails: str, touch: dict[str, Touch]) -> Damage:
    return remade(fails, "", touch)


SIGNATURES: Table = {
    "one signature less than the threshold": setup("C12", {"setup signers": drop(1)}),
    "no set-up signature": setup("C12", {"setup signers": lambda _: []}),
    "a trustee's signature twice": setup("C12", {"setup signers": lambda _: [1, 1]}),
    "a trustee's signature twice, beside enough others": setup(
        "C12", {"setup signers": lambda _: [1, 1, 2]}
    ),
    "signatures in another order": setup("C12", {"setup signers": lambda _: [2, 1]}),
    "a signature under another number": setup("C12", {"setup signatures": put(1, "trustee", 3)}),
    "a signature of number 0": setup("C12", {"setup signatures": put(0, "trustee", 0)}),
    "a signature of number 4": setup("C12", {"setup signatures": put(1, "trustee", 4)}),
    "a signature over another event": setup("C12", {"setup 2": put(2, "0" * 64)}),
    "a signature over another fingerprint": setup("C12", {"setup 2": put(1, "A" * 43)}),
    "a signature over another uuid": setup("C12", {"setup 2": put(0, "AnotherEleCtion")}),
    "a signature that says another number": setup("C12", {"setup 2": put(3, "1")}),
    "a wrong signature beside enough others": setup(
        "C12", {"setup signers": lambda _: [1, 2, 3], "setup 3": put(2, "0" * 64)}
    ),
    "a signature without its trustee": setup("C12", {"setup signatures": drop(0, "trustee")}),
    "no binding beside the size": setup("C12", {"sized": drop("evote")}),
    "a binding beside the size with a member more": setup(
        "C12", {"sized": change("evote", with_member)}
    ),
    "a binding beside the size of version 0": setup("C12", {"sized": put("evote", "version", 0)}),
}
TABLE = SUMS | NUMBERS | SHAPES | VILLAGE_SUMS | SIGNATURES


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
