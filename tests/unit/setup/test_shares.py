# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each run takes the first case of a table and a share of the others; long files come first."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from tests.either_database import leave_to_soak
from tests.shares import LONG_FIRST, leave_shares_to_soak, put_long_files_first


@dataclass
class Case:
    """What is looked at of a test."""

    nodeid: str
    marks: list[pytest.Mark] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.nodeid.rpartition("::")[2]

    @property
    def path(self) -> Path:
        return Path("tests", self.nodeid.partition("::")[0])

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return next((mark for mark in self.marks if mark.name == name), None)

    def add_marker(self, name: str) -> None:
        self.marks.append(getattr(pytest.mark, name).mark)


def of_each_run(cases: list[Case]) -> list[str]:
    leave_shares_to_soak(cast(list[pytest.Item], cases))
    return [case.name for case in cases if case.get_closest_marker("soak") is None]


def test_of_a_table_the_first_case_and_each_third_after_it_are_of_each_run() -> None:
    table = [Case(f"f.py::test_a[{i}]", [pytest.mark.share(3).mark]) for i in range(8)]
    others = [Case(f"f.py::test_b[{i}]") for i in range(2)]
    last = Case("f.py::test_c[0]", [pytest.mark.share(3).mark])
    names = of_each_run([*table, *others, last])
    assert names == ["test_a[0]", "test_a[3]", "test_a[6]", "test_b[0]", "test_b[1]", "test_c[0]"]


def test_each_database_has_the_same_share() -> None:
    share, db = pytest.mark.share(2).mark, pytest.mark.db.mark
    cases = [
        Case(f"f.py::test_a[{url}-{i}]", [share, db] if url == "postgresql" else [share])
        for i in range(3)
        for url in ("sqlite", "postgresql")
    ]
    names = of_each_run(cases)
    assert names == [f"test_a[{url}-{i}]" for i in (0, 2) for url in ("sqlite", "postgresql")]


@pytest.mark.parametrize("marks", [[pytest.mark.either.mark], []])
def test_what_is_marked_as_the_same_on_either_database_is_of_each_run_on_sqlite(
    marks: list[pytest.Mark],
) -> None:
    db = pytest.mark.db.mark
    cases = [Case("f.py::test_a[sqlite]", [*marks, db]), Case("f.py::test_a[url]", [*marks, db])]
    leave_to_soak(cast(list[pytest.Item], cases), Path("tests"))
    soak = [case.get_closest_marker("soak") is not None for case in cases]
    assert soak == [False, bool(marks)]


def test_long_files_come_first_and_their_tests_keep_their_order() -> None:
    names = ["unit/f.py::test_b", "db/f.py::test_d", "e2e/f.py::test_c", "db/f.py::test_a"]
    browsing = [f"e2e/browser/{name}.py::test_e" for name in "gh"]
    items = cast(list[pytest.Item], [Case(name) for name in (*browsing, *names)])
    put_long_files_first(items, Path("tests"))
    first, second, third, last = names[2], names[1], names[3], names[0]
    assert [item.nodeid for item in items] == [
        *(first, browsing[0]),
        *(second, third, browsing[1]),
        last,
    ]


def test_the_folders_of_long_files_are_there() -> None:
    assert [name for name in LONG_FIRST if not (Path(__file__).parents[2] / name).is_dir()] == []
