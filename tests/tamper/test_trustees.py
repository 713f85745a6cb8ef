# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trustees' keys, also changed behind the election's back: §7 (C07; C10 and C11 beside it)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tamper.damage import NO_TRUSTEES, SCHOOL, VILLAGE, Damage, Table, assert_noticed, remade
from tests.tamper.forge.curve import GENERATOR, Point
from tests.tamper.forge.proofs import prove_key, sign_message
from tests.tamper.forge.remake import Forge
from tests.tamper.forge.texts import Dice, Json
from tests.tamper.forge.world import World
from tests.tamper.touches import (
    Touch,
    change,
    drop,
    put,
    repeat,
    reversed_members,
    several,
    spaced,
    swap,
    twice,
    with_member,
)

REST = NO_TRUSTEES
DICE = Dice("trustees")
POK = {"challenge": "1", "response": "2"}


def parameters(touch: Touch) -> Damage:
    """Another `threshold parameters`, on which the whole election is then built."""
    return remade("C07", REST, {"threshold parameters": touch})


def unproved(touch: Touch) -> Damage:
    """The parameters can be read, so everything that rests on them is still checked."""
    return remade("C07", "", {"threshold parameters": touch})


def outer(touch: Touch) -> Damage:
    return remade("C07", REST, {"trustees": touch})


def other_keys(touch: Touch) -> Damage:
    return remade("C07", REST, {"verification keys": touch})


def rogue(keys: Json) -> Json:
    """Trustee 3's verification key replaced by one of its own, proved and signed."""
    secret = DICE()
    wire = (GENERATOR**secret).wire
    keys[2] = {
        "pok": prove_key(secret, wire, DICE),
        "public_key": wire,
        "signature": sign_message(SCHOOL.trustees[2].signing, wire, DICE),
    }
    return keys


def longer(index: int, coefficient: int) -> World:
    """One trustee's polynomial has a coefficient more."""
    trustees = list(SCHOOL.trustees)
    old = trustees[index - 1]
    trustees[index - 1] = replace(old, coefficients=(*old.coefficients, coefficient))
    return replace(SCHOOL, trustees=tuple(trustees))


def shorter(index: int) -> World:
    trustees = list(SCHOOL.trustees)
    old = trustees[index - 1]
    trustees[index - 1] = replace(old, coefficients=old.coefficients[:1])
    return replace(SCHOOL, trustees=tuple(trustees))


def zero_top(index: int) -> World:
    trustees = list(SCHOOL.trustees)
    old = trustees[index - 1]
    trustees[index - 1] = replace(old, coefficients=(*old.coefficients[:-1], 0))
    return replace(SCHOOL, trustees=tuple(trustees))


def same_signing_key() -> World:
    first, second, third = SCHOOL.trustees
    return replace(SCHOOL, trustees=(first, replace(second, signing=first.signing), third))


def same_encryption_key() -> World:
    first, second, third = SCHOOL.trustees
    return replace(SCHOOL, trustees=(first, replace(second, decryption=first.decryption), third))


