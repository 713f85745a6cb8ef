# SPDX-License-Identifier: AGPL-3.0-or-later
"""C16: no ballot and no ciphertext stands twice. §11.1."""

from __future__ import annotations

from collections.abc import Iterator

from audit.case import Case
from audit.checks.of_ballots import wait_for, well_formed
from audit.counting import Census, repeated_alphas
from audit.outcome import NOT_REACHED, Finding, judged
from audit.words import Text


def check(case: Case) -> Finding:
    """Equal bytes, equal alphas of different credentials, equal alphas within a ballot."""
    waiting = wait_for(case)
    if waiting or case.census is None:
        return waiting or NOT_REACHED
    faults = [*_same_bytes(case), *_same_alphas(case, case.census)]
    return judged(len(well_formed(case)), faults)


def _same_bytes(case: Case) -> Iterator[Text]:
    ballots = case.board.ballots
    seen: dict[bytes, int] = {}
    for index in well_formed(case):
        first = seen.setdefault(bytes(ballots.digests[32 * index : 32 * index + 32]), index)
        if first != index:
            yield _pair(case, first, index, "le même bulletin que", "the same ballot as")


def _same_alphas(case: Case, census: Census) -> Iterator[Text]:
    ballots = case.board.ballots
    pairs = dict.fromkeys(repeated_alphas(census))
    for first, second in sorted(pairs):
        if first == second:
            text = Text("deux choix partagent un chiffré", "two choices share an alpha")
            yield text.at(ballots.place(first))
        elif ballots.credential(first) != ballots.credential(second):
            yield _pair(case, first, second, "partage un chiffré avec", "shares an alpha with")


def _pair(case: Case, first: int, second: int, fr: str, en: str) -> Text:
    place, other = case.board.ballots.place(second), case.board.ballots.place(first)
    return Text(f"{fr} {other.fr} (§11.1)", f"{en} {other.en} (§11.1)").at(place)
