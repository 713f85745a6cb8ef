# SPDX-License-Identifier: AGPL-3.0-or-later
"""A damaged cell of the sign-ins is rewritten as it is, and keeps those of nobody: ADR 11."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from evote.sign_in_rewriting import rewrite_sign_ins
from tests.db.school import NOON, School

DAMAGES = (
    "pin_mac = CAST('x' AS TEXT)",
    "wrong_pins = 'x'",
    "used = 8",
    "sign_in_number = CAST(x'5aff61' AS TEXT)",
)
_ALL = "SELECT *, typeof(pin_mac), typeof(wrong_pins), hex(sign_in_number) FROM sign_in ORDER BY 1"


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_a_damaged_cell_stays_and_stops_no_rewriting(school: School, damage: str) -> None:
    harm = f"UPDATE sign_in SET {damage} WHERE elector = 2"  # noqa: S608 -- ours
    with school.database.write() as connection:
        connection.execute(text(harm))
        before = connection.execute(text(_ALL)).all()
    done = rewrite_sign_ins(school.database, NOON)
    assert (done.rows, done.log_dropped) == (12, True)
    with school.database.read() as connection:
        assert connection.execute(text(_ALL)).all() == before
