# SPDX-License-Identifier: AGPL-3.0-or-later
"""A downloaded copy of a served election is never written to; who tries is sent to the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.cli import main
from protocol.events import EventKind
from tests.simulator import SimulatedElection
from tests.unit.tally.records import write_folder

ELECTION = SimulatedElection(server=True, votes=(0, 1, None), electors=5)
CASES = {
    "open": (EventKind.SETUP, ("election", "open", "record", "given"), "evote election start"),
    "record": (
        EventKind.BALLOT,
        ("ballot", "record", "--archive", "record", "given", "--outside-hours", "panne"),
        "le lien de sa lettre",
    ),
    "close": (
        EventKind.BALLOT,
        ("election", "close", "record", "--outside-hours", "panne"),
        "evote election finish",
    ),
    "publish": (
        EventKind.ENCRYPTED_TALLY,
        ("election", "publish", "record", "given", "--out", "out"),
        "evote election decryptions",
    ),
    "print": (
        EventKind.RESULT,
        ("election", "publish", "record", "--out", "out"),
        "evote election tally",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_left_as_it_is(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: str,
) -> None:
    until, command, instead = CASES[case]
    monkeypatch.chdir(tmp_path)
    record = ELECTION.record(until)
    write_folder(tmp_path / "record", record)
    Path("given").write_bytes(ELECTION.cast(3, 1).encode())
    assert main(list(command)) == 1
    said = capsys.readouterr().err
    assert "tenue par un serveur" in said
    assert instead in said
    after = {path.name: path.read_bytes() for path in Path("record").iterdir()}
    assert after == record
    assert not Path("out").exists()
