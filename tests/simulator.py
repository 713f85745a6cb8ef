# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole election in memory, with every secret at hand: docs/protocol.md §7 to §12.

One call holds the ceremony, makes the election, casts, closes, decrypts and counts, with the code
of ``protocol/`` and ``tally/``; the same arguments give the same bytes. ``archive`` cuts the board
anywhere.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from protocol.archive import ArchiveHeader, ArchiveWriter
from protocol.ballot import Ballot, make_unsigned_ballot, sign_ballot
from protocol.bindings import CandidateList, EvoteBinding, School, question_of_lists
from protocol.ceremony import SetupStatement, sign_setup
from protocol.codes import credential_from_code, random_code
from protocol.counting import Count, SizedTally, count_ballots
from protocol.credentials import derive_credential, public_credential
from protocol.decryption import (
    CountContext,
    OwnedPayload,
    PartialDecryption,
    make_partial_decryption,
)
from protocol.election import Election, make_election
from protocol.encoding import sha256_hex
from protocol.events import EventKind, Head, next_event
from protocol.first_message import FirstMessage
from protocol.group import Scalar
from protocol.pki import TrusteeKeys, derive_keys
from protocol.public_credentials import PublicCredentials
from protocol.questions import Question
from protocol.rng import Rng
from protocol.secret import Secret
from protocol.setup_data import SetupData
from protocol.setup_signatures import SetupSignatures
from protocol.trustees import Trustees
from tally.assembly import assemble_ceremony
from tally.count import TieBreak, count_result
from tests.ceremonies import FinishedCeremony, hold_ceremony
from tests.rng import seeded_rng

UUID = "SimuLatedPreau"
HEADER = ArchiveHeader(1_791_600_600)
OPENS_AT, CLOSES_AT = 1_791_600_000, 1_791_700_000
LABELS = ("FCPE", "PEEP", "Parents indépendants", "UNAAPE", "Liste d'union", "Ensemble")
FAMILIES = ("Aubry", "Benali", "Cardoso", "Diallo", "Esteve", "Faure", "Gomez", "Haddad")


