# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make soak` says its seed first and last, hands it to the tests, and fails when they do."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "setup" / "soak.sh"
SHOW = 'echo "$HYPOTHESIS_PROFILE $SOAK_SEED $*"; exit $FAKED'


def soak(status: int, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "SOAK_SEED"}
    return subprocess.run(
        [str(SCRIPT), "sh", "-c", SHOW, "pytest", "tests/here"],
        env={**kept, "FAKED": str(status), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [(0, "all passed"), (1, "not passed (exit status 1)"), (5, "not passed (exit status 5)")],
)
def test_its_seed_can_be_quoted_and_held_again(status: int, said: str) -> None:
    done = soak(status, SOAK_SEED="1789")
    assert done.returncode == status
    assert done.stdout.splitlines() == [
        "soak: SOAK_SEED=1789",
        "thorough 1789 tests/here --hypothesis-seed=1789",
        f"soak: {said}, SOAK_SEED=1789",
    ]


def test_without_a_seed_it_draws_one_each_time() -> None:
    firsts = [soak(0).stdout.splitlines()[0] for _ in range(2)]
    seeds = [int(first.removeprefix("soak: SOAK_SEED=")) for first in firsts]
    assert seeds[0] != seeds[1]
