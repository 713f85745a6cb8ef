# SPDX-License-Identifier: AGPL-3.0-or-later
"""Replaced codes and the reserves that take their place: §19.5 (C30), §13.5 (C17)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tamper.damage import said
from tests.tamper.forge.curve import GENERATOR
from tests.tamper.forge.remake import Touch
from tests.tamper.forge.texts import Json
from tests.tamper.record import SERVED, Table, assert_noticed, made, served
from tests.tamper.touches import put
from tests.tamper.verifier import verify

RESERVE, SECOND, THIRD = 5, 6, 7  # places beyond the voters
ABSENT, OTHER_ABSENT = 3, 4  # voters who cast nothing
VOTE = ((0, 1, 0),)


def reissue(revoked: Json) -> tuple[str, Json]:
    return "reissued", {"revoked": revoked}


def told(*entries: tuple[str, Json]) -> Touch:
    return lambda _: list(entries)


TWO_RESERVES = replace(SERVED, votes=(*SERVED.votes, (SECOND, VOTE)))
TABLE: Table = {
    "a code replaced that had voted": made("C30", "", {"tell ballot 2": told(reissue(0))}),
    "a replaced code that votes": made("C30", "", {"tell ballot 2": told(reissue(2))}),
    "a replaced code that votes last": made(
        "C30", "", {}, world=replace(SERVED, votes=(*SERVED.votes, (ABSENT, VOTE)))
    ),
    "a reserve that no code was replaced by": made("C30", "", {"tell ballot 2": told()}),
    "a reserve that votes before its activation": made(
        "C30", "", {"tell ballot 2": told(), "tell ballot 4": told(reissue(ABSENT))}
    ),
    "a reserve given for the loss of another, that nobody had": made(
        "C30", "", {"tell ballot 2": told(reissue(SECOND))}
    ),
    "two reserves for one replaced code": made("C30", "", {}, world=TWO_RESERVES),
    "the second reserve before its activation": made(
        "C30", "", {"tell ballot 5": told(reissue(OTHER_ABSENT))}, world=TWO_RESERVES
    ),
    "one code replaced twice": made(
        "C30", "", {"tell ballot 2": told(reissue(ABSENT), reissue(ABSENT))}
    ),
    "a code that is not listed": made(
        "C30", "", {"tell ballot 2": told(reissue((GENERATOR**12345).wire))}
    ),
    "the first replacement numbered 2": made("C30", "", {"body 7": put("activated", 2)}),
    "a replacement numbered as the one before": made(
        "C30",
        "",
        {
            "tell ballot 2": told(reissue(ABSENT), reissue(OTHER_ABSENT)),
            "body 8": put("activated", 1),
        },
    ),
    "more replacements than reserves": made(
        "C30",
        "",
        {"tell ballot 2": told(*(reissue(n) for n in (ABSENT, OTHER_ABSENT, SECOND, THIRD)))},
    ),
    "more ballots than electors": made(
        "C17 C30",
        "",
        {"tell ballot 0": told(reissue(THIRD), reissue(SECOND)), "tell ballot 2": told()},
        world=replace(
            SERVED,
            votes=(*((n, VOTE) for n in range(5)), (RESERVE, VOTE)),
        ),
    ),
}


@pytest.mark.parametrize("phrase", TABLE)
def test_a_code_against_the_rule_is_noticed(phrase: str) -> None:
    assert_noticed(TABLE[phrase])


HONEST: dict[str, dict[str, Touch]] = {
    "replaced and never used": {"tell ballot 3": told(reissue(OTHER_ABSENT))},
    "replaced before the opening": {
        "tell setup": lambda entries: [*entries[:3], reissue(ABSENT), entries[3]],
        "tell ballot 2": told(),
    },
    "replaced by a reserve that was lost in its turn": {
        "tell ballot 2": told(reissue(ABSENT), reissue(SECOND))
    },
}


@pytest.mark.parametrize("phrase", HONEST)
def test_a_code_may_be_replaced(phrase: str) -> None:
    report = served(HONEST[phrase]).verify()
    assert said(report) == (0, [], []), report.text


def test_without_the_journal_a_reserve_passes_and_with_it_not() -> None:
    files = served({"tell ballot 2": told()})
    alone = verify(files.archive.write())
    assert said(alone) == (0, [], [])
    assert said(files.verify()) == (1, ["C30"], [])
