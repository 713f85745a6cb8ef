# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the report adds to the checks: warnings where the result itself gives votes away."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from audit.limits import limits
from audit.verify import Verdict


def sentences(ballots: int, result: tuple[tuple[int, ...], ...] | None, stage: int = 6) -> str:
    case = SimpleNamespace(
        census=SimpleNamespace(last={str(number): number for number in range(ballots)}),
        board=SimpleNamespace(stage=stage),
        result=result,
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
