# SPDX-License-Identifier: AGPL-3.0-or-later
"""One elector per person, and every anomaly of docs/roll.md produced once at least."""

import re
from pathlib import Path

import pytest

from evote.roll.anomalies import Code
from evote.roll.doctor import check_roll
from evote.roll.model import Roll
from evote.roll.names import differ_by_one_letter, fold, key
from tests.onde_files import HEADER_B, LEA, TOM, ZOE, export, parent

DOCUMENT = Path(__file__).parents[4] / "docs" / "roll.md"
PAUL = parent("MARTIN", "Paul", LEA)
MAIL = "famille@exemple.example"


def _check(*lines: str) -> Roll:
    return check_roll(export(lines, encoding="utf-8"))


def _rows(roll: Roll) -> list[tuple[int, ...]]:
    return [elector.rows for elector in roll.electors]


def _found(roll: Roll) -> list[tuple[str, int]]:
    return [(str(a.code), a.row) for a in roll.anomalies]


ONE_PERSON = {
    "three children on three lines, one address": (
        parent("MARTIN", "Paul", LEA, email=MAIL),
        parent("MARTIN", "Paul", TOM, email=MAIL),
    ),
    "a mobile written in two ways": (
        parent("MARTIN", "Paul", LEA, mobile="06 39 98 00 01"),
        parent("MARTIN", "Paul", TOM, mobile="+33639980001"),
    ),
    "a shared child": (parent("MARTIN", "Paul", LEA), parent("MARTIN", "Paul", LEA, TOM)),
    "the very same line": (PAUL, PAUL),
    "case": (PAUL, parent("Martin", "PAUL", LEA)),
    "hyphen": (
        parent("MARTIN-DURAND", "Jean-Luc", LEA),
        parent("MARTIN DURAND", "Jean Luc", LEA),
    ),
    "apostrophe": (parent("D'ANGELO", "Lou", LEA), parent("D’ANGELO", "Lou", LEA)),
    "accents": (parent("LÉVÊQUE", "Zoë", LEA), parent("LEVEQUE", "Zoe", LEA)),
    "decomposed accents": (
        parent("LÉVÊQUE", "Zoë", LEA),
        parent("LE\u0301VE\u0302QUE", "Zoë", LEA),
    ),
    "joined words": (parent("LE GOFF", "Anne", LEA), parent("LEGOFF", "Anne", LEA)),
    "ligature": (parent("LEBŒUF", "Anne", LEA), parent("LEBOEUF", "Anne", LEA)),
    "spaces": (parent("DE LA TOUR", "Anne", LEA), parent("de  la\u00a0Tour ", "Anne", LEA)),
    "civility once unknown": (PAUL, parent("MARTIN", "Paul", LEA, civility="")),
    "surname in use on one line only": (
        parent("DURAND", "Anne", LEA, usage="MARTIN"),
        parent("DURAND", "Anne", LEA),
    ),
    "surname in use typed as surname": (
        parent("DURAND", "Anne", LEA, usage="MARTIN"),
        parent("", "Anne", LEA, usage="MARTIN"),
    ),
    "surname in use repeated as such": (
        parent("MARTIN", "Anne", LEA, usage="MARTIN"),
        parent("MARTIN", "Anne", LEA),
    ),
    "a chain of joins": (
        parent("MARTIN", "Paul", LEA, email=MAIL),
        parent("MARTIN", "Paul", TOM, mobile="0639980001"),
        parent("MARTIN", "Paul", ZOE, email=MAIL, mobile="0639980001"),
    ),
}


@pytest.mark.parametrize("lines", ONE_PERSON.values(), ids=ONE_PERSON.keys())
def test_one_person(lines: tuple[str, ...]) -> None:
    roll = _check(*lines)
    assert _rows(roll) == [tuple(range(2, 2 + len(lines)))]
    assert _found(roll) == []


def test_siblings_are_gathered_once() -> None:
    roll = _check(
        parent("MARTIN", "Paul", LEA, TOM, email=MAIL), parent("Martin", "Paul", TOM, email=MAIL)
    )
    assert [child.given_name for child in roll.electors[0].children] == ["Léa", "Tom"]


