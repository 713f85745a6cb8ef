# SPDX-License-Identifier: AGPL-3.0-or-later
"""C30: codes were replaced by the rule: nobody voted with a void one, no reserve early. §19.5."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from audit.archive import MAX_FAULTS
from audit.binding import Binding
from audit.case import Case
from audit.journal import Entry, place
from audit.outcome import NOT_REACHED, Finding, judged
from audit.words import Text, count


def check(case: Case) -> Finding:
    """The entries, then the ballots of the credentials they made void, and of the reserves."""
    waiting = case.without_journal
    if waiting:
        return waiting
    if case.story is None or case.binding is None or case.credentials is None:
        return NOT_REACHED
    reissued = case.story.of_kind("reissued")
    faults = [
        *_entries(reissued, case.credentials.index),
        *_surplus(len(reissued), case.binding),
        *_voided(case, reissued),
        *_uncovered(case, case.binding, _activations(reissued, case.binding)),
    ]
    return judged(len(reissued), faults[:MAX_FAULTS])


def _entries(reissued: Sequence[Entry], listed: dict[str, int]) -> Iterator[Text]:
    """Numbered from 1; each of another credential of the list."""
    seen: set[str] = set()
    for number, entry in enumerate(reissued, 1):
        where, revoked = place(entry.index), entry.body["revoked"]
        if entry.body["activated"] != number:
            yield Text(
                f"ce devrait être le remplacement {number} (§19.5)",
                f"should be replacement {number} (§19.5)",
            ).at(where)
        if revoked not in listed:
            yield Text("une clé qui n'est pas dans la liste", "a credential not listed").at(where)
        if revoked in seen:
            yield Text(
                "la même clé remplacée deux fois (§19.5)", "the same credential twice (§19.5)"
            ).at(where)
        seen.add(revoked)


def _surplus(found: int, binding: Binding) -> Iterator[Text]:
    if found > len(binding.reserves):
        codes = count(found, "remplacement", "replacement")
        reserves = count(len(binding.reserves), "réserve", "reserve")
        yield Text(f"{codes.fr} pour {reserves.fr}", f"{codes.en} for {reserves.en}")


def _voided(case: Case, reissued: Sequence[Entry]) -> Iterator[Text]:
    """No ballot of a void credential, before or after."""
    ballots, void = case.board.ballots, {entry.body["revoked"] for entry in reissued}
    for index in range(len(ballots)) if void else ():
        if ballots.credential(index) in void:
            yield Text("d'une clé remplacée (§19.5)", "of a replaced credential (§19.5)").at(
                ballots.place(index)
            )


def _activations(reissued: Sequence[Entry], binding: Binding) -> list[int]:
    """The board's size at each entry that made one more reserve usable: no reserve's own loss."""
    reserves = set(binding.reserves)
    return [entry.size for entry in reissued if entry.body["revoked"] not in reserves]


def _uncovered(case: Case, binding: Binding, sizes: Sequence[int]) -> Iterator[Text]:
    """Counting each ballot by a reserve, no more of them than reserves activated by then.

    ``sizes`` are those of the board at each activation, and never fall (C27).
    """
    ballots, reserves, used = case.board.ballots, set(binding.reserves), 0
    for index in range(len(ballots)):
        if ballots.credential(index) in reserves:
            used += 1
            if used > bisect_right(sizes, ballots.heights[index]):
                yield Text(
                    "d'une réserve qui n'était pas activée (§19.5)",
                    "of a reserve that was not activated (§19.5)",
                ).at(ballots.place(index))
