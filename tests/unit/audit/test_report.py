# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the report adds to the checks: what it shows, and what it warns of."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from audit import cli
from audit.limits import limits
from audit.verify import Verdict
from tests.tamper.damage import SCHOOL, VILLAGE
from tests.tamper.forge.remake import Forge, Touch
from tests.tamper.forge.world import World
from tests.tamper.touches import put


def sentences(ballots: int, result: tuple[tuple[int, ...], ...] | None, stage: int = 6) -> str:
    case = SimpleNamespace(
        census=SimpleNamespace(last={str(number): number for number in range(ballots)}),
        board=SimpleNamespace(stage=stage),
        result=result,
        strict=True,
    )
    verdict = cast("Verdict", SimpleNamespace(case=case))
    return " ".join(text.fr for text in limits(verdict))


@pytest.mark.parametrize(
    ("ballots", "result", "warning"),
    [
        (4, ((1, 1, 2),), "moins de 5 bulletins"),
        (0, ((0, 0, 0),), "moins de 5 bulletins"),
        (9, ((0, 9, 0),), "le même contenu"),
        (9, ((9, 0, 0),), "le même contenu"),
        (9, ((3, 3, 3), (0, 9)), "le même contenu"),
    ],
)
def test_a_result_that_gives_votes_away_is_said(
    ballots: int, result: tuple[tuple[int, ...], ...], warning: str
) -> None:
    assert warning in sentences(ballots, result)


def test_an_ordinary_result_gives_no_warning() -> None:
    assert "Attention" not in sentences(9, ((1, 8, 0),))
    assert "Attention" not in sentences(3, None, stage=2)
    assert "abstenu" in sentences(9, ((1, 8, 0),))


def reported(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    touch: dict[str, Touch] | None = None,
    world: World = SCHOOL,
) -> tuple[str, dict[str, object]]:
    """The report for people and the one for programs, on a count remade by its own maker."""
    path = tmp_path / "a.bel"
    path.write_bytes(Forge(world, touch).archive())
    cli.main(["verify", str(path), "--jobs", "1"])
    text = capsys.readouterr().out
    cli.main(["verify", str(path), "--jobs", "1", "--json"])
    value: dict[str, object] = json.loads(capsys.readouterr().out)
    return text, value


ELECTED = SCHOOL.lists[0][1][0]


def test_seats_and_names_of_a_verified_result_are_shown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text, value = reported(capsys, tmp_path)
    assert text.startswith("Le résultat est vérifié")
    assert "Sièges" in text
    assert ELECTED in text
    assert value["seats"]


@pytest.mark.parametrize(
    ("touch", "outcome"),
    [
        ({"votes": put(0, [0, 3, 0])}, "ÉCHEC"),
        ({"secret 1": lambda secret: secret + 1}, "pas atteint"),
    ],
)
def test_nobody_is_elected_by_numbers_that_do_not_hold(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, touch: dict[str, Touch], outcome: str
) -> None:
    text, value = reported(capsys, tmp_path, touch)
    assert f"C23  {outcome}" in text
    assert "C25  réussi" in text  # the seats follow from numbers that are wrong or unproved
    assert "Sièges\n" not in text
    assert ELECTED not in text
    assert (value["result"], value["seats"]) == (None, None)


def test_nobody_is_elected_by_seats_that_do_not_follow(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    touch = {"result": put("evote", "seats", "lists", 0, "seats", 0)}
    text, value = reported(capsys, tmp_path, touch)
    assert "Sièges\n" not in text
    assert value["seats"] is None
    assert value["result"]


def test_a_plain_election_is_promised_no_more_than_its_format(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text, _ = reported(capsys, tmp_path, world=VILLAGE)
    assert text.splitlines()[0] == (
        "Élection Belenios, sans les garanties de Préau :"
        " toutes les vérifications de ce format ont réussi."
    )
    assert "vérifié :" not in text
    assert "ses seules preuves" in text


def test_an_election_of_ours_has_no_sentence_on_the_format(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert "ses seules preuves" not in reported(capsys, tmp_path)[0]
