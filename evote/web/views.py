# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages show of an election: values and words, no rows. docs/protocol.md §8.3."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evote.casting import Outcome, hours_outcome
from evote.database.elections import HeldElection, State
from evote.web.languages import Language
from evote.web.moments import say_moment, say_time
from evote.web.services import Sealed
from protocol.bindings import CandidateList
from protocol.ceremony import Member

# What a visitor is told of a state; an open one may still wait for its hour, or be past it.
BEFORE, OPEN, SUSPENDED, CLOSED = "before", "open", "suspended", "closed"
TALLIED, ARCHIVED, CANCELLED = "tallied", "archived", "cancelled"
_PHASES: Final = {
    State.DRAFT: BEFORE,
    State.SEALED: BEFORE,
    State.SUSPENDED: SUSPENDED,
    State.CLOSED: CLOSED,
    State.TALLIED: TALLIED,
    State.ARCHIVED: ARCHIVED,
    State.CANCELLED: CANCELLED,
}
_OVER: Final = (CLOSED, TALLIED, ARCHIVED, CANCELLED)
_HOURS: Final = {Outcome.NOT_OPEN_YET: BEFORE, Outcome.CLOSED: CLOSED}


@dataclass(frozen=True, slots=True)
class ElectionView:
    """An election as its pages show it."""

    uuid: str
    phase: str
    phase_words: str
    name: str
    description: str
    school: str
    uai: str
    lists: tuple[CandidateList, ...]
    seats: int
    electors: int
    reserves: int
    opens: str
    closes: str
    grace_minutes: int
    members: tuple[Member, ...]
    threshold: int
    fingerprint: str
    rehearsal: bool

    @property
    def is_over(self) -> bool:
        """Whether no ballot can be cast any more."""
        return self.phase in _OVER

    @property
    def has_result(self) -> bool:
        """Whether the result is published."""
        return self.phase in (TALLIED, ARCHIVED)


def phase_of(held: HeldElection, now: int) -> str:
    """Return how far the election has come, as a visitor needs to know it."""
    if held.state is not State.OPEN:
        return _PHASES[held.state]
    outside = hours_outcome(held, now)
    return OPEN if outside is None else _HOURS[outside]


def phase_words(language: Language) -> Mapping[str, str]:
    """Return what each phase is called."""
    say = language.say
    return {
        BEFORE: say("Pas encore ouvert"),
        OPEN: say("Vote ouvert"),
        SUSPENDED: say("Vote suspendu"),
        CLOSED: say("Vote clos, résultat à venir"),
        TALLIED: say("Résultat publié"),
        ARCHIVED: say("Résultat publié, élection archivée"),
        CANCELLED: say("Élection annulée"),
    }


def say_opening(language: Language, held: HeldElection, now: int) -> str:
    """Return when the vote opens; of one that was cancelled, when it should have."""
    if phase_of(held, now) == CANCELLED:
        return say_time(language, held.opens_at)
    return say_moment(language, held.opens_at, now)


def say_closing(language: Language, held: HeldElection, now: int) -> str:
    """Return when the vote closes; of one that ended before its hour, that it did."""
    phase = phase_of(held, now)
    if phase == CANCELLED:
        words = language.say("prévue %(when)s ; l'élection est annulée")
    elif phase in _OVER and now < held.closes_at:
        words = language.say("prévue %(when)s ; le vote a été clos avant")
    else:
        return say_moment(language, held.closes_at, now)
    return words % {"when": say_time(language, held.closes_at)}


def view_election(language: Language, held: HeldElection, sealed: Sealed, now: int) -> ElectionView:
    """Return what pages show of an election at this moment."""
    evote, phase = sealed.evote, phase_of(held, now)
    return ElectionView(
        uuid=held.uuid,
        phase=phase,
        phase_words=phase_words(language)[phase],
        name=sealed.election.name,
        description=sealed.election.description,
        school=evote.school.name,
        uai=evote.school.uai,
        lists=evote.lists,
        seats=evote.seats,
        electors=evote.electors,
        reserves=len(evote.reserves),
        opens=say_opening(language, held, now),
        closes=say_closing(language, held, now),
        grace_minutes=held.grace_seconds // 60,
        members=evote.ceremony.members,
        threshold=sealed.threshold,
        fingerprint=sealed.election.fingerprint,
        rehearsal=evote.rehearsal,
    )
