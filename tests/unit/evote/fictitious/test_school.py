# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fictitious school is plausible, reproducible, and read by the roll without surprise."""

import pytest

from evote.fictitious import (
    DEFAULT_ELECTORS,
    MAX_ELECTORS,
    MIN_ELECTORS,
    FictitiousSchool,
    generate_school,
)
from evote.fictitious.names import MEN, SURNAMES, WOMEN
from evote.roll.anomalies import Code
from evote.roll.doctor import check_roll
from evote.roll.names import key


def _check_lists(school: FictitiousSchool) -> None:
    roll = {(e.surname, e.given_name) for e in check_roll(school.onde_csv).electors}
    names = [(c.surname, c.given_name) for entry in school.lists for c in entry.candidates]
    assert roll.issuperset(names)
    assert len(names) == len(set(names))
    assert all(2 <= len(entry.candidates) <= 2 * school.seats for entry in school.lists)


@pytest.mark.parametrize("electors", [2, 3, 4, 5, 7, 30, 275, 1000])
@pytest.mark.parametrize("seed", ["", "a", 7])
def test_school_has_exactly_its_electors_and_only_shared_addresses(
    electors: int, seed: str | int
) -> None:
    school = generate_school(seed, electors)
    roll = check_roll(school.onde_csv)
    assert len(roll.electors) == electors
    assert {a.code for a in roll.anomalies} <= {Code.SHARED_EMAIL}
    _check_lists(school)


def test_default_school_is_the_one_promised() -> None:
    school = generate_school("any")
    roll = check_roll(school.onde_csv)
    assert school.families == 150
    assert len(roll.electors) == school.electors == DEFAULT_ELECTORS
    assert 3 <= len(school.lists) <= 6
    assert school.seats == len(school.classes) == len(set(school.classes))
    assert {c.school_class for e in roll.electors for c in e.children} == set(school.classes)
    assert 1 <= len(roll.anomalies) <= 15
    assert any(len(e.rows) > 1 for e in roll.electors), "no parent stands on several lines"
    assert any(len({c.school_class for c in e.children}) > 1 for e in roll.electors)
    text = school.onde_csv.decode("windows-1252")
    assert text.splitlines()[-1].startswith("Nombre de lignes")
    assert "é" in text
    with pytest.raises(UnicodeDecodeError):
        school.onde_csv.decode("utf-8")


def test_same_seed_gives_the_same_school() -> None:
    assert generate_school("x", 60) == generate_school("x", 60)
    assert generate_school("x", 60) != generate_school("y", 60)


def test_largest_school_can_be_made() -> None:
    assert generate_school(1, MAX_ELECTORS).electors == MAX_ELECTORS


@pytest.mark.parametrize("electors", [MIN_ELECTORS - 1, MAX_ELECTORS + 1])
def test_other_sizes_are_refused(electors: int) -> None:
    with pytest.raises(ValueError, match="2 to 20000"):
        generate_school(1, electors)


def test_names_fit_the_encoding_and_are_never_both_kinds() -> None:
    for name in (*SURNAMES, *WOMEN, *MEN):
        name.upper().encode("windows-1252")
    assert {key(n) for n in SURNAMES}.isdisjoint(key(n) for n in (*WOMEN, *MEN))
    assert len(SURNAMES) >= 120
    assert len(WOMEN) + len(MEN) >= 120


def test_nobody_can_be_reached() -> None:
    roll = check_roll(generate_school(2, 300).onde_csv)
    assert all(e.email.endswith(".example") for e in roll.electors if e.email)
    assert all(e.mobile.startswith("+33639 98".replace(" ", "")) for e in roll.electors if e.mobile)
