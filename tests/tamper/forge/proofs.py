# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every proof of docs/protocol.md §6, as a forger makes it.

`clear` is the order of the torsion hidden in the statement's points: challenges are drawn until
they are its multiples, so that the torsion vanishes from the verification and only a test of
membership can notice it. The clean points are computed with, the dirty ones are hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.tamper.forge.curve import GENERATOR, Point, Q
from tests.tamper.forge.texts import Dice, Json, h512, h_q

Hash = Callable[[str], int]  # from the commitments, as text, to the challenge


def proof(challenge: int, response: int) -> Json:
    return {"challenge": str(challenge), "response": str(response)}


def prove_power(
    secret: int,
    bases: Sequence[Point],
    challenge_of: Callable[..., int],
    dice: Dice,
    clear: int = 1,
) -> Json:
    """One secret behind one or more powers: §6.1, §6.5, §6.6, §6.7, §7.2, §9.4."""
    while True:
        nonce = dice()
        challenge = challenge_of(*[(base**nonce).wire for base in bases])
        if challenge % clear == 0:
            return proof(challenge, (nonce - secret * challenge) % Q)


@dataclass(frozen=True, slots=True)
class Branch:
    """`left` is g^r in the true branch, `right` y^r: what each must be a power of."""

    left: Point
    right: Point


def prove_one_of(
    key: Point,
    branches: Sequence[Branch],
    true: int,
    randomness: int,
    challenge_of: Hash,
    dice: Dice,
    clear: int = 1,
) -> Json:
    """One of several statements, without saying which: §6.2, §6.3, §6.4."""
    while True:
        challenges = [dice(multiple_of=clear) for _ in branches]
        responses = [dice() for _ in branches]
        nonce = dice()
        commitments = []
        for j, branch in enumerate(branches):
            if j == true:
                commitments += [GENERATOR**nonce, key**nonce]
            else:
                s, c = responses[j], challenges[j]
                commitments += [GENERATOR**s * branch.left**c, key**s * branch.right**c]
        total = challenge_of(",".join(point.wire for point in commitments))
        challenges[true] = (total - sum(challenges) + challenges[true]) % Q
        if challenges[true] % clear == 0:
            break
    responses[true] = (nonce - randomness * challenges[true]) % Q
    return [proof(c, s) for c, s in zip(challenges, responses, strict=True)]


def prove_key(secret: int, wire: str, dice: Dice, clear: int = 1) -> Json:
    """§6.1, for the key as it is written."""
    return prove_power(secret, [GENERATOR], lambda a: h_q(f"pok|Ed25519|{wire}|{a}"), dice, clear)


def sign_message(secret: int, message: str, dice: Dice, clear: int = 1) -> Json:
    """The `signature` of §7.2."""
    return prove_power(secret, [GENERATOR], lambda a: h_q(f"sigmsg|{message}|{a}"), dice, clear)


def sign_labelled(
    label: str, secret: int, wire: str, parts: Sequence[str], dice: Dice, clear: int = 1
) -> Json:
    """§6.7, for the verification key as it is written."""
    return prove_power(secret, [GENERATOR], lambda a: h512(label, wire, a, *parts), dice, clear)


def sign_ballot(secret: int, h: str, dice: Dice, clear: int = 1) -> Json:
    """The `proof` of §9.4."""
    return prove_power(secret, [GENERATOR], lambda a: h_q(f"sig|{h}|{a}"), dice, clear)
