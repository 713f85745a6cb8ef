# SPDX-License-Identifier: AGPL-3.0-or-later
"""An open election on disk for each test to use: the simulator's, and its record folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from evote.election.reading import SIGNATURES_NAME
from protocol.events import EventKind
from tests.simulator import SimulatedElection

ELECTION = SimulatedElection(votes=(0, None), electors=4, seed="box")


@pytest.fixture
def election() -> SimulatedElection:
    return ELECTION


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The archive of the open election, before any ballot, with its signatures beside it."""
    path = tmp_path / f"{ELECTION.uuid}.bel"
    path.write_bytes(ELECTION.archive(EventKind.SETUP))
    (tmp_path / SIGNATURES_NAME).write_bytes(ELECTION.setup_signatures.encode())
    return path
