# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sentences as people read them: numbers with their noun, an advice, one language."""

from __future__ import annotations

import ast
import errno
import inspect
import re
from pathlib import Path

import pytest

from protocol.errors import MalformedError, ProtocolError
from tally.errors import Refusal, cite, refuse
from tally.french import count, reason
from tally.misuse import translate
from tally.subjects import subject

TOP = Path(__file__).parents[3]
SPEAKING = sorted(p for each in ("evote", "tally", "audit") for p in (TOP / each).rglob("*.py"))


@pytest.mark.parametrize(
    ("number", "nouns", "said"),
    [
        (0, ("bulletin",), "0 bulletin"),
        (1, ("part valable",), "1 part valable"),
        (2, ("part valable",), "2 parts valables"),
        (3, ("code de réserve", "codes de réserve"), "3 codes de réserve"),
    ],
)
def test_a_noun_agrees_with_its_number(number: int, nouns: tuple[str, ...], said: str) -> None:
    assert count(number, *nouns) == said


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: str(path.relative_to(TOP)))
def test_no_sentence_leaves_its_plural_to_the_reader(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not re.search(r"[a-zé]\(s\)", node.value), node.value


def test_no_refusal_comes_without_an_advice() -> None:
    assert inspect.signature(Refusal).parameters["advice"].default is inspect.Parameter.empty


def test_a_refusal_names_the_rule_and_says_no_english() -> None:
    cause = MalformedError("label has the character U+0421", section="2.2")
    assert cite(cause) == "(règle §2.2)"
    refusal = refuse("le nom ne peut pas être écrit ainsi", cause, "récrivez-le")
    assert refusal.message == "le nom ne peut pas être écrit ainsi (règle §2.2)"


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("6.2", "d'un bulletin"),
        ("6.5", "part du comptage"),
        ("7.13", "signatures d'ouverture"),
        ("11.2", "total chiffré"),
        ("12.1", "sièges"),
        ("99", "une règle"),
    ],
)
def test_a_broken_rule_is_said_in_french(section: str, said: str) -> None:
    assert said in subject(ProtocolError("untrue", section=section))


def test_the_system_s_own_english_is_not_shown() -> None:
    assert reason(OSError(28, "No space left on device")) == "le disque est plein"
    assert reason(OSError(errno.EADDRINUSE, "x")) == "un autre programme s'en sert déjà"
    assert reason(OSError(110, "Connection timed out")) == "erreur ETIMEDOUT du système"


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("the following arguments are required: CLÉ", "il manque : CLÉ"),
        ("argument --of: invalid int value: 'x'", "--of : 'x' n'est pas un nombre entier"),
        ("unrecognized arguments: --x", "argument inconnu : --x"),
        (
            "argument COMMANDE: invalid choice: 'a\nb' (choose from 'x', 'y')",
            "COMMANDE : 'a\nb' est inconnu ; au choix : 'x', 'y'",
        ),
    ],
)
def test_a_mistyped_command_is_told_in_french(english: str, french: str) -> None:
    assert translate(english) == french
