# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Belenios election held with `protocol/` alone: docs/protocol.md §7 to §11, plain profile.

For the peer to judge: several questions, weights, re-votes, single trustees and thresholds, in any
mixture. What our own elections are is in `tests/simulator.py`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from protocol.archive import ArchiveWriter
from protocol.archive_members import ArchiveHeader
from protocol.ballot import Ballot, make_unsigned_ballot, sign_ballot
from protocol.certificates import make_certificate
from protocol.counting import SizedTally, count_ballots
from protocol.credentials import derive_credential, public_credential, random_credential
from protocol.decryption import CountContext, OwnedPayload, PartialDecryption
from protocol.decryption import make_partial_decryption as make_partial
from protocol.dkg import generate_polynomial, make_polynomial_message
from protocol.election import Election, make_election
from protocol.encoding import encode_json, random_base58, sha256_hex
from protocol.events import EventKind
from protocol.group import Scalar
from protocol.pki import derive_keys, generate_seed
from protocol.public_credentials import PublicCredentials
from protocol.questions import Question
from protocol.result import Result, compute_votes
from protocol.rng import Rng
from protocol.secret import Secret
from protocol.setup_data import SetupData
from protocol.trustees import ThresholdParameters, Trustees, make_threshold_parameters
from protocol.vinput import make_vinput
from protocol.voutput import VerificationKey, make_single, make_voutput, open_decryption_key

HEADER = ArchiveHeader(1_791_504_000)

Vote = Sequence[Sequence[int]]  # by question, then by choice, blank first where there is one


@dataclass(frozen=True, slots=True)
class Plan:
    """What an election is to be.

    Attributes:
        questions: one or several.
        weights: of each voter.
        votes: in order, a voter from 0 and a vote; the last of a voter counts.
        singles: how many trustees must all decrypt; they are numbered first.
        threshold: t and n of the others, or None.
        decrypting: the owners who decrypt.
    """

    questions: tuple[Question, ...]
    weights: tuple[int, ...]
    votes: tuple[tuple[int, Vote], ...]
    singles: int = 0
    threshold: tuple[int, int] | None = (2, 3)
    decrypting: tuple[int, ...] = (1, 2)

    @property
    def result(self) -> list[list[int]]:
        """What a count by hand gives."""
        last = dict(self.votes)
        return [
            [
                sum(self.weights[voter] * vote[i][j] for voter, vote in last.items())
                for j in range(question.choices)
            ]
            for i, question in enumerate(self.questions)
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """An election that was held: its parts, and its archive as bytes."""

    election: Election
    ballots: tuple[Ballot, ...]
    archive: bytes

    def write(self, folder: Path) -> Path:
        """Write the archive into a folder of its own, as the peer wants it."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.election.uuid}.bel"
        path.write_bytes(self.archive)
        return path


def hold(plan: Plan, rng: Rng) -> Held:
    """Hold an election."""
    uuid = random_base58(14, rng)
    trustees, keys = make_trustees(plan, rng)
    voters = [derive_credential(uuid, random_credential(rng)) for _ in plan.weights]
    credentials = list_credentials(plan, voters)
    election = make_election(
        uuid=uuid,
        name="Élection d'essai",
        description="",
        public_key=trustees.election_key(),
        questions=plan.questions,
        evote=None,
    )
    ballots = tuple(cast(election, voters[voter], vote, rng) for voter, vote in plan.votes)
    stream = io.BytesIO()
    writer = ArchiveWriter.create(stream, HEADER)
    data = (election.data, trustees.encode(), credentials.data)
    writer.append(EventKind.SETUP, (*data, SetupData.of(*data).encode()))
    for ballot in ballots:
        writer.append(EventKind.BALLOT, [ballot.encode()])
    count_on(writer, election, trustees, credentials, ballots, keys, plan, rng)
    return Held(election, ballots, stream.getvalue())


def list_credentials(plan: Plan, voters: Sequence[Secret[Scalar]]) -> PublicCredentials:
    """The list of public credentials, a weight of 1 left out: §8.4."""
    pairs = zip(map(public_credential, voters), plan.weights, strict=True)
    lines = [key.encode() + (f",{weight}" if weight != 1 else "") for key, weight in pairs]
    return PublicCredentials.decode(encode_json([*lines]), ignore_unknown=True)


def cast(election: Election, voter: Secret[Scalar], vote: Vote, rng: Rng) -> Ballot:
    """A signed ballot: §9."""
    unsigned, _ = make_unsigned_ballot(election.context, voter, vote, rng)
    return sign_ballot(unsigned, voter, rng)


def count_on(
    writer: ArchiveWriter,
    election: Election,
    trustees: Trustees,
    credentials: PublicCredentials,
    ballots: Sequence[Ballot],
    keys: Sequence[Secret[Scalar]],
    plan: Plan,
    rng: Rng,
) -> None:
    """Append everything from closing to the result: §11."""
    count = count_ballots(election.questions, credentials, ballots, final=False)
    tally = count.encrypted_tally.encode()
    sized = SizedTally(count.num_tallied, count.total_weight, sha256_hex(tally))
    writer.append(EventKind.END_BALLOTS)
    event = writer.append(EventKind.ENCRYPTED_TALLY, [tally, sized.encode()])
    context = CountContext(election.fingerprint, event.hash(), count.encrypted_tally)
    factors = {}
    for owner in plan.decrypting:
        partial = plain(make_partial(keys[owner - 1], context, owner, rng))
        factors[owner] = partial.factors
        owned = OwnedPayload(owner, sha256_hex(partial.encode()))
        writer.append(EventKind.PARTIAL_DECRYPTION, [partial.encode(), owned.encode()])
    votes = compute_votes(count.encrypted_tally, trustees, factors, count.total_weight)
    writer.append(EventKind.RESULT, [Result(votes).encode()])


def plain(partial: PartialDecryption) -> PartialDecryption:
    """A partial decryption without our bindings, which this profile refuses: §14."""
    return PartialDecryption(partial.factors, partial.proofs)


def make_trustees(plan: Plan, rng: Rng) -> tuple[Trustees, list[Secret[Scalar]]]:
    """All trustees and their decryption keys, by owner: §7."""
    keys = [Secret(Scalar.random(rng)) for _ in range(plan.singles)]
    items: list[VerificationKey | ThresholdParameters] = [make_single(key, rng) for key in keys]
    if plan.threshold is not None:
        parameters, shares = hold_ceremony(*plan.threshold, rng)
        items.append(parameters)
        keys += shares
    return Trustees(tuple(items)), keys


def hold_ceremony(
    threshold: int, size: int, rng: Rng
) -> tuple[ThresholdParameters, list[Secret[Scalar]]]:
    """A key ceremony in the peer's messages: §7.4 to §7.9."""
    everyone = [derive_keys(generate_seed(rng)) for _ in range(size)]
    certificates = [
        make_certificate(keys, size=size, threshold=threshold, index=index, rng=rng)
        for index, keys in enumerate(everyone, 1)
    ]
    messages = [
        make_polynomial_message(keys, certificates, generate_polynomial(threshold, rng), rng)
        for keys in everyone
    ]
    voutputs = [
        make_voutput(keys, certificates, make_vinput(certificates, messages, index), rng)
        for index, keys in enumerate(everyone, 1)
    ]
    shares = [
        open_decryption_key(keys, voutput.private_key)
        for keys, voutput in zip(everyone, voutputs, strict=True)
    ]
    return make_threshold_parameters(certificates, messages, voutputs), shares
