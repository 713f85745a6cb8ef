# SPDX-License-Identifier: AGPL-3.0-or-later
"""What happens before an election is on its server: roll, key, codes, sealing.

Every step is the one that a real election takes, with the files that it leaves: the roll doctor
(docs/roll.md), the desk (docs/protocol.md §13), the ceremony (§7), sealing (§8).
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from evote.credentials.desk import Codes, make_codes
from evote.credentials.files import desk_files
from evote.credentials.letters import Sheet
from evote.credentials.sealed import seal_desk
from evote.demo.committee import Committee, FinishedCeremony
from evote.election.config import ElectionConfig
from evote.election.roll_file import ROLL_NAME, encode_sealed_roll
from evote.election.sealing import SetUp, read_ceremony, seal_election
from evote.fictitious.school import FictitiousSchool, generate_school
from evote.roll.doctor import check_roll
from evote.roll.model import Roll
from evote.roll.sealing import SealedRoll, commit_to_roll, new_salt, seal_roll
from protocol.bindings import CandidateList, School
from protocol.board import read_board
from protocol.election import Election
from protocol.encoding import random_base58
from protocol.server_binding import ServerBinding
from tally.files import NewFile, write_file, write_files
from tally.passphrase import generate_passphrase

UUID_CHARACTERS: Final = 14
HOURS_OPEN: Final = 72
# What the letters say: the server of a story is not there for long.
HOST: Final = "vote.example"
DESK: Final = "desk"
TRUSTEES: Final = "trustees"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The school and its roll, before anything is secret."""

    uuid: str
    school: FictitiousSchool
    roll: Roll
    sealed: SealedRoll


@dataclass(frozen=True, slots=True, eq=False)
class SealedElection:
    """The election that a server can take in, with what each side keeps of it."""

    archive: bytes
    election: Election
    codes: Codes
    committee: Committee
    read_aloud: str


def prepare(folder: Path, seed: str, electors: int) -> Prepared:
    """Write the school's ONDE export, and read it again through the roll doctor."""
    school = generate_school(seed, electors)
    write_file(folder / "onde.csv", school.onde_csv)
    roll = check_roll((folder / "onde.csv").read_bytes())
    return Prepared(random_base58(UUID_CHARACTERS), school, roll, seal_roll(roll.electors))


def seal(
    folder: Path, prepared: Prepared, now: int, server: ServerBinding, progress: Progress
) -> SealedElection:
    """Make the key, the codes and the archive of an election on this server: §7, §8, §13."""
    committee = Committee(folder / TRUSTEES, prepared.uuid)
    ceremony = committee.hold_ceremony()
    codes = _make_codes(folder / DESK, prepared, progress)
    salt = new_salt()
    commitment = commit_to_roll(prepared.sealed, salt)
    archive = seal_election(_set_up(prepared, codes, ceremony, commitment, server, now), now)
    roll = encode_sealed_roll(prepared.uuid, commitment, salt, prepared.sealed.canonical())
    write_file(folder / ROLL_NAME, roll, secret=True)
    election = read_board(BytesIO(archive)).election
    return SealedElection(archive, election, codes, committee, ceremony.read_aloud)


def _make_codes(folder: Path, prepared: Prepared, progress: Progress) -> Codes:
    electors = prepared.sealed.electors
    codes = make_codes(
        prepared.uuid, prepared.sealed, progress=lambda n: progress("Codes", n, len(electors))
    )
    folder.mkdir()
    passphrase = generate_passphrase()
    sheet = Sheet(prepared.school.name, prepared.uuid, HOST)
    words = NewFile(
        folder / "DEMO-ONLY-passphrase.txt", passphrase.reveal().encode() + b"\n", secret=True
    )
    write_files([*desk_files(folder, codes, electors, sheet, seal_desk(codes, passphrase)), words])
    return codes


def _set_up(
    prepared: Prepared,
    codes: Codes,
    ceremony: FinishedCeremony,
    commitment: str,
    server: ServerBinding,
    now: int,
) -> SetUp:
    return SetUp(
        uuid=prepared.uuid,
        config=config_of(prepared.school, now),
        electors=len(prepared.sealed.electors),
        roll_commitment=commitment,
        credentials=codes.public_credentials(),
        reserves=codes.reserve_keys(),
        trustees_bytes=ceremony.trustees,
        ceremony=read_ceremony(
            prepared.uuid, ceremony.trustees, ceremony.certificates, ceremony.signatures
        ),
        server=server,
    )


def config_of(school: FictitiousSchool, now: int) -> ElectionConfig:
    """Return what this school has decided: a rehearsal that is open from now on."""
    return ElectionConfig(
        name="Élection des représentants des parents d'élèves",
        description="Démonstration : une école, des familles et des votes imaginaires.",
        school=School(school.name, school.uai, school.kind),
        seats=school.seats,
        lists=tuple(
            CandidateList(each.label, tuple(f"{c.given_name} {c.surname}" for c in each.candidates))
            for each in school.lists
        ),
        opens_at=now,
        closes_at=now + HOURS_OPEN * 3600,
        grace_seconds=0,
        rehearsal=True,
    )
