# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page of one election that the database gives no more: named, and the others are looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from evote.database.connection import Database, DatabaseUnavailable, open_database
from evote.doctor import examine
from evote.doctor.findings import Finding, Level, ok
from tests.db.examined import look
from tests.db.postgresql import Server
from tests.db.school import School, host, make_election
from tests.db.torn_pages import tear_setup, torn_data

OTHER = "AnotherEtection"


@pytest.fixture
def torn(
    request: pytest.FixtureRequest, fit: School, url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[School]:
    """A school whose data are not given, beside another one whose are."""
    host(fit.database, fit.folder.path, make_election(3, uuid=OTHER), fit.clock)
    with contextlib.ExitStack() as stack:
        if not fit.database.is_sqlite:
            server: Server = request.getfixturevalue("postgresql")
            stack.enter_context(torn_data(server, fit.held().id))
            yield fit
            return
        tear_setup(fit)

        def not_in_time(_file: Path) -> Finding:
            return ok("integrity", "so much of it as there was time for")

        monkeypatch.setattr(examine, "check_integrity", not_in_time)
        damaged = stack.enter_context(contextlib.closing(open_database(url)))
        yield replace(fit, database=damaged)


def test_a_damaged_page_is_not_a_database_that_does_not_answer(torn: School) -> None:
    findings = look(torn)
    said = [each.message for each in findings]
    assert not [each for each in said if "ne répond pas" in each]
    grave = [each for each in findings if each.level is Level.SERIOUS]
    named = {each.check for each in grave if torn.uuid in each.message}
    assert named >= {"whole", "steps"}
    assert f"{OTHER} : l'urne et le journal se relisent en entier, tels que signés" in said
    assert f"{OTHER} : la base est celle d'où tout a été publié" in said
    assert not [each for each in grave if OTHER in each.message]
    assert {"rewriting", "outbox", "backup"} <= {each.check for each in findings}


@pytest.mark.either
def test_a_database_that_goes_away_while_it_is_looked_at_is_told_as_that(
    fit: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_given: object) -> NoReturn:
        monkeypatch.setattr(Database, "read", away)
        raise DatabaseUnavailable

    monkeypatch.setattr(examine, "check_boards", away)
    (last,) = look(fit)[-1:]
    assert last.message == "la base ne répond plus : le reste n'a pas été regardé"
