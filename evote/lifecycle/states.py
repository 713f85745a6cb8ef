# SPDX-License-Identifier: AGPL-3.0-or-later
"""The states of an election in words, and the refusal of a step that its state does not allow."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection

from evote.database.connection import Database
from evote.database.elections import (
    HeldElection,
    State,
    UnknownElection,
    find_election,
    lock_election,
)
from evote.errors import Refusal
from protocol.errors import ProtocolError
from protocol.plain_text import verify_plain_text

WORDS: Final = {
    State.DRAFT: "préparée, pas encore scellée",
    State.SEALED: "scellée, pas encore ouverte",
    State.OPEN: "ouverte au vote",
    State.SUSPENDED: "suspendue",
    State.CLOSED: "close, pas encore dépouillée",
    State.TALLIED: "dépouillée, son résultat est publié",
    State.ARCHIVED: "archivée",
    State.CANCELLED: "annulée",
}
MAX_REASON: Final = 500


class NotNow(Refusal):
    """The state of the election, or the hour, does not allow this step."""


def locked(
    connection: Connection, uuid: str, allowed: Collection[State], what: str
) -> HeldElection:
    """Return the election, locked, in one of the states in which ``what`` is done.

    Raises:
        NotNow: it is in another state.
        Refusal: there is no such election.
    """
    try:
        election = lock_election(connection, uuid, drafts=True)
    except UnknownElection as cause:
        raise unknown(uuid) from cause
    require_state(election, allowed, what)
    return election


def require_state(election: HeldElection, allowed: Collection[State], what: str) -> None:
    """Refuse ``what`` in a state that is not one of these."""
    if election.state not in allowed:
        raise NotNow(
            f"cette élection est {WORDS[election.state]} : {what}",
            "evote election state dit où elle en est, et ce qui peut suivre",
        )


def found(connection: Connection, uuid: str) -> HeldElection:
    """Return the election, a draft too.

    Raises:
        Refusal: there is no such election.
    """
    try:
        return find_election(connection, uuid, drafts=True)
    except UnknownElection as cause:
        raise unknown(uuid) from cause


def find_held(database: Database, uuid: str, allowed: Collection[State], what: str) -> HeldElection:
    """Return the election as it is now, without a lock, in a state that may change meanwhile."""
    with database.read() as connection:
        election = found(connection, uuid)
    require_state(election, allowed, what)
    return election


def unknown(uuid: str) -> Refusal:
    """Return the refusal of a number that no election has here."""
    return Refusal(
        f"aucune élection n'a le numéro {uuid} sur ce serveur",
        "evote election list donne les numéros",
    )


def require_reason(text: str, what: str = "la raison") -> str:
    """Return a reason or note as the journal takes it: docs/protocol.md §19.1.

    Raises:
        Refusal: empty, too long, or not plain.
    """
    try:
        verify_plain_text(text, where="reason", longest=MAX_REASON)
    except ProtocolError as cause:
        raise Refusal(
            f"{what} n'est pas un texte simple",
            f"de 1 à {MAX_REASON} signes sur une ligne, sans espace double ; et aucun nom de "
            "parent : tout le monde la lira",
        ) from cause
    return text
