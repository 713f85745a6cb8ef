# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every route is given: nothing of it is global, so one process may run many servers."""

import functools
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Path, Request

from evote.board.hours import KnownHours
from evote.board.journal import is_announced
from evote.board.listing import setup_bytes
from evote.board.published import Published, read_published
from evote.casting import Casting
from evote.clock import Clock
from evote.database.connection import Database
from evote.database.elections import HeldElection, State, find_election
from evote.keys import KeyFolder
from evote.publishing.publisher import Publisher
from evote.settings import Settings
from evote.web.languages import Language, choose_language
from evote.web.metrics import Metrics
from evote.web.own_files import OwnFiles
from protocol.bindings import EvoteBinding
from protocol.election import Election
from protocol.journal_kinds import EntryKind
from protocol.sending import characters_sent
from protocol.trustees import Trustees

ELECTIONS_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was sealed, as pages show it and as it is downloaded: docs/protocol.md §8."""

    election: Election
    evote: EvoteBinding
    threshold: int
    election_data: bytes
    credentials_data: bytes
    characters_sent: int


class Services:
    """The settings, and everything made from them."""

    def __init__(
        self, settings: Settings, database: Database, clock: Clock, files: OwnFiles
    ) -> None:
        if settings.key_folder is None:
            raise RuntimeError("these settings were not made by read_settings")
        self.settings = settings
        self.database = database
        self.clock = clock
        self.keys = KeyFolder(settings.key_folder)
        self.publisher = Publisher(database, self.keys, settings.publish_seconds, clock)
        self.casting = Casting(database, self.keys, clock, self.publisher)
        self.assets, self.pages, self.booth = files.assets, files.pages, files.booth
        self.metrics = Metrics()
        self._hours = KnownHours()
        # What was sealed never changes, so it is read once.
        self.sealed = functools.lru_cache(maxsize=ELECTIONS_KEPT)(self._read_sealed)

    def held(self, uuid: str) -> HeldElection:
        """Return an election as it is now.

        Raises:
            UnknownElection: there is none.
        """
        with self.database.read() as connection:
            return find_election(connection, uuid)

    def timed(self, uuid: str) -> HeldElection:
        """Return the same where its hours are told: those in force, or nothing is.

        Raises:
            UnknownElection: there is none.
            HoursDamaged: its row says others than were signed.
        """
        with self.database.snapshot() as connection:
            held = find_election(connection, uuid)
            if held.state is not State.DRAFT:
                self._hours.require(connection, held)
            return held

    def published(self, held: HeldElection) -> Published:
        """Return what of an election is published: nothing public shows more: §18.7.

        Raises:
            NothingPublished: before the first step.
        """
        with self.database.read() as connection:
            return read_published(connection, held)

    def booth_is_announced(self, held: HeldElection) -> bool:
        """Tell whether the published journal names the booth in force: §18.7."""
        with self.database.read() as connection:
            return is_announced(connection, held, EntryKind.BOOTH_REPLACED)

    def _read_sealed(self, uuid: str) -> Sealed:
        # Raises UnknownElection where there is none; errors are not kept.
        with self.database.read() as connection:
            data, trustees, credentials = setup_bytes(connection, find_election(connection, uuid))
        election = Election.decode(data)
        if election.evote is None:
            raise RuntimeError("an election without our bindings was hosted")
        threshold = Trustees.decode(trustees).threshold_parameters().threshold
        sent = characters_sent(election.context)
        return Sealed(election, election.evote, threshold, data, credentials, sent)


def services_of(request: Request) -> Services:
    """Return the services of the application that answers this request."""
    services: Services = request.app.state.services
    return services


def language_of(request: Request) -> Language:
    """Return the language that the visitor's browser asks for, among those there are."""
    accepted = request.headers.get("accept-language", "")
    return choose_language(services_of(request).pages.languages, accepted)


# Coroutines, because FastAPI gives each dependency that is not one to another thread.
async def _services(request: Request) -> Services:
    return services_of(request)


async def _language(request: Request) -> Language:
    return language_of(request)


Served = Annotated[Services, Depends(_services)]
Uuid = Annotated[str, Path(pattern="^[1-9A-HJ-NP-Za-km-z]{14,64}$")]
Spoken = Annotated[Language, Depends(_language)]
