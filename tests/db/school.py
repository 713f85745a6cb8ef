# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election of the simulator, hosted in a database, with every parent's code and PIN at hand."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from evote.board.export import archive_chunks
from evote.board.reading import count_ballots
from evote.casting import Answer, Casting, CastRequest
from evote.clock import Clock
from evote.database.connection import Database
from evote.database.elections import HeldElection, find_election, lock_election
from evote.election.roll_file import encode_sealed_roll
from evote.hosting import SealedFiles, host_election, open_hosted_election
from evote.keys import KeyFolder
from evote.outbox import Message, deliver
from evote.pins import make_pins
from evote.roll.model import Elector
from evote.roll.sealing import SealedRoll, commit_to_roll, seal_roll
from evote.roll.sign_ins import count_signed_in
from protocol.codes import sign_in_number
from protocol.encoding import JsonValue, encode_json, sha256_hex
from protocol.events import EventKind
from protocol.secret import Secret
from tests.ceremonies import hold_ceremony
from tests.rng import seeded_rng
from tests.simulator import OPENS_AT, UUID, SimulatedElection

SALT = Secret(bytes(range(32)))
NOON = OPENS_AT + 40_000
CEREMONY = hold_ceremony(UUID, 3, 2, "")


def roll_of(electors: int) -> SealedRoll:
    """A roll whose every elector has another name and an address."""
    return seal_roll(
        Elector(f"NOM{n:04d}", "Camille", f"p{n}@exemple.fr", "", None, (), ())
        for n in range(electors)
    )


@dataclass
class ManualClock:
    """Stands still until it is moved."""

    time: int = NOON

    def __call__(self) -> int:
        return self.time


@dataclass
class Letterbox:
    """A transport that keeps the PINs, by elector."""

    pins: dict[int, Secret[str]] = field(default_factory=dict)

    def send(self, message: Message) -> None:
        self.pins[message.recipient.elector] = message.text


def make_election(electors: int, lists: int = 2, uuid: str = UUID) -> SimulatedElection:
    """Elector number i of the roll holds the code at place i - 1."""
    commitment = commit_to_roll(roll_of(electors), SALT)
    return SimulatedElection(
        votes=(),
        electors=electors,
        lists=lists,
        uuid=uuid,
        roll_commitment=commitment,
        held=CEREMONY if uuid == UUID else None,
    )


def sealed_files(election: SimulatedElection) -> SealedFiles:
    """The files of the command line for this election."""
    roll = roll_of(election.electors)
    numbers = [sign_in_number(election.uuid, code) for code in election.codes[: election.electors]]
    pairs = sorted((number, i) for i, number in enumerate(numbers, 1))
    rows: list[JsonValue] = [{"sign_in": number, "elector": i} for number, i in pairs]
    head: dict[str, JsonValue] = {"version": 1, "uuid": election.uuid}
    head["roll_sha256"] = sha256_hex(roll.canonical())
    return SealedFiles(
        archive=election.archive(EventKind.SETUP),
        sign_in_numbers=encode_json(
            {
                "version": 1,
                "uuid": election.uuid,
                "roll_sha256": roll.digest(),
                "sign_in_numbers": rows,
            }
        ),
        sealed_roll=encode_sealed_roll(
            election.uuid, election.roll_commitment, SALT, roll.canonical()
        ),
        electors=roll.electors,
    )


@dataclass
class School:
    """A hosted election. ``elector`` counts from 0 here, as in the simulator."""

    database: Database
    folder: KeyFolder
    election: SimulatedElection
    clock: Clock
    pins: dict[int, Secret[str]]

    @cached_property
    def casting(self) -> Casting:
        return Casting(self.database, self.folder, self.clock)

    @property
    def uuid(self) -> str:
        return self.election.uuid

    def number(self, elector: int) -> str:
        return sign_in_number(self.uuid, self.election.codes[elector])

    def pin(self, elector: int) -> Secret[str]:
        return self.pins[elector + 1]

    def ballot(self, elector: int, choice: int | None = 0, purpose: str = "ballot") -> bytes:
        return self.election.cast(elector, choice, purpose).encode()

    def request(self, elector: int, ballot: bytes | None = None) -> CastRequest:
        data = self.ballot(elector) if ballot is None else ballot
        return CastRequest(self.uuid, self.number(elector), self.pin(elector), data)

    def cast(self, elector: int, ballot: bytes | None = None) -> Answer:
        return self.casting.cast(self.request(elector, ballot))

    def held(self) -> HeldElection:
        with self.database.read() as connection:
            return find_election(connection, self.uuid)

    def counts(self) -> tuple[int, int]:
        """Ballots and sign-ins."""
        with self.database.read() as connection:
            held = find_election(connection, self.uuid)
            return count_ballots(connection, held), count_signed_in(connection, held)

    def archive(self) -> bytes:
        return b"".join(archive_chunks(self.database, self.uuid))


def host(
    database: Database,
    keys: Path,
    election: SimulatedElection,
    clock: Clock,
    *,
    opened: bool = True,
) -> School:
    """Host an election and give every parent a PIN."""
    keys.mkdir(mode=0o700, exist_ok=True)
    folder, letters = KeyFolder(keys), Letterbox()
    host_election(database, folder, sealed_files(election))
    with database.write() as connection:
        held = lock_election(connection, election.uuid)
        make_pins(connection, held, folder.load(election.uuid), seeded_rng("pins"))
    deliver(database, folder, letters, 0)
    if opened:
        open_hosted_election(database, election.uuid, election.setup_signatures.encode())
    return School(database, folder, election, clock, letters.pins)


def audit(school: School, folder: Path) -> None:
    """The exported board, with the set-up signatures, must pass the verifier."""
    signatures = school.held().setup_signatures
    assert signatures is not None
    audit_files(school.uuid, school.archive(), signatures, folder)


def audit_files(uuid: str, archive: bytes, signatures: bytes, folder: Path) -> None:
    """This archive, with these set-up signatures, must pass the verifier."""
    folder.mkdir(exist_ok=True)
    (folder / f"{uuid}.bel").write_bytes(archive)
    (folder / "setup-signatures.json").write_bytes(signatures)
    done = subprocess.run(
        [sys.executable, "-m", "audit", "verify", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