TWO_PERSONS: dict[str, tuple[tuple[str, str], list[tuple[str, int]]]] = {
    "two parents of one child": ((PAUL, parent("DURAND", "Anne", LEA, civility="MME")), []),
    "two parents of one surname": ((PAUL, parent("MARTIN", "Anne", LEA, civility="MME")), []),
    "two parents who share an address": (
        (
            parent("MARTIN", "Paul", LEA, email=MAIL),
            parent("MARTIN", "Anne", LEA, email=MAIL.upper()),
        ),
        [("shared_email", 3)],
    ),
    "two parents who share a mobile": (
        (
            parent("MARTIN", "Paul", LEA, mobile="0639980001"),
            parent("MARTIN", "Anne", LEA, mobile="0639980001"),
        ),
        [("shared_phone", 3)],
    ),
    "parents named Julie and Julien": (
        (
            parent("MARTIN", "Julie", LEA, email=MAIL, civility=""),
            parent("MARTIN", "Julien", LEA, email=MAIL, civility=""),
        ),
        [("shared_email", 3)],
    ),
    "homonyms whom nothing joins": (
        (PAUL, parent("MARTIN", "Paul", ZOE)),
        [("possible_duplicate", 3)],
    ),
    "homonyms of two civilities": (
        (parent("MARTIN", "Claude", LEA), parent("MARTIN", "Claude", ZOE, civility="MME")),
        [],
    ),
    "homonyms of two birth names": (
        (
            parent("DURAND", "Anne", LEA, usage="MARTIN"),
            parent("PETIT", "Anne", ZOE, usage="MARTIN"),
        ),
        [],
    ),
    "a couple of one given name": (
        (parent("MARTIN", "Claude", LEA), parent("MARTIN", "Claude", LEA, civility="MME")),
        [("possible_duplicate", 3)],
    ),
    "two birth names under one surname in use": (
        (
            parent("DURAND", "Anne", LEA, usage="MARTIN"),
            parent("PETIT", "Anne", LEA, usage="MARTIN"),
        ),
        [("possible_duplicate", 3)],
    ),
    "a surname in use and another's surname": (
        (parent("", "Anne", LEA, usage="MARTIN"), parent("DURAND", "Anne", LEA)),
        [],
    ),
    "no surname on either line": (
        (parent("", "Paul", LEA), parent("-", "Paul", LEA)),
        [("missing_surname", 2), ("missing_surname", 3)],
    ),
    "a slip of the pen in the surname": (
        (parent("DUPONT", "Anne", LEA), parent("DUPOND", "Anne", LEA)),
        [("possible_duplicate", 3)],
    ),
    "a slip of the pen in the surname, children of two names": (
        (parent("DUPONT", "Anne", LEA, email=MAIL), parent("DUPOND", "Anne", ZOE, email=MAIL)),
        [("shared_email", 3), ("possible_duplicate", 3)],
    ),
    "names the other way round": (
        (parent("PAUL", "Martin", LEA), parent("MARTIN", "Paul", LEA)),
        [("possible_duplicate", 3)],
    ),
    "a second given name on one line only": (
        (
            parent("MARTIN", "Jean", LEA, mobile="0639980001"),
            parent("MARTIN", "Jean Paul", LEA, mobile="0639980001"),
        ),
        [("shared_phone", 3), ("possible_duplicate", 3)],
    ),
    "no given name on either line": (
        (parent("MARTIN", "", LEA), parent("MARTIN", "-", LEA)),
        [("missing_given_name", 2), ("missing_given_name", 3), ("possible_duplicate", 3)],
    ),
}


@pytest.mark.parametrize("case", TWO_PERSONS.values(), ids=TWO_PERSONS.keys())
def test_two_persons(case: tuple[tuple[str, str], list[tuple[str, int]]]) -> None:
    lines, anomalies = case
    roll = _check(*lines)
    assert _rows(roll) == [(2,), (3,)]
    assert _found(roll) == anomalies


def test_shared_child_without_full_name_joins_nobody() -> None:
    nobody = ("MARTIN", "", "CP A")
    roll = _check(parent("MARTIN", "Paul", nobody), parent("MARTIN", "Paul", nobody))
    assert _rows(roll) == [(2,), (3,)]


def test_contradicting_lines_are_not_joined_through_a_third() -> None:
    neutral = parent("MARTIN", "Claude", LEA, civility="")
    roll = _check(
        parent("MARTIN", "Claude", LEA), neutral, parent("MARTIN", "Claude", LEA, civility="MME")
    )
    assert _rows(roll) == [(2, 3), (4,)]


