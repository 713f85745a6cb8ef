# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hypothesis strategies for the values of docs/protocol.md, shared by every property."""

from __future__ import annotations

from hypothesis import strategies as st

from protocol.ballot import BallotContext
from protocol.elgamal import Ciphertext
from protocol.encoding import sha256_base64
from protocol.group import Q, Scalar, generator_power
from protocol.proofs.proof import Proof
from protocol.questions import Question

integers_json = st.integers(-(2**53) + 1, 2**53 - 1)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
leaves = st.none() | st.booleans() | integers_json | texts
json_values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)

scalars = st.integers(0, Q - 1).map(Scalar.from_int) | st.sampled_from([0, 1, 2, Q - 1]).map(
    Scalar.from_int
)
elements = st.integers(1, Q - 1).map(Scalar.from_int).map(generator_power)
ciphertexts = st.builds(Ciphertext, elements, elements)
proofs = st.builds(Proof, scalars, scalars)
seeds = st.integers(0, 2**32).map(str)


@st.composite
def questions(draw: st.DrawFn, max_answers: int = 3) -> Question:
    """Draw any homomorphic question of a few answers."""
    count = draw(st.integers(1, max_answers))
    maximum = draw(st.integers(0, count))
    minimum = draw(st.integers(0, maximum))
    answers = tuple(draw(st.lists(texts, min_size=count, max_size=count)))
    return Question(answers, draw(st.booleans()), minimum, maximum, draw(texts))


@st.composite
def votes(draw: st.DrawFn, question: Question) -> tuple[int, ...]:
    """Draw any permitted vote on ``question``."""
    if question.blank and draw(st.booleans()):
        return (1,) + (0,) * len(question.answers)
    count = draw(st.sampled_from(question.values))
    places = range(len(question.answers))
    chosen = draw(st.sets(st.sampled_from(places), min_size=count, max_size=count))
    vote = tuple(int(place in chosen) for place in places)
    return (0, *vote) if question.blank else vote


@st.composite
def contexts(draw: st.DrawFn) -> tuple[BallotContext, Scalar]:
    """Draw an election of one or two questions, and its private key."""
    key = draw(st.integers(1, Q - 1).map(Scalar.from_int))
    asked = tuple(draw(st.lists(questions(), min_size=1, max_size=2)))
    fingerprint = sha256_base64(draw(st.binary(max_size=8)))
    return BallotContext("A" * 14, fingerprint, generator_power(key), asked), key
