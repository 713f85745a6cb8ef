# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole story of an election, from the school's export to the published result.

Every step is the one that a real election takes, with the files that it leaves: the roll doctor
(docs/roll.md), the desk (docs/protocol.md §13), the ceremony (§7), sealing (§8), the vote (§9),
closing and counting (§11), seats and names (§12).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evote.credentials.desk import Codes, codes_by_elector, make_codes
from evote.credentials.files import desk_files
from evote.credentials.letters import Sheet
from evote.credentials.sealed import seal_desk
from evote.demo.committee import THRESHOLD, Committee, FinishedCeremony
from evote.demo.counting import publish
from evote.demo.parents import Decision
from evote.demo.polling import FEW_BALLOTS, make_ballots
from evote.election.box import BallotBox, Outcome
from evote.election.closing import close_election
from evote.election.config import ElectionConfig
from evote.election.opening import open_election
from evote.election.reading import RECORD_NAME
from evote.election.roll_file import ROLL_NAME, encode_sealed_roll
from evote.election.sealing import SetUp, read_ceremony, seal_election
from evote.election.voting import check_ballot, vote_for
from evote.fictitious.school import FictitiousSchool, generate_school
from evote.minutes import read_outcome
from evote.roll.doctor import check_roll
from evote.roll.model import Roll
from evote.roll.sealing import SealedRoll, commit_to_roll, new_salt, seal_roll
from protocol.bindings import CandidateList, School
from protocol.election import Election
from protocol.encoding import random_base58
from protocol.opened import CheckedBallot, verify_opened
from protocol.server_binding import ServerBinding
from tally.boards import opened_board
from tally.files import NewFile, write_file, write_files
from tally.passphrase import generate_passphrase

UUID_CHARACTERS: Final = 14
HOURS_OPEN: Final = 72
HOST: Final = "vote.example"
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
    """The election ready to open, with what each side keeps of it."""

    archive: Path
    election: Election
    codes: Codes
    committee: Committee
    read_aloud: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The ballot that one parent had opened before voting: §15."""

    label: str
    tracker: str


def prepare(folder: Path, seed: str, electors: int) -> Prepared:
    """Write the school's ONDE export, and read it again through the roll doctor."""
    school = generate_school(seed, electors)
    write_file(folder / "onde.csv", school.onde_csv)
    roll = check_roll((folder / "onde.csv").read_bytes())
    return Prepared(random_base58(UUID_CHARACTERS), school, roll, seal_roll(roll.electors))


def seal(
    folder: Path,
    prepared: Prepared,
    now: int,
    progress: Progress,
    server: ServerBinding | None = None,
) -> SealedElection:
    """Make the key, the codes and the archive, for a server if one is given: §7, §8, §13."""
    committee = Committee(folder / "trustees", prepared.uuid)
    ceremony = committee.hold_ceremony()
    codes = _make_codes(folder / "desk", prepared, progress)
    archive = folder / RECORD_NAME / f"{prepared.uuid}.bel"
    archive.parent.mkdir()
    salt = new_salt()
    setup = _set_up(prepared, codes, ceremony, commit_to_roll(prepared.sealed, salt), now)
    setup = replace(setup, server=server)
    roll = encode_sealed_roll(
        prepared.uuid, setup.roll_commitment, salt, prepared.sealed.canonical()
    )
    write_files(
        [
            NewFile(archive, seal_election(setup, now)),
            NewFile(folder / ROLL_NAME, roll, secret=True),
        ]
    )
    with opened_board(archive) as board:
        election = board.election
    return SealedElection(archive, election, codes, committee, ceremony.read_aloud)


def open_vote(sealed: SealedElection) -> int:
    """Let the committee check and sign the set-up; return how many signed: §7.13."""
    opened = open_election(sealed.archive, sealed.committee.sign_setup(sealed.archive))
    return len(opened.signed)


def check_one(folder: Path, sealed: SealedElection, decision: Decision) -> Checked:
    """Let one parent have a ballot opened instead of cast, and verify what it holds: §15."""
    context = sealed.election.context
    labels = sealed.election.questions[0].answers
    code = codes_by_elector(sealed.codes)[decision.elector]
    made = check_ballot(context, code, vote_for(labels, decision.choice))
    write_file(folder / "checked-ballot.json", made.data)
    verify_opened(CheckedBallot.decode(made.data, context.questions), context)
    label = "blanc" if decision.choice is None else labels[decision.choice]
    return Checked(label, made.tracker)


def vote(sealed: SealedElection, decisions: Sequence[Decision], progress: Progress) -> int:
    """Let every parent of the story vote; return how many ballots the box took: §9, §11.1."""
    codes = codes_by_elector(sealed.codes)
    voters = [(codes[decision.elector], decision.choice) for decision in decisions]
    box = BallotBox(sealed.archive)
    taken = 0
    progress("Vote", taken, len(voters))
    for batch in make_ballots(sealed.election, voters):
        taken += box.record(batch).count(Outcome.RECORDED)
        progress("Vote", taken, len(voters))
    return taken


def count(
    folder: Path, sealed: SealedElection, seed: str, school: FictitiousSchool, *, quiet: bool
) -> None:
    """Close, decrypt with two members, publish the result: docs/protocol.md §11, §12."""
    closed = close_election(sealed.archive)
    few = closed.ballots < FEW_BALLOTS
    numbers = range(1, THRESHOLD + 1)
    decryptions = sealed.committee.decrypt(sealed.archive, numbers, alone=few, quiet=quiet)
    publish(sealed.archive, decryptions, seed, school)
    outcome = read_outcome(sealed.archive)
    write_files(
        [
            NewFile(folder / "result.json", outcome.result),
            NewFile(folder / "minutes.txt", outcome.minutes),
            NewFile(folder / sealed.archive.name, sealed.archive.read_bytes()),
        ]
    )


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
    prepared: Prepared, codes: Codes, ceremony: FinishedCeremony, commitment: str, now: int
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
