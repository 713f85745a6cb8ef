# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database, the key folder and the settings must speak of the same elections."""

from __future__ import annotations

import pytest

from evote.doctor.findings import Level
from tests.db.examined import bad, look
from tests.db.school import ManualClock, School, draft, make_election
from tests.simulator import CLOSES_AT, HOST

OTHER = "2" * 14


@pytest.mark.parametrize(
    ("address", "level"),
    [
        (f"https://{HOST.upper()}:443/", None),
        (f"https://{HOST}:8443", Level.SERIOUS),
        ("https://scrutin.example.org", Level.SERIOUS),
    ],
)
def test_the_address_must_be_the_one_that_was_sealed(
    fit: School,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    level: Level | None,
) -> None:
    monkeypatch.setenv("PREAU_PUBLIC_URL", address)
    assert bad(fit) == ({} if level is None else {"address": level})
    assert level is None or any(f"« {HOST} »" in each.advice for each in look(fit))
    clock.time = CLOSES_AT + 301
    fit.close()  # no parent comes any more
    assert "address" not in bad(fit)


def test_keys_of_elections_that_the_database_has_not_are_told(fit: School) -> None:
    for name in (f"{OTHER}.logs", f"{OTHER}.key", "notes.txt", f"{OTHER}.txt"):
        (fit.folder.path / name).write_text("x")
    draft(fit.database, fit.folder, make_election(12, uuid="3" * 14))
    assert bad(fit) == {"keys": Level.TO_SEE}
    (found,) = [each for each in look(fit) if each.check == "keys" and each.advice]
    assert found.message.count(OTHER) == 1
    assert "3" * 14 not in found.message
    assert "notes" not in found.message
    for kind in ("logs", "key"):
        fit.folder.file(OTHER, kind).unlink()
    assert bad(fit) == {}
