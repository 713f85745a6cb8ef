# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ballots of a forged election: §9.

Places, for ballot b (from 0), question i and choice k: `signer b` (a private credential),
`randomness b.i`, `alpha b.i.k`, `beta b.i.k` (points), `statement b` (`S0`, hashed in every proof),
`values b.i.k` (of the individual proof), `overall values b.i`, `individual b.i.k`, `overall b.i`,
`blank b.i` (proofs), `choices b.i`, `answer b.i`, `unsigned b`, `signature b`, `ballot b`, and
`ballots` (all, as `Posted`: what is appended to the board and counted).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.tamper.forge.curve import GENERATOR, Point, Q, product
from tests.tamper.forge.proofs import Branch, prove_one_of, sign_ballot
from tests.tamper.forge.setup import public_credential
from tests.tamper.forge.texts import Json, canonical, h_q, hash_base64
from tests.tamper.forge.world import Question, Vote

if TYPE_CHECKING:
    from tests.tamper.forge.remake import Forge

Pair = tuple[Point, Point]


@dataclass(frozen=True, slots=True)
class Posted:
    """A ballot as it is posted, and what counting takes of it."""

    credential: str
    points: list[list[Pair]]
    data: bytes

    @classmethod
    def read(cls, data: bytes, points: list[list[Pair]]) -> Posted:
        """Take what the bytes say; the points given, where the bytes cannot be read."""
        value = json.loads(data)
        with contextlib.suppress(KeyError, TypeError, ValueError):
            choices = [answer["choices"] for answer in value["answers"]]
            points = [[(Point.of(c["alpha"]), Point.of(c["beta"])) for c in row] for row in choices]
        return cls(value["credential"], points, data)


def forge_ballots(forge: Forge) -> None:
    """Every ballot and its event."""
    ballots = [
        make_ballot(forge, number, (*forge.world.voters, *forge.world.reserves)[voter], votes)
        for number, (voter, votes) in enumerate(forge.world.votes)
    ]
    forge.ballots = forge.touched("ballots", ballots)
    for number, ballot in enumerate(forge.ballots):
        forge.tell(f"ballot {number}")
        forge.append("Ballot", ballot.data)
        forge.publish()
    forge.tell(f"ballot {len(forge.ballots)}")


def make_ballot(forge: Forge, number: int, secret: int, votes: tuple[Vote, ...]) -> Posted:
    """§9.3, §9.4."""
    secret = forge.touched(f"signer {number}", secret)
    known = secret in forge.world.credentials
    wire = public_credential(forge, secret) if known else (GENERATOR**secret).wire
    statement = forge.touched(f"statement {number}", f"{forge.fingerprint}|{wire}")
    answers, points = [], []
    for i, (question, vote) in enumerate(zip(forge.world.questions, votes, strict=True)):
        answer, pairs = Answer(forge, f"{number}.{i}", statement, question, vote).make()
        answers.append(answer)
        points.append(pairs)
    unsigned = {
        "election_uuid": forge.world.uuid,
        "election_hash": forge.fingerprint,
        "credential": wire,
        "answers": answers,
    }
    unsigned = forge.touched(f"unsigned {number}", unsigned)
    signature = sign_unsigned(forge, secret, unsigned)
    signature = forge.touched(f"signature {number}", signature)
    data = forge.datum(f"ballot {number}", {**unsigned, "signature": signature})
    return Posted.read(data, points)


def sign_unsigned(forge: Forge, secret: int, unsigned: Json) -> Json:
    h = hash_base64(canonical(unsigned))
    return {"hash": h, "proof": sign_ballot(secret, h, forge.dice, forge.clear)}


class Answer:
    """One answer in the making: §9.2."""

    def __init__(
        self, forge: Forge, place: str, statement: str, question: Question, vote: Vote
    ) -> None:
        self.forge, self.place = forge, place
        self.question, self.vote = question, vote
        self.key = forge.key
        self.randomness: list[int] = forge.touched(
            f"randomness {place}", [forge.dice() for _ in vote]
        )
        self.clean = [
            (GENERATOR**r, self.key**r * GENERATOR**m)
            for r, m in zip(self.randomness, vote, strict=True)
        ]
        self.dirty = [
            (
                forge.touched(f"alpha {place}.{k}", alpha),
                forge.touched(f"beta {place}.{k}", beta),
            )
            for k, (alpha, beta) in enumerate(self.clean)
        ]
        self.s0 = statement
        self.s = statement + "|" + ",".join(f"{a.wire},{b.wire}" for a, b in self.dirty)

    def make(self) -> tuple[Json, list[Pair]]:
        touched = self.forge.touched
        choices = [{"alpha": a.wire, "beta": b.wire} for a, b in self.dirty]
        value = {
            "choices": touched(f"choices {self.place}", choices),
            "individual_proofs": [self.individual(k) for k in range(len(self.vote))],
            "overall_proof": touched(f"overall {self.place}", self.overall()),
        }
        if self.question.blank:
            value["blank_proof"] = touched(f"blank {self.place}", self.blank())
        return touched(f"answer {self.place}", value), self.dirty

    def individual(self, k: int) -> Json:
        """§6.2 over 0 and 1."""
        values = self.forge.touched(f"values {self.place}.{k}", [0, 1])
        alpha, beta = self.dirty[k]
        proofs = self.one_of(
            [branch(self.clean[k], m) for m in values],
            values.index(self.vote[k]) if self.vote[k] in values else 0,
            self.randomness[k],
            lambda a: f"prove|{self.s0}|{alpha.wire},{beta.wire}|{a}",
        )
        return self.forge.touched(f"individual {self.place}.{k}", proofs)

    def overall(self) -> Json:
        """§6.2 without blank, §6.4 with it."""
        question = self.question
        values = list(range(question.minimum, question.maximum + 1))
        values = self.forge.touched(f"overall values {self.place}", values)
        first = 1 if question.blank else 0
        total = sum(self.vote[first:])
        pair = (
            product([a for a, _ in self.clean[first:]]),
            product([b for _, b in self.clean[first:]]),
        )
        randomness = sum(self.randomness[first:]) % Q
        branches = [branch(pair, m) for m in values]
        true = values.index(total) if total in values else 0
        if not question.blank:
            dirty = ",".join(product(list(side)).wire for side in zip(*self.dirty, strict=True))
            return self.one_of(branches, true, randomness, lambda a: f"prove|{self.s}|{dirty}|{a}")
        if self.vote[0] == 1 and total not in values:
            true, randomness = -1, self.randomness[0]
        branches = [branch(self.clean[0], 1), *branches]
        return self.one_of(branches, true + 1, randomness, lambda a: f"bproof1|{self.s}|{a}")

    def blank(self) -> Json:
        """§6.3."""
        rest = self.clean[1:]
        pair = (product([a for a, _ in rest]), product([b for _, b in rest]))
        branches = [branch(self.clean[0], 0), branch(pair, 0)]
        true = 0 if self.vote[0] == 0 else 1
        randomness = self.randomness[0] if true == 0 else sum(self.randomness[1:]) % Q
        return self.one_of(branches, true, randomness, lambda a: f"bproof0|{self.s}|{a}")

    def one_of(
        self, branches: list[Branch], true: int, randomness: int, text: Callable[[str], str]
    ) -> Json:
        forge = self.forge
        return prove_one_of(
            self.key, branches, true, randomness, lambda a: h_q(text(a)), forge.dice, forge.clear
        )


def branch(pair: Pair, plaintext: int) -> Branch:
    return Branch(pair[0], pair[1] / GENERATOR**plaintext)
