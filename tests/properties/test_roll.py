# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds of every file given to the roll doctor: docs/roll.md."""

from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from evote.errors import Unreadable
from evote.roll.doctor import check_roll
from evote.roll.names import key
from tests.onde_files import HEADER_B, LEA, TOM, ZOE, export, parent

SURNAMES = st.sampled_from(["MARTIN", "Martin", "PETIT", "LE GOFF", "Legoff", ""])
GIVEN_NAMES = st.sampled_from(["Paul", "PAUL", "Anne", "Zoë", "Zoe", ""])
PARENTS = st.builds(
    lambda surname, given_name, children, civility, usage, email, mobile: parent(
        surname, given_name, *children, civility=civility, usage=usage, email=email, mobile=mobile
    ),
    SURNAMES,
    GIVEN_NAMES,
    st.lists(st.sampled_from([LEA, TOM, ZOE]), max_size=2, unique=True),
    st.sampled_from(["M.", "MME", ""]),
    SURNAMES,
    st.sampled_from(["", "a@exemple.example", "b@exemple.example"]),
    st.sampled_from(["", "0639980001", "0639980002"]),
)
ROLLS = st.lists(PARENTS, min_size=1, max_size=12)
CELLS = st.text(st.sampled_from('"; ,\n\r\tMme=+é\x00\u200b6@.#E'), max_size=40)


@given(st.binary(max_size=300))
@example(HEADER_B.encode() + b'\n"')
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(Unreadable):
        check_roll(data)


@given(st.lists(CELLS, max_size=8))
def test_any_lines_under_a_header_are_read_or_refused(lines: list[str]) -> None:
    with suppress(Unreadable):
        roll = check_roll(export(lines, encoding="utf-8"))
        rows = [row for elector in roll.electors for row in elector.rows]
        assert len(rows) == len(set(rows))
        assert all(row >= 2 for row in rows)


@given(ROLLS)
def test_every_named_line_belongs_to_exactly_one_elector(lines: list[str]) -> None:
    roll = check_roll(export([*lines, parent("Z", "Z", ZOE)], encoding="utf-8"))
    rows = sorted(row for elector in roll.electors for row in elector.rows)
    cells = [line.split(";") for line in lines]
    named = [k for k, c in enumerate(cells, 2) if c[1] or c[2] or c[3]]
    assert rows == [*named, len(lines) + 2]


@given(ROLLS)
def test_lines_of_one_elector_agree_on_given_name_and_civility(lines: list[str]) -> None:
    cells = dict(enumerate((line.split(";") for line in lines), 2))
    for elector in check_roll(export([*lines, parent("Z", "Z", ZOE)], encoding="utf-8")).electors:
        own = [cells[row] for row in elector.rows if row in cells]
        assert len({key(c[3]) for c in own}) <= 1
        assert len({c[0] for c in own} - {""}) <= 1
        assert len(own) <= 1 or key(own[0][3])


@given(ROLLS)
def test_every_line_twice_makes_no_more_electors(lines: list[str]) -> None:
    complete = [
        line for line in lines if line.split(";")[3] and line.split(";")[14] and line.split(";")[2]
    ]
    complete.append(parent("Z", "Z", ZOE))
    once = check_roll(export(complete, encoding="utf-8"))
    twice = check_roll(export([*complete, *complete], encoding="utf-8"))
    assert len(twice.electors) == len(once.electors)
