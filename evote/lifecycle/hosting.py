# SPDX-License-Identifier: AGPL-3.0-or-later
"""A draft is sealed: the files of the organiser's desk come in, and the journal begins: §8, §19.

The server stores the files of ``evote election seal`` and ``evote credentials make`` as they are;
what it exports is what they were. Nobody has voted yet, so seeing both sides here joins nothing.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from evote.board.appending import append_event
from evote.clock import Clock
from evote.database.connection import Database
from evote.database.elections import HeldElection, State
from evote.election.roll_file import SealedRollFile, decode_sealed_roll
from evote.errors import Refusal
from evote.keys import KeyFolder
from evote.lifecycle.drafting import school_number
from evote.lifecycle.in_force import put_in_force
from evote.lifecycle.states import locked
from evote.lifecycle.story import read_story, tell
from evote.pins import watch_pins
from evote.roll.electors import Contact, store_roll
from evote.roll.model import Elector
from evote.roll.sealing import SealedRoll, verify_roll_commitment
from evote.roll.sign_in_file import SignInNumbers, decode_sign_in_numbers
from evote.roll.sign_ins import store_sign_ins
from protocol.archive import read_archive
from protocol.archive_members import ArchiveHeader
from protocol.bindings import EvoteBinding
from protocol.board import Board, read_board
from protocol.events import BoardState, EventKind
from protocol.journal_bodies import Sealed
from protocol.journal_state import Hours
from protocol.server_binding import ServerBinding, decode_server_file


@dataclass(frozen=True, slots=True)
class SealedFiles:
    """The files of a sealed election: ``<uuid>.bel``, ``sign-in-numbers.json``, the sealed roll.

    ``electors`` are those of the export that was sealed, in the order of the sealed roll, for
    their addresses; without them there is nobody to write to.
    """

    archive: bytes
    sign_in_numbers: bytes
    sealed_roll: bytes
    electors: Sequence[Elector] = ()


class NotHosted(Refusal):
    """The server does not take this election in: its files do not belong together, or to it."""


def host_election(database: Database, folder: KeyFolder, files: SealedFiles, clock: Clock) -> str:
    """Take in the sealed files of a draft, with a new key for its roll; return its uuid.

    Raises:
        NotHosted: the files do not belong together, or not to a draft of this server.
        NotNow: it was taken in already, or cancelled.
        ProtocolError: a file is not what it should be.
    """
    board = read_board(io.BytesIO(files.archive))
    entry = next(read_archive(io.BytesIO(files.archive)).entries())
    binding, server = _require_sealed(board)
    roll = decode_sealed_roll(files.sealed_roll)
    numbers = decode_sign_in_numbers(files.sign_in_numbers)
    uuid = board.election.uuid
    contacts = _contacts(roll, binding, files.electors)
    _check_numbers(uuid, binding, roll, numbers)
    with database.write() as connection:
        already = "ses fichiers ont déjà été pris"
        draft = locked(connection, uuid, {State.DRAFT}, already)
        _check_server(draft, server)
        folder.destroy(uuid)  # what an interrupted hosting has left: no roll is under it
        keys = folder.create(uuid)
        try:
            election = _seal(connection, draft, board, binding, server)
            append_event(connection, election, EventKind.SETUP, entry.data)
            sealed = Sealed(board.election.fingerprint, entry.hash)
            tell(connection, read_story(connection, election), clock(), sealed)
            store_roll(connection, election, keys, contacts, roll.salt)
            store_sign_ins(connection, election, numbers.by_number)
            watch_pins(connection, election, binding.electors)
        except BaseException:
            folder.destroy(uuid)
            raise
    return uuid


def _require_sealed(board: Board) -> tuple[EvoteBinding, ServerBinding]:
    evote = board.election.evote
    if evote is None:
        raise NotHosted(
            "cette élection n'a pas été faite avec Préau",
            "donnez le dossier que evote election seal a écrit",
        )
    if evote.server is None:
        raise NotHosted(
            "cette élection a été scellée sans serveur",
            "elle se tient sur des fichiers ; pour un serveur : evote election draft, puis "
            "evote election seal --server server.json",
        )
    if board.state is not BoardState.SET_UP:
        raise NotHosted(
            "des bulletins ont déjà été mis dans cette urne, ailleurs",
            "donnez l'archive telle que evote election seal l'a écrite",
        )
    if board.header != ArchiveHeader(board.header.timestamp):
        raise NotHosted(
            "l'en-tête de cette archive n'est pas écrit comme les nôtres",
            "donnez l'archive telle que evote election seal l'a écrite",
        )
    return evote, evote.server


def _check_numbers(
    uuid: str, binding: EvoteBinding, roll: SealedRollFile, numbers: SignInNumbers
) -> None:
    advice = "donnez les fichiers faits ensemble pour cette élection"
    if (roll.uuid, numbers.uuid) != (uuid, uuid):
        raise NotHosted(
            "la liste électorale ou les numéros d'émargement sont ceux d'une autre élection", advice
        )
    if numbers.roll_sha256 != _sealed(roll).digest():
        raise NotHosted("les codes ont été faits pour une autre liste électorale", advice)
    if sorted(numbers.by_number.values()) != list(range(1, binding.electors + 1)):
        raise NotHosted("il n'y a pas un numéro d'émargement pour chaque électeur", advice)


def _check_server(draft: HeldElection, server: ServerBinding) -> None:
    if draft.server is None or decode_server_file(draft.server)[1] != server:
        raise NotHosted(
            "cette élection n'a pas été scellée avec le server.json de ce serveur",
            "scellez-la à nouveau avec celui que evote election draft a écrit",
        )


def _contacts(
    roll: SealedRollFile, binding: EvoteBinding, electors: Sequence[Elector]
) -> tuple[Contact, ...]:
    verify_roll_commitment(binding.roll_commitment, _sealed(roll), roll.salt)
    if len(roll.names) != binding.electors:
        raise NotHosted(
            "la liste électorale n'a pas autant d'électeurs que scellé",
            "donnez le roll-sealed.json écrit avec cette archive",
        )
    contacts = [Contact(number, *name) for number, name in enumerate(roll.names, 1)]
    if not electors:
        return tuple(contacts)
    if [(each.surname, each.given_name) for each in electors] != list(roll.names):
        raise NotHosted(
            "cet export n'est pas celui qui a été scellé", "donnez l'export ONDE tel quel"
        )
    return tuple(
        replace(contact, email=elector.email, mobile=elector.mobile)
        for contact, elector in zip(contacts, electors, strict=True)
    )


def _sealed(roll: SealedRollFile) -> SealedRoll:
    return SealedRoll(tuple(Elector(*name, "", "", None, (), ()) for name in roll.names))


def _seal(
    connection: Connection,
    draft: HeldElection,
    board: Board,
    binding: EvoteBinding,
    server: ServerBinding,
) -> HeldElection:
    # The school is that of the sealing: a draft is not bound to the one it was made for.
    sealed = replace(
        draft,
        school_id=school_number(connection, binding.school),
        state=State.SEALED,
        archive_timestamp=board.header.timestamp,
    )
    hours = Hours(binding.opens_at, binding.closes_at, binding.grace_seconds)
    return put_in_force(connection, sealed, hours, server.booth)
