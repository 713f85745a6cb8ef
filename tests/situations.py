# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of an election as visitors meet it, state by state, and what goes wrong on a server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from evote.database.connection import DatabaseUnavailable
from evote.lifecycle.amending import NewHours, prepare_booth, prepare_hours
from evote.lifecycle.cancelling import cancel_election
from evote.lifecycle.in_force import encode_booth
from evote.lifecycle.voting import note_incident, suspend_vote
from protocol.ceremony import Member
from protocol.server_binding import BoothFile
from tests.db.amending import amend
from tests.db.school import NOON
from tests.simulator import CLOSES_AT, OPENS_AT
from tests.site import VOTES, Site, listening

DAY = 86_400
PERSONS = (Member("Aïcha Ben Ali", "directrice"), Member("Bruno Carré", "enseignant"))
# The pages whose markup depends on the state.
LIFE = (
    "/e/{uuid}",
    "/e/{uuid}/journal",
    "/e/{uuid}/events",
    "/e/{uuid}/turnout",
    "/e/{uuid}/find?tracker={tracker}",
    "/e/{uuid}/result",
)


@dataclass(frozen=True)
class Situation:
    """What leads to it after sealing, the time of sealing, the addresses that show it.

    ``words`` are on the first of these pages, and in no other situation.
    """

    prepare: Callable[[Site], object]
    words: str
    opened: bool = True
    time: int = NOON
    pages: tuple[str, ...] = LIFE

    def listening(self, folder: Path) -> AbstractContextManager[Site]:
        """Serve a site that is in this situation while a block lasts."""
        return listening(folder, opened=self.opened, time=self.time)

    def addresses(self, uuid: str, tracker: str) -> list[str]:
        """The pages to look at."""
        return [p.replace("{uuid}", uuid).replace("{tracker}", tracker) for p in self.pages]


def _nothing(_site: Site) -> None:
    """Nothing has happened yet."""


def _suspend(site: Site) -> None:
    site.vote(0)
    reason = "Coupure de courant dans le quartier : l'école est fermée jusqu'à 14 h."
    suspend_vote(site.school.database, site.school.uuid, reason, site.clock)
    site.publish()


def _close(site: Site) -> None:
    for elector, choice in enumerate(VOTES):
        site.vote(elector, choice)
    site.clock.time = CLOSES_AT + 1000
    site.school.close()


def _cancel(site: Site) -> None:
    site.vote(0)
    reason = "La liste « Parents indépendants » a été oubliée sur les lettres de deux classes."
    cancel_election(site.school.database, site.school.uuid, reason, PERSONS, site.clock)
    site.publish()


def _amend(site: Site) -> None:
    """An incident, then new hours, then a new booth: the first two members sign both."""
    site.vote(0)
    school, clock = site.school, site.clock
    database, uuid = school.database, school.uuid
    note_incident(database, uuid, "La page de vote a été lente de 9 h à 9 h 20.", clock)
    hours = NewHours(closes_at=CLOSES_AT + 7200)
    amend(school, prepare_hours(database, uuid, hours, "Le réseau a manqué deux heures.", clock))
    booth = (BoothFile(f"/v/{uuid}", "0" * 64),)
    amend(school, prepare_booth(database, uuid, booth, "Une faute dans la page.", clock))
    site.publish()


def _fail(error: Exception) -> Callable[[Site], None]:
    """Let the server's database answer everything with this error."""

    def prepare(site: Site) -> None:
        def read() -> None:
            raise error

        site.school.database.read = read  # type: ignore[method-assign, assignment]

    return prepare


SITUATIONS = {
    "sealed": Situation(_nothing, "Pas encore ouvert", opened=False, time=OPENS_AT - DAY),
    "suspended": Situation(_suspend, "Le vote est suspendu"),
    "closed": Situation(_close, "Vote clos, résultat à venir"),
    "cancelled": Situation(_cancel, "Cette élection est annulée"),
    "amended": Situation(_amend, "Ce qui a changé depuis le scellement"),
    "booth-replaced": Situation(
        lambda site: site.replace_booth(encode_booth(())),
        "pas celle qui a été scellée",
        pages=("/v/{uuid}",),
    ),
    "malformed": Situation(
        _nothing, "Cette demande n'a pas été comprise", pages=("/e/{uuid}/events?before=0",)
    ),
    "unavailable": Situation(
        _fail(DatabaseUnavailable("away")), "Le service est arrêté un moment", pages=LIFE[:1]
    ),
    "broken": Situation(
        _fail(RuntimeError("a fault of ours")),
        "Une erreur s'est produite de notre côté",
        pages=LIFE[:1],
    ),
}
