# SPDX-License-Identifier: AGPL-3.0-or-later
"""The samples for those who watch and who witness: systemd's judgement, and nginx in use."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.server.nginx import SAMPLE, before
from tests.e2e.server.test_deploy import needs_systemd, systemd_analyze
from tests.e2e.witnessing import NAME, running
from tests.unit.audit.witnesses import grown

pytestmark = pytest.mark.db  # what apt fetches

FOLDER = SAMPLE.parent / "observers"
UNITS = sorted([*FOLDER.glob("*.service"), *FOLDER.glob("*.timer")])
OURS = [unit for unit in UNITS if "/opt/preau/bin/evote-audit" in unit.read_text()]


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    assert len(UNITS) == 4
    for unit in UNITS:
        text = unit.read_text().replace("/opt/preau/bin/evote-audit", sys.executable)
        (tmp_path / unit.name).write_text(text)
    done = systemd_analyze("verify", "--man=no", *(str(tmp_path / unit.name) for unit in UNITS))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("unit", OURS, ids=lambda unit: unit.name)
def test_systemd_rates_the_services_as_well_shut(unit: Path) -> None:
    done = systemd_analyze("security", "--offline=true", "--threshold=20", str(unit))
    assert done.returncode == 0, done.stdout[-300:]


def test_their_commands_are_commands_of_ours() -> None:
    assert len(OURS) == 2
    for unit in OURS:
        (line,) = re.findall(r"(?m)^ExecStart=/opt/preau/bin/evote-audit (.*)$", unit.read_text())
        steps = line.split(" http")[0].split(" --")[0].split()
        done = subprocess.run(
            [sys.executable, "-m", "audit", *steps, "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        for option in re.findall(r"--[a-z-]+", line):
            assert option in done.stdout, (unit.name, option)


def test_an_alarm_starts_what_tells_a_person() -> None:
    told = re.findall(r"(?m)^OnFailure=(.*)$", (FOLDER / "preau-watch.service").read_text())
    assert told == ["preau-alarm.service"]
    assert (FOLDER / told[0]).exists()


def test_nginx_before_a_witness_takes_its_prefix_away(tmp_path: Path) -> None:
    (tmp_path / "witness").mkdir()
    text = (FOLDER / "nginx-witness.conf").read_text()
    assert "proxy_pass http://127.0.0.1:8011/;" in text
    sample = text.replace(":8011", ":8000")  # the port that the tests replace
    with (
        running(tmp_path / "witness") as (_, port),
        before(port, tmp_path / "nginx", sample) as nginx,
    ):
        at = f"/temoin/{NAME}/checkpoint"
        assert nginx.ask("HEAD", at)[0] == 404
        assert nginx.ask("GET", at)[2] == b"nothing was signed of this log\n"
        assert nginx.ask("POST", "/temoin/add-checkpoint", grown(0, 7))[0] == 200
        assert nginx.ask("HEAD", at)[0] == 200
