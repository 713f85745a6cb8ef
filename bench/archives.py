# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election of ours of any size, six lists and blank, made once and kept outside the clone.

Real ballots, one by one, on every processor: docs/protocol.md §9 to §12, the Préau profile.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

from bench.committee import FinishedCeremony, hold_ceremony
from bench.machine import cores
from evote.credentials.desk import Codes, codes_by_elector, make_codes
from evote.election.config import ElectionConfig
from evote.election.sealing import SetUp, read_ceremony, seal_election
from evote.election.voting import vote_for
from evote.roll.model import Elector
from evote.roll.sealing import SealedRoll, seal_roll
from protocol.archive import ArchiveWriter, read_archive
from protocol.archive_members import ArchiveHeader
from protocol.ballot import make_unsigned_ballot, sign_ballot
from protocol.bindings import CandidateList, School
from protocol.board import Board, read_board
from protocol.codes import credential_from_code
from protocol.counting import EncryptedTally, SizedTally
from protocol.credentials import derive_credential
from protocol.decryption import CountContext, OwnedPayload, make_partial_decryption
from protocol.election import Election
from protocol.elgamal import NEUTRAL, Ciphertext
from protocol.encoding import JsonValue, random_base58, sha256_hex
from protocol.events import EventKind
from protocol.pki import derive_keys
from protocol.rng import system_rng
from protocol.secret import Secret
from protocol.trustee_signatures import sign_statement
from setup.fetch_peer import peer_folder
from tally.count import count_result

FORM: Final = 1  # of what is kept; another number makes it anew
LISTS: Final = ("Les Tilleuls", "Le Préau", "Parents unis", "FCPE", "PEEP", "Ensemble")
PLACES: Final = range(len(LISTS))
FORTUNES: Final = (29, 23, 19, 13, 11, 3)
BLANK_SHARE: Final = 0.06
FEWEST: Final = 50  # fewer leave two lists level
BATCH: Final = 50
TIME: Final = 1_791_600_000
THRESHOLD, SIZE = 2, 3

Sums = list[JsonValue]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Batch:
    """Codes of some voters and their votes; bare, as they cross to another process."""

    election: bytes
    voters: tuple[tuple[bytes, tuple[int, ...]], ...]


def archive_of(ballots: int, progress: Progress) -> Path:
    """Return the archive with so many ballots, alone in its folder; make it if need be."""
    folder = peer_folder().parent / "bench" / f"form-{FORM}-ballots-{ballots}"
    found = sorted(folder.glob("*.bel"))
    if found:
        return found[0]
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / "unfinished"
    uuid = make_archive(unfinished, ballots, progress)
    return unfinished.rename(folder / f"{uuid}.bel")


def make_archive(path: Path, ballots: int, progress: Progress) -> str:
    """Hold a whole election with so many ballots; return its uuid."""
    if ballots < FEWEST:
        raise ValueError(f"an archive to measure has {FEWEST} ballots or more, not {ballots}")
    uuid = random_base58(14, system_rng)
    ceremony = hold_ceremony(uuid, THRESHOLD, SIZE)
    codes = make_codes(uuid, roll_of(ballots))
    path.write_bytes(seal_election(set_up(uuid, codes, ceremony, TIME), TIME))
    with path.open("r+b") as stream:
        board = read_board(stream)
        stream.seek(0, 2)
        writer = ArchiveWriter.resume(stream, ArchiveHeader(TIME), board.head)
        total = EncryptedTally(((NEUTRAL,) * (len(LISTS) + 1),))
        done = 0
        for made, sums in make_ballots(board.election, codes):
            for ballot in made:
                writer.append(EventKind.BALLOT, [ballot])
            total = _multiply(total, sums)
            done += len(made)
            progress(done, ballots)
        _count(writer, board, ceremony, total, ballots)
    return uuid


def roll_of(electors: int) -> SealedRoll:
    """A roll of that many electors, numbered in this order."""
    people = (f"NOM {number:06}" for number in range(electors))
    return seal_roll(Elector(name, "Prénom", "", "", None, (), (2,)) for name in people)


