# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a journal tells, and what an amendment changes, in plain French: docs/protocol.md §19."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from protocol.journal import JournalEntry
from protocol.journal_bodies import (
    Amendment,
    Body,
    BoothReplaced,
    Case,
    Contested,
    EntryKind,
    HoursChanged,
    Incident,
    Resumed,
    Suspended,
)
from protocol.journal_state import Hours, JournalState
from protocol.server_binding import BoothFile
from tally.describe import french_time
from tally.french import count

_CASES: Final = {
    Case.BOTH_USED: "sa lettre et son code avaient servi",
    Case.SIGN_IN_USED: "sa lettre avait servi, pas son code",
    Case.CREDENTIAL_USED: "son code avait servi, pas sa lettre",
}


def describe_story(state: JournalState, entries: Sequence[JournalEntry]) -> Iterator[str]:
    """Yield what a trustee reads before signing the closing: numbers, then what happened."""
    yield "Le journal de l'élection :"
    if state.closing is not None:
        ballots = state.closing.body.ballots
        yield f"  à la clôture : {count(ballots, 'bulletin')}, {count(ballots, 'émargement')}"
    for label, kinds in _SHOWN:
        told = [entry for entry in entries if entry.kind in kinds]
        counted = [entry for entry in told if entry.kind is not EntryKind.RESUMED]
        yield f"  {label} : {len(counted) or 'non'}"
        yield from _describe_all(told)
    yield f"  lettres remplacées : {len(state.reissued) or 'non'}"


_SHOWN: Final = (
    ("changements signés par le bureau", {EntryKind.HOURS_CHANGED, EntryKind.BOOTH_REPLACED}),
    ("suspensions", {EntryKind.SUSPENDED, EntryKind.RESUMED}),
    ("incidents", {EntryKind.INCIDENT, EntryKind.CONTESTED}),
)


def _describe_all(entries: Iterable[JournalEntry]) -> Iterator[str]:
    for entry in entries:
        yield f"    {french_time(entry.at)} : {_describe_body(entry.body)}"


def _describe_body(body: Body) -> str:
    if isinstance(body, HoursChanged):
        closing = french_time(body.closes_at)
        return f"horaires changés, clôture {closing} ({body.reason})"
    if isinstance(body, BoothReplaced):
        return f"page de vote remplacée ({body.reason})"
    if isinstance(body, Suspended):
        return f"vote suspendu ({body.reason})"
    if isinstance(body, Resumed):
        return f"vote repris ({body.reason})"
    if isinstance(body, Contested):
        return f"un parent dit qu'on a voté à sa place ({_CASES[body.case]})"
    return body.note if isinstance(body, Incident) else body.kind.value


def describe_amendment(state: JournalState, body: Amendment) -> Iterator[str]:
    """Yield what a trustee reads before signing an amendment: what was, what will be, and why."""
    yield f"Changement n° {body.amendment}, demandé au bureau"
    yield f"Motif       : {body.reason}"
    if isinstance(body, HoursChanged):
        yield from _describe_hours(state.hours, body)
    else:
        yield from _describe_booths(state.booth, body.booth)


def _describe_hours(old: Hours, new: HoursChanged) -> Iterator[str]:
    for label, before, after in (
        ("Ouverture", french_time(old.opens_at), french_time(new.opens_at)),
        ("Clôture", french_time(old.closes_at), french_time(new.closes_at)),
        ("Délai", _french_grace(old.grace_seconds), _french_grace(new.grace_seconds)),
    ):
        if before == after:
            yield f"{label:<12}: {before}, comme avant"
        else:
            yield f"{label:<12}: {before}"
            yield f"  deviendra : {after}"


def _french_grace(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest:02d} s après la clôture pour finir de voter"


def _describe_booths(old: Sequence[BoothFile], new: Sequence[BoothFile]) -> Iterator[str]:
    before = {each.path: each.sha256 for each in old}
    after = {each.path: each.sha256 for each in new}
    yield "Page de vote, fichier par fichier :"
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) == after.get(path):
            yield f"  inchangé : {path}"
        elif path not in after:
            yield f"  retiré   : {path}"
        else:
            yield f"  {'remplacé' if path in before else 'ajouté  '} : {path}"
            yield f"    {after[path]}"
