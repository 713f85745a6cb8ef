# SPDX-License-Identifier: AGPL-3.0-or-later
"""The minutes of an election on a server tell what its journal tells: docs/protocol.md §19."""

from __future__ import annotations

from pathlib import Path

from evote.minutes import read_outcome
from protocol.journal_bodies import HoursChanged, Incident, Resumed, Suspended
from tally.describe import french_time
from tests.simulator import CLOSES_AT, OPENS_AT, SimulatedElection

HAPPENINGS = (
    (2, Suspended("Panne de courant")),
    (2, Resumed("Le courant est revenu")),
    (3, Incident("Une affiche a disparu")),
    (3, HoursChanged(1, OPENS_AT, CLOSES_AT + 3600, 300, "Une heure a été perdue")),
)


def minutes_of(election: SimulatedElection, folder: Path) -> str:
    for name, data in election.record().items():
        (folder / name).write_bytes(data)
    return read_outcome(folder).minutes.decode()


def test_they_print_the_hours_in_force_and_what_happened(tmp_path: Path) -> None:
    minutes = minutes_of(SimulatedElection(server=True, happenings=HAPPENINGS), tmp_path)
    assert f"Clôture prévue .......... : {french_time(CLOSES_AT + 3600)}" in minutes
    for told in (
        "Panne de courant",
        "Le courant est revenu",
        "Une affiche a disparu",
        "Une heure a été perdue",
        "suspensions : 1",
        "lettres remplacées : non",
        "à la clôture : 4 bulletins, 4 émargements",
    ):
        assert told in minutes


def test_without_a_change_they_print_the_sealed_hours(tmp_path: Path) -> None:
    minutes = minutes_of(SimulatedElection(server=True), tmp_path)
    assert f"Clôture prévue .......... : {french_time(CLOSES_AT)}" in minutes
    assert "suspensions : non" in minutes
