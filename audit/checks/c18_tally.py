# SPDX-License-Identifier: AGPL-3.0-or-later
"""C18: the encrypted tally is the product of the counted ballots. §11.2."""

from __future__ import annotations

from collections.abc import Iterator

from audit.board import Posted
from audit.case import Case
from audit.counting import Census
from audit.election import Credentials
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.partials import SizedTally, decode_sized, decode_tally
from audit.strict_json import decode
from audit.words import Malformed, Text, count


def check(case: Case) -> Finding:
    """Decode what is recorded, then compare it with the product of the census."""
    tally = case.board.tally
    if tally is None or tally.payload is None:
        return NOT_REACHED if case.board.stage > 3 or case.board.lost else NOT_APPLICABLE
    if case.election is None:
        return NOT_REACHED
    try:
        sized = _decode(case, tally)
    except Malformed as refusal:
        return judged(0, [refusal.text])
    census, credentials = case.census, case.credentials
    broken = case.board.lost or case.tally is None
    if broken or census is None or credentials is None:
        return NOT_REACHED
    if any(faults.form for faults in census.faults.values()):
        return NOT_REACHED
    faults = list(_differences(case, sized, census, credentials))
    if not faults:
        case.total_weight = sized.weight
    return judged(len(census.last), faults)


def _decode(case: Case, tally: Posted) -> SizedTally:
    """The payload, and the encrypted tally that it names, if that stands before the event."""
    if tally.payload is None or case.election is None:
        raise ValueError("the encrypted tally needs a payload and an election")
    data = case.read(tally.payload)
    sized = decode_sized(data, strict=case.strict)
    inner = tally.named(decode(data)["encrypted_tally"])
    if inner is not None:
        case.tally = decode_tally(case.read(inner), case.election)
    return sized


def _differences(
    case: Case, sized: SizedTally, census: Census, credentials: Credentials
) -> Iterator[Text]:
    weight = sum(credentials.weight(credential) for credential in census.last)
    if sized.count != len(census.last):
        yield _number(count(sized.count, "bulletin annoncé", "ballot"), len(census.last))
    if sized.weight != weight:
        total = Text(f"total annoncé de {sized.weight} voix", f"a total of {sized.weight}")
        yield _number(total, weight)
    number = 0
    for question, row in enumerate(case.tally or (), 1):
        for choice, cipher in enumerate(row):
            computed = (census.product(number), census.product(number + 1))
            if (cipher.alpha, cipher.beta) != computed:
                place = Text(
                    f"question {question}, choix {choice}", f"question {question}, choice {choice}"
                )
                yield Text(
                    "n'est pas le produit des bulletins (§11.2)",
                    "is not the product of the ballots (§11.2)",
                ).at(place)
            number += 2


def _number(stated: Text, found: int) -> Text:
    return Text(f"{stated.fr}, on en compte {found}", f"{stated.en} stated, {found} counted")
