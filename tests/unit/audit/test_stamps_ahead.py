# SPDX-License-Identifier: AGPL-3.0-or-later
"""§18.6: a copy without the server's time, or of a time to come, will prove less: told on the day.

Without it nothing shows later that the server shortened the board. The clock of whoever verifies
may be the wrong one, so that a time to come fails nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tamper.forge.logs import STAMPED_AT, journal_key
from tests.tamper.forge.papers import stamped
from tests.tamper.record import BOARD, ENTRIES, SERVED, Files, served
from tests.unit.audit.receipts import KEY, Tell
from tests.unit.audit.test_served_record import Run, folder, judged, run

__all__ = ["run"]

BOUND = 960  # seconds
CLOCK = "audit.commands.time.time"


def unstamped() -> Files:
    files = served(until="Ballot")
    files.instead = {
        BOARD: KEY.checkpoint(files.events()),
        ENTRIES: journal_key(SERVED.uuid).checkpoint(files.lines),
    }
    return files


def test_a_copy_without_the_servers_time_is_told_at_once(tmp_path: Path, tell: Tell) -> None:
    copy = folder(tmp_path / "copy", unstamped())
    status, said = tell("verify", copy)
    assert status == 1
    assert said.startswith("Ce dossier n'est pas en règle (en défaut : C31).")
    for name in (BOARD, ENTRIES):
        assert f"! {name} : l'heure que le serveur signe y manque (protocole §18.6)" in said
    assert "reprenez le dossier, et si elle manque encore, dites-le au bureau" in said
    assert "sans elle, il ne pourrait pas être prouvé que le serveur l'a raccourci ensuite" in said


@pytest.mark.parametrize("late", [BOARD, ENTRIES])
def test_a_time_to_come_is_told_right_after_the_verdict(
    late: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, hour = served(), STAMPED_AT + 3600
    logs = {BOARD: (files.events(), KEY), ENTRIES: (files.lines, journal_key(SERVED.uuid))}
    files.instead = {late: stamped(*logs[late], hour)}
    record = folder(tmp_path / "record", files)
    monkeypatch.setattr(CLOCK, lambda: hour - BOUND - 0.5)
    status, out, _ = run("verify", record)
    first, _, rest = out.partition("\n")
    assert (status, first[:23]) == (0, "Le résultat est vérifié")
    assert " ".join(rest.partition("État")[0].split()) == (
        "Attention : le serveur a signé ce dossier le 10 octobre 2026 à 4 h 40 UTC, et l'horloge de"
        " cet ordinateur dit le 10 octobre 2026 à 4 h 23 UTC : vérifiez d'abord cette horloge. Si"
        " elle est juste, cette copie prouvera moins, plus tard, si l'urne ou son journal est"
        " raccourci : prévenez le bureau."
    )
    status, value = judged(run, record)
    assert (status, value["verdict"]) == (0, "valid")
    found = value["checkpoints"]
    assert (found["board"]["ahead"], found["journal"]["ahead"]) == (late == BOARD, late == ENTRIES)


@pytest.mark.parametrize("clock", [STAMPED_AT - BOUND, STAMPED_AT, 2 * STAMPED_AT])
def test_a_time_within_the_bound_is_not(
    clock: int, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = folder(tmp_path / "record", served())
    monkeypatch.setattr(CLOCK, lambda: clock)
    assert "Attention" not in run("verify", record)[1].partition("État")[0]
    found = judged(run, record)[1]["checkpoints"]
    assert (found["board"]["ahead"], found["journal"]["ahead"]) == (False, False)