@dataclass(frozen=True)
class SimulatedElection:
    """One election and all that was ever secret in it.

    Args:
        votes: one ballot each: the place of a list from 0, or None for blank.
        electors: how many may vote; at least as many as ``votes``.
        lists: how many lists, up to 6, with four candidates each.
        reserves: how many reserve credentials (none in the plain profile).
        size: n trustees.
        threshold: t of them.
        seats: to share.
        decrypting: which trustees decrypt; the first t if none is named.
        tie_break: births and lots, where the votes leave a tie.
        preau: whether the election carries our bindings; without, it is one of Belenios.
        seed: changes every key, code and random number.
        roll_commitment: of a roll that somebody has; otherwise of one that nobody reads.
        held: a ceremony held elsewhere; otherwise one is held.
        opens_at: in seconds, and closes_at: its hours.
    """

    votes: tuple[int | None, ...] = (0, 1, None, 0)
    electors: int = 6
    lists: int = 3
    reserves: int = 3
    size: int = 3
    threshold: int = 2
    seats: int = 2
    decrypting: tuple[int, ...] = ()
    tie_break: TieBreak | None = None
    preau: bool = True
    uuid: str = UUID
    seed: str = ""
    roll_commitment: str = sha256_hex(b"a roll that nobody reads")
    held: FinishedCeremony | None = None
    opens_at: int = OPENS_AT
    closes_at: int = CLOSES_AT

    def _rng(self, purpose: str) -> Rng:
        return seeded_rng(f"simulator/{self.seed}/{purpose}")

    # ---------------------------------------------------------------- before opening

    @cached_property
    def ceremony(self) -> FinishedCeremony:
        return self.held or hold_ceremony(self.uuid, self.size, self.threshold, self.seed)

    @cached_property
    def trustees(self) -> Trustees:
        return Trustees.decode(self.ceremony.trustees)

    def keys(self, trustee: int) -> TrusteeKeys:
        """The signing keys of a trustee, from 1."""
        return derive_keys(self.ceremony.memories[trustee - 1].seed)

    def decryption_key(self, trustee: int) -> Secret[Scalar]:
        key = self.ceremony.memories[trustee - 1].decryption_key
        assert key is not None
        return key

    @cached_property
    def codes(self) -> tuple[Secret[bytes], ...]:
        """Those of the electors, then the reserves, in no order of the board."""
        rng = self._rng("codes")
        count = self.electors + (self.reserves if self.preau else 0)
        return tuple(random_code(rng) for _ in range(count))

    @cached_property
    def private_credentials(self) -> tuple[Secret[Scalar], ...]:
        """In the order of the codes."""
        return tuple(
            derive_credential(self.uuid, credential_from_code(self.uuid, code))
            for code in self.codes
        )

    @cached_property
    def credentials(self) -> PublicCredentials:
        return PublicCredentials.of_keys(map(public_credential, self.private_credentials))

    @cached_property
    def candidate_lists(self) -> tuple[CandidateList, ...]:
        return tuple(
            CandidateList(label, tuple(f"{name} {label[0]}" for name in FAMILIES[i : i + 4]))
            for i, label in enumerate(LABELS[: self.lists])
        )

    @cached_property
    def question(self) -> Question:
        return question_of_lists("Pour quelle liste votez-vous ?", self.candidate_lists)

    @cached_property
    def bindings(self) -> EvoteBinding:
        ceremony = self.ceremony
        firsts = [FirstMessage.decode(data) for data in ceremony.certificates.values()]
        reserves = {public_credential(key) for key in self.private_credentials[self.electors :]}
        return EvoteBinding(
            rehearsal=False,
            school=School("École Jules Ferry", "0750001A", "ecole"),
            seats=self.seats,
            lists=self.candidate_lists,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            grace_seconds=300,
            trustees_sha256=sha256_hex(ceremony.trustees),
            credentials_sha256=sha256_hex(self.credentials.data),
            electors=self.electors,
            reserves=tuple(item.key for item in self.credentials.items if item.key in reserves),
            roll_commitment=self.roll_commitment,
            ceremony=assemble_ceremony(self.uuid, firsts, ceremony.trustees, ceremony.signatures),
        )

    @cached_property
    def election(self) -> Election:
        return make_election(
            uuid=self.uuid,
            name="Élection des représentants des parents d'élèves",
            description="École Jules Ferry",
            public_key=self.trustees.election_key(),
            questions=(self.question,),
            evote=self.bindings if self.preau else None,
        )

    @cached_property
    def setup_head(self) -> Head:
        return Head.of(next_event(None, EventKind.SETUP, sha256_hex(self._setup()[-1])))

    @cached_property
    def statement(self) -> SetupStatement:
        return SetupStatement(self.uuid, self.election.fingerprint, self.setup_head.hash)

    @cached_property
    def setup_signatures(self) -> SetupSignatures:
        """The record's file: t trustees have signed the set-up."""
        rng = self._rng("setup")
        signed = tuple(
            sign_setup(self.keys(i), self.statement, i, rng) for i in range(1, self.threshold + 1)
        )
        return SetupSignatures(self.uuid, self.statement.setup_event, signed)

    # ---------------------------------------------------------------- the vote

    def vote(self, choice: int | None) -> tuple[tuple[int, ...], ...]:
        """The plaintexts of a ballot for a list from 0, None for blank."""
        place = 0 if choice is None else choice + 1
        return (tuple(int(i == place) for i in range(self.lists + 1)),)

    def cast(self, elector: int, choice: int | None, purpose: str = "ballot") -> Ballot:
        """Return a ballot of an elector, from 0; another purpose gives another ballot."""
        rng = self._rng(f"{purpose}/{elector}")
        credential = self.private_credentials[elector]
        context, vote = self.election.context, self.vote(choice)
        unsigned, _ = make_unsigned_ballot(context, credential, vote, rng)
        return sign_ballot(unsigned, credential, rng)

    @cached_property
    def ballots(self) -> tuple[Ballot, ...]:
        return tuple(self.cast(elector, choice) for elector, choice in enumerate(self.votes))

    # ---------------------------------------------------------------- the count

    @cached_property
    def count(self) -> Count:
        return count_ballots((self.question,), self.credentials, self.ballots, final=self.preau)

    @cached_property
    def context(self) -> CountContext:
        """The count that trustees decrypt, by the hash of its event on the board."""
        head = self.head(EventKind.ENCRYPTED_TALLY)
        return CountContext(self.election.fingerprint, head.hash, self.count.encrypted_tally)

    def decryption(self, trustee: int) -> bytes:
        """Return the partial decryption of a trustee, from 1, as it goes on the board."""
        rng = self._rng(f"decryption/{trustee}")
        partial = make_partial_decryption(self.decryption_key(trustee), self.context, trustee, rng)
        if not self.preau:
            partial = type(partial)(partial.factors, partial.proofs)
        return partial.encode()

    @cached_property
    def decryptions(self) -> dict[int, bytes]:
        owners = self.decrypting or tuple(range(1, self.threshold + 1))
        return {owner: self.decryption(owner) for owner in owners}

    @cached_property
    def result(self) -> bytes:
        partials = {
            owner: PartialDecryption.decode(
                data, self.count.encrypted_tally, ignore_unknown=not self.preau
            )
            for owner, data in self.decryptions.items()
        }
        return count_result(
            self.election,
            self.trustees,
            self.count.encrypted_tally,
            self.count.total_weight,
            len(self.ballots),
            {owner: partial.factors for owner, partial in partials.items()},
            self.tie_break,
        ).encode()

    # ---------------------------------------------------------------- the board

    def _setup(self) -> list[bytes]:
        data = [self.election.data, self.ceremony.trustees, self.credentials.data]
        return [*data, SetupData.of(*data).encode()]

    def _before_decryption(self) -> list[tuple[EventKind, list[bytes]]]:
        entries = [(EventKind.SETUP, self._setup())]
        entries += [(EventKind.BALLOT, [ballot.encode()]) for ballot in self.ballots]
        return [*entries, (EventKind.END_BALLOTS, [])]

    def _tally(self) -> list[bytes]:
        tally = self.count.encrypted_tally.encode()
        signatures = self.setup_signatures.signatures if self.preau else None
        sized = SizedTally(
            self.count.num_tallied, self.count.total_weight, sha256_hex(tally), signatures
        )
        return [tally, sized.encode()]

    def entries(self, until: EventKind = EventKind.RESULT) -> list[tuple[EventKind, list[bytes]]]:
        """Return each event's kind and data, up to the last event of kind ``until``."""
        found = self._before_decryption()
        order = list(EventKind)
        if order.index(until) >= order.index(EventKind.ENCRYPTED_TALLY):
            found.append((EventKind.ENCRYPTED_TALLY, self._tally()))
        if order.index(until) >= order.index(EventKind.PARTIAL_DECRYPTION):
            for owner, data in self.decryptions.items():
                owned = OwnedPayload(owner, sha256_hex(data)).encode()
                found.append((EventKind.PARTIAL_DECRYPTION, [data, owned]))
        if until is EventKind.RESULT:
            found.append((EventKind.RESULT, [self.result]))
        return [entry for entry in found if order.index(entry[0]) <= order.index(until)]

    def head(self, until: EventKind = EventKind.RESULT) -> Head:
        """Return the last event of kind ``until``."""
        head: Head | None = None
        for kind, data in self.entries(until):
            head = Head.of(next_event(head, kind, sha256_hex(data[-1]) if data else None))
        assert head is not None
        return head

    def archive(self, until: EventKind = EventKind.RESULT) -> bytes:
        """Return the archive, up to the last event of kind ``until``."""
        return write_archive(self.entries(until))


def write_archive(
    entries: Sequence[tuple[EventKind, Sequence[bytes]]], header: ArchiveHeader = HEADER
) -> bytes:
    """Return the bytes of an archive with these events."""
    stream = io.BytesIO()
    writer = ArchiveWriter.create(stream, header)
    for kind, data in entries:
        writer.append(kind, data)
    return stream.getvalue()