def set_up(
    uuid: str,
    codes: Codes,
    ceremony: FinishedCeremony,
    opens_at: int,
    roll_commitment: str = sha256_hex(b"nobody"),
) -> SetUp:
    """Six lists, three days to vote; whoever has a roll says its commitment: §8."""
    lists = tuple(CandidateList(label, (f"A. {label}", f"B. {label}")) for label in LISTS)
    config = ElectionConfig(
        name="Mesures",
        description="Une élection imaginaire",
        school=School("École des Mesures", "0750001A", "ecole"),
        seats=10,
        lists=lists,
        opens_at=opens_at,
        closes_at=opens_at + 72 * 3600,
        grace_seconds=0,
        rehearsal=True,
    )
    return SetUp(
        uuid=uuid,
        config=config,
        electors=len(codes.electors),
        roll_commitment=roll_commitment,
        credentials=codes.public_credentials(),
        reserves=codes.reserve_keys(),
        trustees_bytes=ceremony.trustees,
        ceremony=read_ceremony(uuid, ceremony.trustees, ceremony.certificates, ceremony.signatures),
    )


def make_ballots(election: Election, codes: Codes) -> Iterator[tuple[list[bytes], Sums]]:
    """Every elector's ballot in their order, a batch at a time, with the product of each batch."""
    choices = _choices(len(codes.electors))
    voters = [
        (code.reveal(), vote_for(LISTS, choice))
        for code, choice in zip(codes_by_elector(codes).values(), choices, strict=True)
    ]
    batches = (
        Batch(election.data, tuple(voters[start : start + BATCH]))
        for start in range(0, len(voters), BATCH)
    )
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(len(cores())) as pool:
        yield from pool.imap(make_batch, batches)


def _choices(voters: int) -> list[int | None]:
    """Return what each voter chooses: a list's place or None. No two lists are level, so no tie."""
    return next(
        drawn for drawn in (_draw(voters, attempt) for attempt in count()) if _uneven(drawn)
    )


def _draw(voters: int, attempt: int) -> list[int | None]:
    random = Random(f"bench {voters} {attempt}")  # noqa: S311 -- choices, not secrets
    return [
        None if random.random() < BLANK_SHARE else random.choices(PLACES, FORTUNES)[0]
        for _ in range(voters)
    ]


def _uneven(choices: list[int | None]) -> bool:
    return len({choices.count(place) for place in PLACES}) == len(LISTS)


def make_batch(batch: Batch) -> tuple[list[bytes], Sums]:
    """Return the signed ballots of a batch and the product of their ciphertexts: §9, §11.2."""
    election = Election.decode(batch.election)
    total: Sequence[Ciphertext] = (NEUTRAL,) * (len(LISTS) + 1)
    made = []
    for code, vote in batch.voters:
        key = derive_credential(election.uuid, credential_from_code(election.uuid, Secret(code)))
        unsigned, _ = make_unsigned_ballot(election.context, key, (vote,))
        made.append(sign_ballot(unsigned, key).encode())
        total = [a * b for a, b in zip(total, unsigned.answers[0].choices, strict=True)]
    return made, [each.encode() for each in total]


def _multiply(total: EncryptedTally, sums: Sums) -> EncryptedTally:
    row = [Ciphertext.decode(each, allow_identity=True) for each in sums]
    pairs = zip(total.ciphertexts[0], row, strict=True)
    return EncryptedTally((tuple(a * b for a, b in pairs),))


def _count(
    writer: ArchiveWriter,
    board: Board,
    ceremony: FinishedCeremony,
    total: EncryptedTally,
    ballots: int,
) -> None:
    """Append everything from closing to the result: §11."""
    signatures = tuple(
        sign_statement(derive_keys(ceremony.memories[i - 1].seed), board.setup_statement, i)
        for i in range(1, THRESHOLD + 1)
    )
    tally = total.encode()
    sized = SizedTally(ballots, ballots, sha256_hex(tally), signatures)
    writer.append(EventKind.END_BALLOTS)
    event = writer.append(EventKind.ENCRYPTED_TALLY, [tally, sized.encode()])
    context = CountContext(board.election.fingerprint, event.hash(), total)
    factors = {}
    for owner in range(1, THRESHOLD + 1):
        partial = make_partial_decryption(ceremony.decryption_key(owner), context, owner)
        data = partial.encode()
        owned = OwnedPayload(owner, sha256_hex(data)).encode()
        writer.append(EventKind.PARTIAL_DECRYPTION, [data, owned])
        factors[owner] = partial.factors
    result = count_result(board.election, board.trustees, total, ballots, ballots, factors)
    writer.append(EventKind.RESULT, [result.encode()])


def show_progress(done: int, everything: int) -> None:
    """Say on one line of the screen how many ballots are made."""
    if sys.stderr.isatty() or done == everything:
        print(f"\rmaking ballots: {done} of {everything}", end="", file=sys.stderr, flush=True)
    if done == everything:
        print(file=sys.stderr)


def read_setup(archive: Path) -> Election:
    """Return the election of an archive."""
    with archive.open("rb") as stream:
        entry = next(read_archive(stream).entries())
    return Election.decode(entry.data[0])
