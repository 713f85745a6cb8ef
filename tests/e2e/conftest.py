# SPDX-License-Identifier: AGPL-3.0-or-later
"""A bureau of three, two of whom count, after each step of its ceremony: made once, copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.bureau import STEPS, Bureau, new_bureau
from tests.e2e.refusing import Refused

At = Callable[[str], Bureau]


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bureau]:
    """The bureau after each step; after *sign* its election's archives are there too."""
    root = tmp_path_factory.mktemp("bureau")
    bureau = new_bureau(root / "new", 3, 2)
    stages = {"new": bureau}
    for step in STEPS:
        bureau = bureau.copy(root / step)
        bureau.everybody(step)
        stages[step] = bureau
    bureau.election()
    sealed = bureau.copy(root / "check-setup")
    for index in (1, 2, 3):
        assert sealed.run(*sealed.command("check-setup", index, "Setup.bel"), "--yes") == 0
    return stages | {"check-setup": sealed}


@pytest.fixture
def at(stages: dict[str, Bureau], tmp_path: Path) -> At:
    """Give a copy of the bureau as it is after a step (*new* before the first)."""
    return lambda stage: stages[stage].copy(tmp_path / stage)


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a command that must be refused in one sentence, with nothing written."""
    return Refused(capsys)
