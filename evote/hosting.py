# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taking in an election that was sealed on the command line, and opening it: §7.13, §8, §13.

The server stores the files of ``evote election seal`` and ``evote credentials make`` as they are;
what it exports is what they were. Nobody has voted yet, so seeing both sides here joins nothing.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from evote.board.appending import append_event
from evote.board.export import archive_chunks
from evote.database.common_tables import ElectionRow, SchoolRow
from evote.database.connection import Database
from evote.database.elections import HeldElection, State, find_election, lock_election, set_state
from evote.election.opening import verify_signatures
from evote.election.roll_file import SealedRollFile, decode_sealed_roll
from evote.keys import KeyFolder
from evote.pins import watch_pins
from evote.roll.electors import Contact, store_roll
from evote.roll.model import Elector
from evote.roll.sealing import SealedRoll, verify_roll_commitment
from evote.roll.sign_in_file import decode_sign_in_numbers
from evote.roll.sign_ins import store_sign_ins
from protocol.archive import ArchiveHeader, Entry, read_archive
from protocol.bindings import EvoteBinding
from protocol.board import Board, read_board
from protocol.events import BoardState, EventKind
from protocol.setup_signatures import SetupSignatures


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


class NotHosted(Exception):
    """The server does not take this election in, or does not open it: one lower-case sentence."""


def host_election(database: Database, folder: KeyFolder, files: SealedFiles) -> str:
    """Store a sealed election, with a new key for its roll; return its uuid. State: sealed.

    Raises:
        NotHosted: the files do not belong together, or the election is here already.
        ProtocolError: a file is not what it should be.
    """
    stream = io.BytesIO(files.archive)
    board, entry = read_board(stream), _setup_entry(files.archive)
    binding = _require_sealed(board)
    roll = decode_sealed_roll(files.sealed_roll)
    numbers = decode_sign_in_numbers(files.sign_in_numbers)
    uuid = board.election.uuid
    if (roll.uuid, numbers.uuid) != (uuid, uuid):
        raise NotHosted("the roll or the sign-in numbers are those of another election")
    contacts = _contacts(roll, binding, files.electors)
    if numbers.roll_sha256 != _sealed(roll).digest():
        raise NotHosted("the codes were made for another roll")
    if sorted(numbers.by_number.values()) != list(range(1, binding.electors + 1)):
        raise NotHosted("there is not one sign-in number for each elector of the roll")
    keys = folder.create(uuid)
    try:
        with database.write() as connection:
            election = _insert(connection, board, binding)
            append_event(connection, election, EventKind.SETUP, entry.data)
            store_roll(connection, election, keys, contacts, roll.salt)
            store_sign_ins(connection, election, numbers.by_number)
            watch_pins(connection, election, binding.electors)
    except BaseException as cause:
        folder.destroy(uuid)
        if isinstance(cause, IntegrityError):
            raise NotHosted("an election of this number is here already") from cause
        raise
    return uuid


def open_hosted_election(database: Database, uuid: str, setup_signatures: bytes) -> None:
    """Open the vote with at least t signatures of this very set-up: docs/protocol.md §7.13.

    Raises:
        NotHosted: it is not waiting to be opened.
        ProtocolError: they are not such signatures.
    """
    board = read_board(io.BytesIO(b"".join(archive_chunks(database, uuid, until=0))))
    verify_signatures(board, SetupSignatures.decode(setup_signatures))
    with database.write() as connection:
        election = lock_election(connection, uuid)
        if election.state is not State.SEALED:
            raise NotHosted("this election is not waiting to be opened")
        row = update(ElectionRow).where(ElectionRow.id == election.id)
        connection.execute(row.values(setup_signatures=setup_signatures))
        set_state(connection, election, State.OPEN)


def _setup_entry(archive: bytes) -> Entry:
    return next(read_archive(io.BytesIO(archive)).entries())


def _require_sealed(board: Board) -> EvoteBinding:
    if board.election.evote is None:
        raise NotHosted("this election was not made with Préau")
    if board.state is not BoardState.SET_UP:
        raise NotHosted("ballots were cast in this election already, elsewhere")
    if board.header != ArchiveHeader(board.header.timestamp):
        raise NotHosted("the header of this archive is not written as ours are")
    return board.election.evote


def _contacts(
    roll: SealedRollFile, binding: EvoteBinding, electors: Sequence[Elector]
) -> tuple[Contact, ...]:
    verify_roll_commitment(binding.roll_commitment, _sealed(roll), roll.salt)
    if len(roll.names) != binding.electors:
        raise NotHosted("the roll has not as many electors as were sealed")
    contacts = [Contact(number, *name) for number, name in enumerate(roll.names, 1)]
    if not electors:
        return tuple(contacts)
    if [(each.surname, each.given_name) for each in electors] != list(roll.names):
        raise NotHosted("the export is not the one that was sealed")
    return tuple(
        replace(contact, email=elector.email, mobile=elector.mobile)
        for contact, elector in zip(contacts, electors, strict=True)
    )


def _sealed(roll: SealedRollFile) -> SealedRoll:
    return SealedRoll(tuple(Elector(*name, "", "", None, (), ()) for name in roll.names))


def _insert(connection: Connection, board: Board, binding: EvoteBinding) -> HeldElection:
    uuid, school = board.election.uuid, binding.school
    known = select(SchoolRow.id).where(SchoolRow.uai == school.uai)
    school_id = connection.scalar(known)
    if school_id is None:
        row = {"uai": school.uai, "name": school.name, "kind": school.kind}
        connection.execute(insert(SchoolRow), row)
        school_id = connection.scalar(known)
    connection.execute(
        insert(ElectionRow),
        {
            "school_id": school_id,
            "uuid": uuid,
            "state": State.SEALED.value,
            "archive_timestamp": board.header.timestamp,
            "opens_at": binding.opens_at,
            "closes_at": binding.closes_at,
            "grace_seconds": binding.grace_seconds,
        },
    )
    return find_election(connection, uuid)