KEYS: Table = {
    "a threshold raised": parameters(put("threshold", 3)),
    "a threshold lowered": parameters(put("threshold", 1)),
    "a threshold of zero": parameters(put("threshold", 0)),
    "a threshold as text": parameters(put("threshold", "2")),
    "certificates exchanged": parameters(swap("certs", 0, 1)),
    "a certificate left out": parameters(drop("certs", 2)),
    "a certificate more": parameters(repeat("certs")),
    "exponentials exchanged": remade(
        "C07 C11", "", {"threshold parameters": swap("coefexps", 0, 1)}
    ),
    "signatures exchanged": unproved(swap("signatures", 0, 1)),
    "a signature left out": parameters(drop("signatures", 0)),
    "a signature of nobody": unproved(put("signatures", 0, POK)),
    "a certificate's signature of nobody": unproved(put("certs", 0, "signature", POK)),
    "a certificate's signature of nobody, by which the others swear": remade(
        "C07", "", {"certs": put(0, "signature", POK)}
    ),
    "exponentials signed by nobody": unproved(put("coefexps", 0, "signature", POK)),
    "verification keys exchanged": remade(
        "C07", "", {"verification keys": swap(0, 1)}, until="Ballot"
    ),
    "a verification key replaced with its proof and signature": remade(
        "C07", "", {"verification keys": rogue}
    ),
    "a verification key without proof": other_keys(drop(0, "pok")),
    "a proof of nobody": remade("C07", "", {"verification keys": put(0, "pok", POK)}),
    "a key's signature left out": other_keys(drop(0, "signature")),
    "a key's signature of nobody": remade(
        "C07", "", {"verification keys": put(0, "signature", POK)}
    ),
    "a name on a verification key": other_keys(put(0, "name", "Anne")),
    "a member more in a verification key": other_keys(change(0, with_member)),
    "a member more in the parameters": parameters(with_member),
    "parameters in another order": parameters(reversed_members),
    "a key twice in the parameters": outer(twice),
    "trustees that are not canonical": outer(spaced),
    "another kind of trustee": outer(put(0, 0, "Shamir")),
    "an item of one": outer(drop(0, 1)),
    "a polynomial with a coefficient more": remade("C07", REST, world=longer(2, 11)),
    "a polynomial with a coefficient less": remade("C07", REST, world=shorter(2)),
    "the identity as top coefficient": remade("C07", REST, world=zero_top(2)),
    "two trustees of one signing key": remade("C07", REST, world=same_signing_key()),
    "two trustees of one encryption key": remade("C07", REST, world=same_encryption_key()),
    "a certificate for another place": remade(
        "C07", REST, {"certificate 2": put("context", "index", 3)}
    ),
    "a certificate for another threshold": remade(
        "C07", REST, {"certificate 2": put("context", "threshold", 3)}
    ),
    "a certificate for more trustees": remade(
        "C07", REST, {"certificate 2": put("context", "size", 4)}
    ),
    "a certificate for another group": remade(
        "C07", REST, {"certificate 2": put("context", "group", "RFC3526-2048")}
    ),
    "a certificate with a member more": remade("C07", REST, {"certificate 2": with_member}),
    "a certificate in another order": remade("C07", REST, {"certificate 2": reversed_members}),
}

# ------------------------------------------------------------------ a rogue key


OTHERS = (
    GENERATOR ** SCHOOL.trustees[0].coefficients[0]
    * GENERATOR ** (SCHOOL.trustees[1].coefficients[0])
)
HONEST = GENERATOR ** SCHOOL.trustees[2].coefficients[0]
CHOSEN = GENERATOR**77 / OTHERS  # so that trustee 3 alone knows the joint key, which is g^77
SHIFT = CHOSEN / HONEST


def shifted(key: Point) -> Point:
    return key * SHIFT


MANDATORY = VILLAGE.singles[0]
ROGUE: Table = {
    "a part chosen to cancel the others'": remade(
        "C07",
        "",
        {"exponential 3.0": lambda _: CHOSEN} | {f"decryption key {i}": shifted for i in (1, 2, 3)},
        until="Ballot",
    ),
    "a mandatory key without its proof": remade(
        "C07", "", {"trustees": put(0, 1, "pok", POK)}, world=VILLAGE
    ),
    "a mandatory key with another's proof": remade(
        "C07",
        "",
        {
            "trustees": put(0, 1, "public_key", (GENERATOR**3).wire),
            "public key": lambda key: key / GENERATOR**MANDATORY * GENERATOR**3,
        },
        world=VILLAGE,
        until="Ballot",
    ),
}

# ------------------------------------------------------------------ under the same election

BEHIND = {
    "a name member added": put(0, 1, "verification_keys", 0, "name", "Anne"),
    "certificates exchanged under the same election": swap(0, 1, "certs", 0, 1),
    "threshold raised under the same election": put(0, 1, "threshold", 3),
    "threshold lowered under the same election": put(0, 1, "threshold", 1),
    "a trustee left out under the same election": several(
        *(drop(0, 1, name, 2) for name in ("certs", "coefexps", "signatures", "verification_keys"))
    ),
}
UNDER: Table = {
    phrase: remade("C07 C10", REST, {"published trustees": touch})
    for phrase, touch in BEHIND.items()
}


def whole_ceremony_again(trustees: Json) -> Json:
    """The same trustees hold another ceremony of which nobody tells the election."""
    other = Forge(replace(SCHOOL, seed="another ceremony"))
    other.make()
    return other.trustees_bytes


UNDER["a verification key replaced, proved and signed"] = remade(
    "C07 C10 C11",
    "",
    {"published trustees": change(0, 1, "verification_keys", rogue)},
)
UNDER["proofs made anew under the same election"] = remade(
    "C10 C11", "", {"published trustees": whole_ceremony_again}
)
TABLE = KEYS | ROGUE | UNDER


@pytest.mark.parametrize("phrase", TABLE)
def test_the_intended_check_alone_notices(phrase: str) -> None:
    assert_noticed(TABLE[phrase])