EVERY_ANOMALY: dict[str, tuple[list[str], list[tuple[str, int]]]] = {
    "missing_surname": ([parent("", "Paul", LEA)], [("missing_surname", 2)]),
    "missing_given_name": ([parent("MARTIN", "NC", LEA)], [("missing_given_name", 2)]),
    "missing_child": ([parent("MARTIN", "Paul")], [("missing_child", 2)]),
    "incomplete_child": ([parent("MARTIN", "Paul", ("", "Léa", "CP"))], [("incomplete_child", 2)]),
    "short_line": (["M.;;MARTIN;Paul;1 rue", PAUL.replace("Paul", "Luc")], [("short_line", 2)]),
    "long_line": ([PAUL + ";x"], [("long_line", 2)]),
    "misquoted_line": (
        [PAUL.replace("1 rue", '1 "rue" "x"').replace(";1", ';"1')],
        [("misquoted_line", 2)],
    ),
    "damaged_name": ([parent("MARTIN", "FranÃ§ois", LEA)], [("damaged_name", 2)]),
    "suspicious_name": ([parent("MARTIN", "Paul (décédé)", LEA)], [("suspicious_name", 2)]),
    "formula": ([parent("=1+1", "Paul", LEA)], [("formula", 2)]),
    "organisation": ([parent("AIDE SOCIALE À L'ENFANCE", "", LEA)], [("organisation", 2)]),
    "invalid_email": ([parent("MARTIN", "Paul", LEA, email="paul")], [("invalid_email", 2)]),
    "invalid_phone": ([parent("MARTIN", "Paul", LEA, mobile="12")], [("invalid_phone", 2)]),
    "shared_email": (
        [parent("MARTIN", "Paul", LEA, email=MAIL), parent("PETIT", "Anne", ZOE, email=MAIL)],
        [("shared_email", 3)],
    ),
    "shared_phone": (
        [
            parent("A", "Paul", LEA, mobile="0639980001"),
            parent("B", "Anne", ZOE, mobile="0639980001"),
        ],
        [("shared_phone", 3)],
    ),
    "several_emails": (
        [
            parent("MARTIN", "Paul", LEA, email=MAIL),
            parent("MARTIN", "Paul", LEA, email=f"x{MAIL}"),
        ],
        [("several_emails", 3)],
    ),
    "several_phones": (
        [
            parent("MARTIN", "Paul", LEA, mobile="0639980001"),
            parent("MARTIN", "Paul", LEA, mobile="0639980002"),
        ],
        [("several_phones", 3)],
    ),
    "possible_duplicate": ([PAUL, parent("MARTIN", "Paul", ZOE)], [("possible_duplicate", 3)]),
    "several_classes": (
        [PAUL, parent("DURAND", "Anne", ("MARTIN", "Léa", "CP B"))],
        [("several_classes", 3)],
    ),
    "many_parents": (
        [PAUL, parent("DURAND", "Anne", LEA), parent("PETIT", "Luc", LEA)],
        [("many_parents", 4)],
    ),
}


@pytest.mark.parametrize("case", EVERY_ANOMALY.values(), ids=EVERY_ANOMALY.keys())
def test_anomaly_speaks_alone_at_its_line(case: tuple[list[str], list[tuple[str, int]]]) -> None:
    lines, anomalies = case
    roll = _check(*lines)
    assert _found(roll) == anomalies
    for anomaly in roll.anomalies:
        assert "\n" not in anomaly.message
        assert len(anomaly.message) < 400


@pytest.mark.parametrize(
    "surname", ["M" * 101, "MARTIN2", "MARTIN / PETIT", "MARTIN et PETIT", "MARTIN DCD"]
)
def test_name_of_hardly_one_person_is_suspicious(surname: str) -> None:
    assert _found(_check(parent(surname, "Paul", LEA))) == [("suspicious_name", 2)]


@pytest.mark.parametrize("surname", ["M" * 100, "O'BRIEN", "SAINT-ÉTIENNE", "N’DIAYE", "D. SOUZA"])
def test_name_of_one_person_is_not(surname: str) -> None:
    assert _found(_check(parent(surname, "Paul", LEA))) == []


def test_missing_given_name_column_is_one_anomaly_and_joins_nobody() -> None:
    header = HEADER_B.replace("Prénom responsable;", "")
    lines = [
        parent("MARTIN", "@@", LEA, civility=civility).replace("@@;", "")
        for civility in ("M.", "MME")
    ]
    roll = check_roll(export(lines, header=header))
    assert _found(roll) == [("missing_given_name_column", 1)]
    assert _rows(roll) == [(2,), (3,)]


def test_line_without_any_name_is_no_elector_but_is_told() -> None:
    roll = _check(PAUL, parent("", "", LEA))
    assert _rows(roll) == [(2,)]
    assert _found(roll) == [("missing_surname", 3)]


def test_elector_without_any_contact_is_no_anomaly() -> None:
    assert _found(_check(PAUL)) == []


def test_every_code_is_documented_and_produced_by_a_test() -> None:
    documented = re.findall(r"^\| `(\w+)` \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert documented == [str(code) for code in Code]
    assert {*EVERY_ANOMALY, "missing_given_name_column"} == set(documented)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Müller", "muller"),
        ("ÅSTRÖM", "astrom"),
        ("D’Arc", "d arc"),
        ("Łukasz", "lukasz"),
        ("李", "李"),
    ],
)
def test_folding(name: str, folded: str) -> None:
    assert fold(name) == folded
    assert key(name) == folded.replace(" ", "")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("dupont", "dupond", True),
        ("dupont", "dupon", True),
        ("dupont", "duppont", True),
        ("dupont", "dupont", False),
        ("dupont", "dumond", False),
        ("roy", "rey", False),
        ("dupont", "dupontel", False),
    ],
)
def test_one_letter_apart(one: str, other: str, expected: bool) -> None:  # noqa: FBT001
    assert differ_by_one_letter(one, other) is expected
    assert differ_by_one_letter(other, one) is expected
