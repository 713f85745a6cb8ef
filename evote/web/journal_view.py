# SPDX-License-Identifier: AGPL-3.0-or-later
"""The journal as pages tell it, in plain words: docs/protocol.md §19.2. All of it is public."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evote.board.journal import read_entries
from evote.board.published import find_published
from evote.web.journal_words import tell, titles
from evote.web.languages import Language
from evote.web.moments import say_time
from evote.web.services import Sealed, Services
from protocol.ceremony import Member
from protocol.journal import JournalEntry
from protocol.journal_bodies import (
    Body,
    BoothReplaced,
    Cancelled,
    Closed,
    EntryKind,
    HoursChanged,
    Incident,
    Opened,
    Resumed,
    Suspended,
)

AMENDMENTS: Final = (EntryKind.HOURS_CHANGED, EntryKind.BOOTH_REPLACED)


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry: when, what, the words of those who wrote it, and who signed it."""

    number: int
    kind: EntryKind
    when: str
    title: str
    told: str
    quoted: str
    signed: tuple[str, ...]
    events: int


@dataclass(frozen=True, slots=True)
class PublicStory:
    """What the journal has published; ``reason`` is that of a suspension or cancellation."""

    entries: tuple[EntryView, ...]
    reason: str = ""
    persons: tuple[Member, ...] = ()

    @property
    def amendments(self) -> tuple[EntryView, ...]:
        """What was changed after the sealing, in order."""
        return tuple(each for each in self.entries if each.kind in AMENDMENTS)


def public_story(services: Services, language: Language, uuid: str) -> PublicStory:
    """Return what the journal of an election has told.

    Raises:
        UnknownElection: there is none.
    """
    held, sealed = services.held(uuid), services.sealed(uuid)
    with services.database.read() as connection:
        published = find_published(connection, held)
        entries = read_entries(connection, held)
    # Why nobody can vote is told at once; the entry that says so comes with its step: §18.7.
    reason, persons = _reason(entries)
    shown = entries[: published.journal.size if published else 0]
    return PublicStory(
        tuple(view_entry(language, sealed, entry) for entry in shown), reason, persons
    )


def view_entry(language: Language, sealed: Sealed, entry: JournalEntry) -> EntryView:
    """Return one entry in words."""
    return EntryView(
        number=entry.index,
        kind=entry.kind,
        when=say_time(language, entry.at),
        title=titles(language)[entry.kind],
        told=tell(language, entry.body),
        quoted=_quoted(entry.body),
        signed=_signers(sealed, entry),
        events=entry.board.size,
    )


def _reason(entries: Sequence[JournalEntry]) -> tuple[str, tuple[Member, ...]]:
    reason = ""
    persons: tuple[Member, ...] = ()
    for entry in entries:
        body = entry.body
        if isinstance(body, Cancelled):
            reason, persons = body.reason, body.persons
        elif isinstance(body, Suspended):
            reason = body.reason
        elif isinstance(body, Resumed | Closed):
            reason = ""
    return reason, persons


def _signers(sealed: Sealed, entry: JournalEntry) -> tuple[str, ...]:
    numbers = [each.trustee for each in entry.signatures]
    if isinstance(entry.body, Opened):
        numbers = [each.trustee for each in entry.body.setup_signatures]
    if isinstance(entry.body, Cancelled):
        return tuple(f"{each.name}, {each.role}" for each in entry.body.persons)
    members = sealed.evote.ceremony.members
    return tuple(members[number - 1].name for number in numbers)


def _quoted(body: Body) -> str:
    if isinstance(body, Incident):
        return body.note
    if isinstance(body, Suspended | Resumed | HoursChanged | BoothReplaced | Cancelled):
        return body.reason
    return ""
