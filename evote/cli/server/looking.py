# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the elections of a server stand, in words."""

from argparse import Namespace
from collections.abc import Iterator

from sqlalchemy import Connection, select

from evote.board.journal import read_entries
from evote.board.published import NothingPublished, PublishedDamaged
from evote.cli.inputs import read_hosted_uuid
from evote.cli.server.opened import Server, server
from evote.cli.words import printable
from evote.database.common_tables import ElectionRow, SchoolRow
from evote.database.elections import HeldElection, State
from evote.database.one_by_one import of_one, read_of_all
from evote.election.french_calendar import say_with_day
from evote.lifecycle.states import WORDS, found
from evote.publishing.cosigned import find_cosigned
from evote.web.journal_words import titles
from evote.web.languages import FRENCH
from protocol.errors import ProtocolError
from tally.describe import french_time
from tally.french import count

_NEXT = {
    State.DRAFT: "evote election seal --server, puis evote election host",
    State.SEALED: "evote pins make, puis evote election start avec les signatures du bureau",
    State.OPEN: "la clôture se fait à l'heure (evote worker) ; d'ici là suspend, reissue, amend…",
    State.SUSPENDED: "evote election resume ; la clôture se fait à la même heure",
    State.CLOSED: "evote-tally decrypt, puis evote election decryptions, puis evote election tally",
    State.TALLIED: "evote election record ; plus tard, evote election archive",
    State.ARCHIVED: "plus rien",
    State.CANCELLED: "une nouvelle élection, avec les mêmes listes : evote election copy",
}

_STANDS = {each.value: words for each, words in WORDS.items()}
_DAMAGED = "abîmée dans la base : evote doctor"
_UNREAD = "la base ne donne pas sa ligne : evote doctor"
_LISTED = (
    select(ElectionRow.uuid, ElectionRow.state, ElectionRow.closes_at, SchoolRow.name)
    .outerjoin(SchoolRow, SchoolRow.id == ElectionRow.school_id)
    .order_by(ElectionRow.closes_at, ElectionRow.id)
)
_OVER = (State.CLOSED, State.TALLIED, State.ARCHIVED, State.CANCELLED)


def list_all(_options: Namespace) -> int:
    """``evote election list``."""
    with server() as here:
        lines = read_of_all(here.database, _lines, unread=lambda uuid: (f"{uuid}  {_UNREAD}",))
    for line in lines:
        print(printable(line))
    if not lines:
        print("Aucune élection sur ce serveur.")
    return 0


def _lines(connection: Connection, uuid: str | None) -> tuple[str, ...]:
    lines: list[str] = []
    for row in connection.execute(of_one(_LISTED, uuid)):
        words, school = _STANDS.get(row.state, _DAMAGED), row.name or "école inconnue"
        lines.append(f"{row.uuid}  {school} : {words}")
        lines.append(f"{'':{len(row.uuid)}}  fermeture {_time(row.closes_at)}")
    return tuple(lines)


def _time(cell: object) -> str:
    return french_time(cell) if isinstance(cell, int) else _DAMAGED


def state(options: Namespace) -> int:
    """``evote election state``."""
    with server() as here:
        uuid = read_hosted_uuid(options.uuid)
        with here.database.read() as connection:
            held = found(connection, uuid)
            entries = read_entries(connection, held)
        _say(here, held)
    words = titles(FRENCH)
    for entry in entries:
        print(f"  n° {entry.index}  {french_time(entry.at)}  {words[entry.kind]}")
    print(f"Ensuite : {_NEXT[held.state]}")
    return 0


def _hours(held: HeldElection, now: int) -> Iterator[str]:
    opens, closes = french_time(held.opens_at), french_time(held.closes_at)
    if held.state is State.CANCELLED:
        yield f"Ouverture : prévue le {opens}."
        yield f"Fermeture : prévue le {closes} ; l'élection est annulée."
        return
    yield f"Ouverture : {say_with_day(held.opens_at, now)}."
    if held.state in _OVER and now < held.closes_at:
        yield f"Fermeture : prévue le {closes} ; le vote a été clos avant."
    else:
        yield f"Fermeture : {say_with_day(held.closes_at, now)}."


def _say(here: Server, held: HeldElection) -> None:
    now = here.clock()
    print(f"L'élection {held.uuid} est {WORDS[held.state]}.")
    for line in _hours(held, now):
        print(line)
    if held.grace_seconds and held.state not in _OVER:
        grace = count(held.grace_seconds, "seconde")
        print(f"Un bulletin en route a encore {grace} après la fermeture.")
    if held.state is not State.DRAFT:
        _say_witnesses(here, held)
        print(f"Page : {here.settings.public_url.rstrip('/')}/e/{held.uuid}")
        print("Journal :")


def _say_witnesses(here: Server, held: HeldElection) -> None:
    try:
        with here.database.read() as connection:
            cosigned = find_cosigned(connection, held)
    except (NothingPublished, PublishedDamaged, ProtocolError):
        return  # evote doctor says what is damaged
    if cosigned is not None:
        named, quorum = len(cosigned.witnesses.keys), cosigned.witnesses.quorum
        missing = f" ; manquent : {', '.join(cosigned.missing)}" if cosigned.missing else ""
        print(f"Témoins de la dernière publication : {cosigned.found} sur {named}{missing}.")
        if held.state is not State.CANCELLED:
            print(f"Il en faut {quorum} quand le résultat est là.")
