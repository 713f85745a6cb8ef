# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election that is open for the vote, with every ballot made beforehand: docs/protocol.md §9.

Six lists and blank. It can be hosted in any number of databases, each time with new PINs.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from bench.archives import THRESHOLD, make_ballots, roll_of, set_up
from bench.committee import FinishedCeremony, hold_ceremony
from evote.board.reading import count_ballots
from evote.board.record import read_moment, record_archive
from evote.clock import system_clock
from evote.credentials.desk import Codes, encode_sign_in_numbers, make_codes
from evote.database.connection import Database, open_database
from evote.database.elections import find_election, lock_election
from evote.database.migrating import migrate
from evote.election.config import ElectionConfig
from evote.election.roll_file import encode_sealed_roll
from evote.election.sealing import seal_election
from evote.keys import KeyFolder
from evote.lifecycle.drafting import host_of, make_draft
from evote.lifecycle.hosting import SealedFiles, host_election
from evote.lifecycle.voting import open_vote
from evote.messages import Message
from evote.outbox import deliver
from evote.pins import make_pins
from evote.publishing.publisher import Publisher
from evote.roll.sealing import commit_to_roll, new_salt
from evote.roll.sign_ins import count_signed_in
from evote.web.booth import booth_files
from protocol.ballot import BallotContext
from protocol.board import read_board
from protocol.codes import encode_code
from protocol.encoding import random_base58
from protocol.notes import LogKey
from protocol.pki import derive_keys
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.server_binding import BOARD, JOURNAL, ServerBinding
from protocol.setup_signatures import SetupSignatures
from protocol.trustee_signatures import sign_statement

SIZE: Final = 3
PUBLIC_URL: Final = "http://localhost:8000"
SEED_BYTES: Final = 32
OPEN_SINCE: Final = 3600
STEP_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class OpenVote:
    """The files of a sealed election, each elector's sign-in number and ballot, a letter's code."""

    uuid: str
    config: ElectionConfig
    log_seeds: Secret[bytes]
    files: SealedFiles
    signatures: bytes
    voters: tuple[tuple[str, bytes], ...]
    code: Secret[str]
    context: BallotContext


def prepare_vote(electors: int) -> OpenVote:
    """Seal an election that opened an hour ago, and make the ballot of everybody."""
    uuid, opened = random_base58(14, system_rng), int(time.time()) - OPEN_SINCE
    roll, salt, ceremony = roll_of(electors), new_salt(), hold_ceremony(uuid, THRESHOLD, SIZE)
    codes = make_codes(uuid, roll)
    commitment = commit_to_roll(roll, salt)
    seeds = Secret(system_rng(2 * SEED_BYTES))
    setup = set_up(uuid, codes, ceremony, opened, commitment)
    archive = seal_election(replace(setup, server=_server(uuid, seeds)), opened)
    files = SealedFiles(
        archive=archive,
        sign_in_numbers=encode_sign_in_numbers(codes),
        sealed_roll=encode_sealed_roll(uuid, commitment, salt, roll.canonical()),
        electors=roll.electors,
    )
    return OpenVote(
        uuid=uuid,
        config=setup.config,
        log_seeds=seeds,
        files=files,
        signatures=_signatures(archive, ceremony),
        voters=_voters(archive, codes),
        code=encode_code(codes.electors[0].code),
        context=read_board(io.BytesIO(archive)).election.context,
    )


def _server(uuid: str, seeds: Secret[bytes]) -> ServerBinding:
    rng, host = _replayed(seeds), host_of(PUBLIC_URL)
    board, journal = (LogKey.generate(f"{host}/{uuid}/{log}", rng) for log in (BOARD, JOURNAL))
    return ServerBinding(booth_files(uuid), board.verifier_key, journal.verifier_key)


def _replayed(seeds: Secret[bytes]) -> Rng:
    """The same keys for every server, since the election names them."""
    parts = iter((seeds.reveal()[:SEED_BYTES], seeds.reveal()[SEED_BYTES:]))
    return lambda _count: next(parts)


def _signatures(archive: bytes, ceremony: FinishedCeremony) -> bytes:
    statement = read_board(io.BytesIO(archive)).setup_statement
    signed = tuple(
        sign_statement(derive_keys(ceremony.memories[i - 1].seed), statement, i)
        for i in range(1, THRESHOLD + 1)
    )
    return SetupSignatures(statement.uuid, statement.setup_event, signed).encode()


def _voters(archive: bytes, codes: Codes) -> tuple[tuple[str, bytes], ...]:
    election = read_board(io.BytesIO(archive)).election
    ballots = [ballot for made, _ in make_ballots(election, codes) for ballot in made]
    numbers = [code.sign_in for code in codes.electors]
    return tuple(zip(numbers, ballots, strict=True))


@dataclass
class _Letterbox:
    pins: dict[int, Secret[str]] = field(default_factory=dict)

    def send(self, message: Message) -> None:
        self.pins[message.recipient.elector] = message.text


def host_vote(url: str, keys: Path, vote: OpenVote) -> tuple[str, ...]:
    """Make the tables, host the election there and open it; return the PINs by elector."""
    folder, letterbox = KeyFolder(keys), _Letterbox()
    database = open_database(url)
    try:
        migrate(database)
        rng, booth = _replayed(vote.log_seeds), booth_files(vote.uuid)
        make_draft(database, folder, vote.uuid, vote.config, PUBLIC_URL, booth, rng)
        host_election(database, folder, vote.files, system_clock)
        with database.write() as connection:
            make_pins(connection, lock_election(connection, vote.uuid), folder.load(vote.uuid))
        deliver(database, folder, letterbox, int(time.time()))
        open_vote(database, vote.uuid, vote.signatures, system_clock)
        publisher_of(database, folder).publish(vote.uuid)
    finally:
        database.close()
    return tuple(pin.reveal() for _, pin in sorted(letterbox.pins.items()))


def publisher_of(database: Database, folder: KeyFolder) -> Publisher:
    """Return who publishes, with the clock of an ordinary server."""
    return Publisher(database, folder, STEP_SECONDS, system_clock)


def write_record(url: str, keys: Path, folder: Path, vote: OpenVote) -> tuple[int, int]:
    """Write what `evote-audit verify` reads; return the numbers of ballots and of sign-ins."""
    database = open_database(url)
    try:
        folder.mkdir()
        publisher_of(database, KeyFolder(keys)).publish(vote.uuid)
        moment = read_moment(database, vote.uuid)
        archive = b"".join(record_archive(database, moment))
        files = {f"{vote.uuid}.bel": archive, **moment.files}
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return _counts(database, vote.uuid)
    finally:
        database.close()


def _counts(database: Database, uuid: str) -> tuple[int, int]:
    with database.read() as connection:
        held = find_election(connection, uuid)
        return count_ballots(connection, held), count_signed_in(connection, held)
