# SPDX-License-Identifier: AGPL-3.0-or-later
"""The announced hours are kept on the command line, or a reason is written down."""

from dataclasses import replace
from pathlib import Path

import pytest

from evote.election.hours import (
    exceptions_path,
    read_exceptions,
    require_hours_to_close,
    require_hours_to_record,
    write_exception,
)
from evote.errors import Refusal
from tests.simulator import SimulatedElection

OURS = replace(SimulatedElection().bindings, rehearsal=False, grace_seconds=60)
OPENS, LAST = OURS.opens_at, OURS.closes_at + 60


@pytest.mark.parametrize("now", [OPENS, LAST, OPENS + 1])
def test_a_ballot_enters_within_the_hours(now: int) -> None:
    require_hours_to_record(OURS, lambda: now)


@pytest.mark.parametrize("now", [OPENS - 1, LAST + 1])
def test_a_ballot_outside_the_hours_is_refused(now: int) -> None:
    with pytest.raises(Refusal, match="pas l'heure du vote") as refusal:
        require_hours_to_record(OURS, lambda: now)
    assert "--outside-hours" in refusal.value.advice


def test_closing_early_is_refused_and_closing_in_time_is_not() -> None:
    with pytest.raises(Refusal, match="clore plus tôt"):
        require_hours_to_close(OURS, lambda: LAST - 1)
    require_hours_to_close(OURS, lambda: LAST)


def test_a_rehearsal_keeps_no_hours() -> None:
    rehearsal = replace(OURS, rehearsal=True)
    require_hours_to_record(rehearsal, lambda: OPENS - 1)
    require_hours_to_close(rehearsal, lambda: OPENS)


def test_reasons_are_kept_beside_the_record_with_the_hour_alone(tmp_path: Path) -> None:
    archive = tmp_path / "record" / "a.bel"
    archive.parent.mkdir()
    assert read_exceptions(archive) == ()
    write_exception(archive, "un bulletin présenté", "Panne de courant.", lambda: OPENS + 61)
    write_exception(archive, "un bulletin présenté", "Encore.", lambda: OPENS + 3600)
    assert exceptions_path(archive) == tmp_path / "outside-hours.txt"
    assert [path.name for path in archive.parent.iterdir()] == []
    first, second = read_exceptions(archive)
    assert first.startswith("Dans l'heure commencée le ")
    assert ":01" not in first
    assert " h 00" in first
    assert first.endswith(": un bulletin présenté. Raison : Panne de courant.")
    assert second.endswith("Raison : Encore.")


@pytest.mark.parametrize("why", ["", " ", "deux\nlignes", "a" * 201, "un \u202e renversement"])
def test_a_reason_is_a_plain_text(tmp_path: Path, why: str) -> None:
    with pytest.raises(Refusal, match="procès-verbal"):
        write_exception(tmp_path / "a.bel", "un bulletin présenté", why, lambda: OPENS)
    assert list(tmp_path.iterdir()) == []
