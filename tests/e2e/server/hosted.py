# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election that is open at any time of ours, in a database of the real server's."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from sqlalchemy import select

from evote.database.base import Base
from evote.database.connection import open_database
from tests.db.hosted_again import host_again
from tests.db.school import ManualClock, School, audit_files, make_election
from tests.e2e.server.parents import cast_body
from tests.simulator import SimulatedElection

ELECTORS = 200


@cache
def election() -> SimulatedElection:
    """The server asks the machine what time it is, so the vote lasts from 2020 to 2096."""
    asked = make_election(electors=ELECTORS)
    return replace(asked, opens_at=1_600_000_000, closes_at=4_000_000_000)


@cache
def ballot(elector: int, purpose: str = "ballot") -> bytes:
    """Made once for all tests of a process."""
    return election().cast(elector, 0, purpose).encode()


@dataclass(frozen=True)
class Hosted:
    """The school in its database, which this process opens only to look."""

    url: str
    keys: Path
    pins: School

    @property
    def uuid(self) -> str:
        return self.pins.uuid

    def body(self, elector: int, purpose: str = "ballot") -> bytes:
        return cast_body(self.pins, elector, ballot(elector, purpose))

    @contextmanager
    def school(self) -> Iterator[School]:
        database = open_database(self.url)
        yield replace(self.pins, database=database)
        database.close()

    def counts(self) -> tuple[int, int]:
        """Ballots and sign-ins."""
        with self.school() as school:
            return school.counts()

    def everything(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table."""
        with self.school() as school, school.database.read() as connection:
            return {
                table.name: sorted(
                    (tuple(row) for row in connection.execute(select(table))), key=repr
                )
                for table in Base.metadata.sorted_tables
            }

    def audit(self, record: bytes, folder: Path) -> None:
        """A record that the server gave, a zip, must pass the verifier."""
        with zipfile.ZipFile(io.BytesIO(record)) as bundle:
            audit_files({name: bundle.read(name) for name in bundle.namelist()}, folder)


def host_school(url: str, folder: Path) -> Hosted:
    """Host the election in an empty database with our tables, and give every parent a PIN."""
    database = open_database(url)
    school = host_again(database, folder / "keys", election(), ManualClock())
    database.close()
    return Hosted(url, folder / "keys", school)
