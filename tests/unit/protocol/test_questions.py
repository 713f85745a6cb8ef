# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/protocol.md §8.1: what a question is, and which votes it permits."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.encoding import encode_json
from protocol.errors import MalformedError, ProtocolError, UnsupportedError
from protocol.questions import Question, decode_questions

WIRE: dict[str, Any] = {
    "answers": ["Liste A", "Liste B"],
    "blank": True,
    "min": 1,
    "max": 1,
    "question": "Choisissez une liste",
}


def test_a_question_is_read_and_written_in_order() -> None:
    question = Question.decode(WIRE)
    assert question == Question(("Liste A", "Liste B"), True, 1, 1, "Choisissez une liste")
    assert encode_json(question.encode()) == encode_json(WIRE)
    assert (question.choices, list(question.values)) == (3, [1])


@pytest.mark.parametrize("blank", [{}, {"blank": False}])
def test_blank_may_be_absent_or_false(blank: dict[str, Any]) -> None:
    wire = {name: value for name, value in WIRE.items() if name != "blank"} | blank
    question = Question.decode(wire)
    assert not question.blank
    assert question.choices == 2
    assert "blank" not in encode_json(question.encode()).decode()


@pytest.mark.parametrize(
    "change",
    [
        {"answers": []},
        {"answers": ["x"] * 1001},
        {"answers": "Liste A"},
        {"answers": ["Liste A", 2]},
        {"blank": 1},
        {"blank": None},
        {"min": 2},
        {"min": -1},
        {"min": True},
        {"max": 3},
        {"max": 0},
        {"question": None},
        {"extra": 1},
    ],
    ids=str,
)
def test_other_values_are_no_questions(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match=r"\(§8\.1\)"):
        Question.decode(WIRE | change)


def test_unknown_members_are_ignored_in_the_plain_profile() -> None:
    assert decode_questions([WIRE | {"extra": 1}], ignore_unknown=True) == (Question.decode(WIRE),)


def test_another_kind_of_question_is_unsupported() -> None:
    with pytest.raises(UnsupportedError, match="not homomorphic"):
        Question.decode({"type": "NonHomomorphic", "value": {}})


ONE_OF_TWO = Question(("A", "B"), True, 1, 1, "?")
NONE_TO_TWO = Question(("A", "B", "C"), False, 0, 2, "?")


@pytest.mark.parametrize(
    ("question", "vote"),
    [
        (ONE_OF_TWO, (0, 1, 0)),
        (ONE_OF_TWO, (0, 0, 1)),
        (ONE_OF_TWO, (1, 0, 0)),
        (NONE_TO_TWO, (0, 0, 0)),
        (NONE_TO_TWO, (1, 0, 1)),
    ],
)
def test_permitted_votes(question: Question, vote: tuple[int, ...]) -> None:
    question.check_vote(vote)


@pytest.mark.parametrize(
    ("question", "vote"),
    [
        (ONE_OF_TWO, (0, 0, 0)),
        (ONE_OF_TWO, (0, 1, 1)),
        (ONE_OF_TWO, (1, 1, 0)),
        (ONE_OF_TWO, (1, 0)),
        (ONE_OF_TWO, (0, 1, 0, 0)),
        (ONE_OF_TWO, (0, 2, -1)),
        (ONE_OF_TWO, ()),
        (NONE_TO_TWO, (1, 1, 1)),
        (NONE_TO_TWO, (2, 0, 0)),
    ],
)
def test_votes_that_are_not_permitted(question: Question, vote: tuple[int, ...]) -> None:
    with pytest.raises(ProtocolError, match=r"\(§9\.2\)"):
        question.check_vote(vote)
