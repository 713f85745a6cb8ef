# SPDX-License-Identifier: AGPL-3.0-or-later
"""A vote over a change of season, on a machine that is set to Paris: no step is late or taken back.

In autumn the hour from 2 to 3 is there twice, in spring it is missing. Nothing here may notice.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evote.clock import HOUR, system_clock
from evote.database.connection import Database
from evote.roll.turnout import signed_in_by_hour
from protocol.cosignatures import verify_seen
from protocol.promises import promised_until, verify_promise
from tests.db.school import audit, host, make_election

P = 60
DAY = 86_400
AUTUMN, SPRING = 1_792_890_000, 1_806_195_600  # 2026-10-25 and 2027-03-28, at 1:00 UTC
PARENTS = 6


@pytest.fixture
def paris(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Europe/Paris")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("paris")
@pytest.mark.parametrize(("change", "before", "after"), [(AUTUMN, 2, 2), (SPRING, 1, 3)])
def test_steps_and_promises_go_on_over_a_change_of_season(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: int,
    before: int,
    after: int,
) -> None:
    assert (time.localtime(change - 1).tm_hour, time.localtime(change).tm_hour) == (before, after)
    now = change - PARENTS * P // 2
    monkeypatch.setattr(time, "time", lambda: now + 0.5)
    election = replace(make_election(PARENTS), opens_at=change - DAY, closes_at=change + DAY)
    school = host(database, tmp_path / "keys", election, system_clock)
    key = school.publisher.keys(school.uuid).board.verifier_key
    stamps: list[int | None] = []
    for elector in range(PARENTS):
        note = school.cast(elector).promise
        assert note is not None
        assert verify_promise(note, key).until == promised_until(now, P)
        now += P
        assert school.publisher.publish_due(school.uuid)
        files = school.record()
        seen = verify_seen(files["board.checkpoint"], key)
        stamps.append(seen.stamped_at)
        assert seen.checkpoint.size == 2 + elector
    assert stamps == list(range(change - 2 * P, change + 4 * P, P))
    with database.read() as connection:
        assert signed_in_by_hour(connection, school.held()) == ((change - HOUR, 3), (change, 3))
    now = change + DAY + 301
    school.close()
    school.count()
    audit(school, tmp_path / "record")
