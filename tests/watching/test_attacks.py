# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every attack is found in the very next round, and evidence of it convinces whoever was not there.

Each case has a seed of its own, which is in the test's name; `make soak` draws more of them.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from audit import cli
from audit.evidence import judge_evidence
from tests.watching import attacks
from tests.watching.attacks import CONVICTS, OBSERVED
from tests.watching.attacks_on_journal import JOURNALS
from tests.watching.attacks_on_promises import PROMISES
from tests.watching.attacks_on_reading import READING
from tests.watching.attacks_on_steps import STEPS
from tests.watching.board import TestBoard
from tests.watching.watched import Watched

ROUNDS = range(3, 12)
ATTACKS = attacks.ATTACKS | STEPS | READING | JOURNALS | PROMISES
SEED = os.environ.get("SOAK_SEED", "1791")
CI_CASES = [(name, f"ci {name}") for name in ATTACKS]
SOAK_CASES = [(Random(f"{SEED}/{i}").choice(sorted(ATTACKS)), f"{SEED}/{i}") for i in range(200)]


def live(board: TestBoard, watched: Watched, random: Random) -> None:
    """An honest while: ballots, an entry now and then, a watcher that is stopped and started."""
    for number in range(random.choice(ROUNDS)):
        for _ in range(random.randrange(3) + (number < 2)):
            board.cast(f"{random.random()}")
        if random.random() < 0.2:
            board.logs.tell("incident", {"note": "Une file d'attente"})
        board.pass_time()
        assert watched.round() == []
        assert watched.troubles == []
        if random.random() < 0.2:
            watched.restart()


def check_attack(name: str, seed: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print(f"attack “{name}”, seed “{seed}”")
    random, attack = Random(seed), ATTACKS[name]
    board = TestBoard()
    watched = Watched(board, folder)
    live(board, watched, random)
    attack.make(board, watched, random)
    found = [alarm for alarm in watched.round() if alarm.kind in attack.kinds]
    assert found, (name, seed, watched.alarms, [str(t) for t in watched.troubles])
    for alarm in found:
        if attack.proof not in (CONVICTS, OBSERVED):
            assert alarm.evidence is None
            continue
        assert alarm.evidence is not None, alarm
        path = folder / "evidence" / alarm.evidence
        judged = judge_evidence(path.read_bytes())
        assert judged.held.convicts == (attack.proof == CONVICTS)
        assert judged.election.fingerprint == watched.watcher.fingerprint
        capsys.readouterr()
        assert cli.main(["evidence", str(path)]) == 0
        told = capsys.readouterr().out
        assert told.startswith("Cette preuve tient" if attack.proof == CONVICTS else "Ce constat")
    # It goes on, and does not say it again; nor does it after a stop.
    board.pass_time()
    assert not {a.kind for a in watched.round()} & {a.kind for a in found}
    watched.restart()
    assert not {a.kind for a in watched.round()} & {a.kind for a in found}
    assert watched.watcher.alarms.count >= len(found)
    watched.close()


@pytest.mark.parametrize(("name", "seed"), CI_CASES)
def test_an_attack_is_found_in_one_round_with_its_proof(
    name: str, seed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_attack(name, seed, tmp_path, capsys)


@pytest.mark.soak
@pytest.mark.parametrize(("name", "seed"), SOAK_CASES)
def test_random_attacks_are_found_in_one_round_with_their_proof(
    name: str, seed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_attack(name, seed, tmp_path, capsys)
