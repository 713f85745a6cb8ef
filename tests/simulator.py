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

from protocol.archive import ArchiveWriter
from protocol.archive_members import ArchiveHeader
from protocol.ballot import Ballot, make_unsigned_ballot, sign_ballot
from protocol.bindings import CandidateList, EvoteBinding, School, question_of_lists
from protocol.ceremony import SetupStatement
from protocol.codes import credential_from_code, random_code
from protocol.cosignatures import CosignerKey, append_line, cosign, stamp
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
from protocol.events import Event, EventKind, Head, next_event
from protocol.first_message import FirstMessage
from protocol.group import Scalar
from protocol.journal import MINUTE, JournalEntry, next_entry
from protocol.journal_bodies import (
    SIGNED_KINDS,
    Body,
    Closed,
    ClosingSigned,
    HoursChanged,
    Opened,
    Sealed,
    Tallied,
)
from protocol.journal_signatures import EntryStatement
from protocol.merkle import LogPosition
from protocol.notes import Checkpoint, LogKey, sign_checkpoint
from protocol.pki import TrusteeKeys, derive_keys
from protocol.public_credentials import PublicCredentials
from protocol.questions import Question
from protocol.rng import Rng
from protocol.secret import Secret
from protocol.server_binding import BOARD, JOURNAL, BoothFile, ServerBinding, key_name
from protocol.setup_data import SetupData
from protocol.setup_signatures import SetupSignatures
from protocol.trustee_signatures import TrusteeSignature, sign_statement
from protocol.trustees import Trustees
from protocol.witness_binding import Witnesses
from tally.assembly import assemble_ceremony
from tally.count import TieBreak, count_result
from tests.ceremonies import FinishedCeremony, hold_ceremony
from tests.rng import seeded_rng

UUID = "SimuLatedPreau"
HEADER = ArchiveHeader(1_791_600_600)
HOST = "vote.example.org"
BOOTH = {"/booth/booth.css": b"main {}", "/booth/booth.js": b"vote()"}
DAY = 86_400
Told = tuple[int, LogPosition, Body]
"""Time, board and body of one entry of the journal."""
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
        server: whether it is of version 2, held on a server.
        voters: which codes vote, from 0, the reserves' after the electors'; the first ones if none
            is named.
        happenings: what the journal tells besides, each with the number of events that the board
            has then; 0 for before the opening.
        rehearsal: whether the election says so.
        booth: the files that are sealed, of a server that has others than ``BOOTH``.
        opens_at: in seconds, and closes_at: its hours.
        witnesses: how many witnesses the election names; all of them co-sign the checkpoints.
        quorum: how many of them it demands.
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
    server: bool = False
    voters: tuple[int, ...] = ()
    happenings: tuple[tuple[int, Body], ...] = ()
    rehearsal: bool = False
    booth: tuple[BoothFile, ...] = ()
    opens_at: int = OPENS_AT
    closes_at: int = CLOSES_AT
    witnesses: int = 0
    quorum: int = 1

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

    def log_key(self, log: str) -> LogKey:
        """The server's key of ``board`` or ``journal``."""
        return LogKey.generate(key_name(HOST, self.uuid, log), self._rng(f"key/{log}"))

    def witness_key(self, witness: int) -> CosignerKey:
        """The key of a witness, from 1."""
        name = f"temoin-{witness:02}.example.org"
        return CosignerKey.generate(name, self._rng(f"witness/{witness}"))

    @cached_property
    def witnesses_binding(self) -> Witnesses | None:
        """The witnesses as the election names them."""
        keys = [self.witness_key(i + 1).verifier_key for i in range(self.witnesses)]
        return Witnesses.of(self.quorum, keys) if keys else None

    @cached_property
    def server_binding(self) -> ServerBinding:
        return ServerBinding(
            self.booth
            or tuple(BoothFile(path, sha256_hex(data)) for path, data in sorted(BOOTH.items())),
            self.log_key(BOARD).verifier_key,
            self.log_key(JOURNAL).verifier_key,
        )

    @cached_property
    def bindings(self) -> EvoteBinding:
        ceremony = self.ceremony
        firsts = [FirstMessage.decode(data) for data in ceremony.certificates.values()]
        reserves = {public_credential(key) for key in self.private_credentials[self.electors :]}
        return EvoteBinding(
            rehearsal=self.rehearsal,
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
            server=self.server_binding if self.server else None,
            witnesses=self.witnesses_binding,
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
            sign_statement(self.keys(i), self.statement, i, rng)
            for i in range(1, self.threshold + 1)
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
        voters = self.voters or range(len(self.votes))
        pairs = zip(voters, self.votes, strict=True)
        return tuple(self.cast(voter, choice) for voter, choice in pairs)

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
            self.journal_position(EventKind.PARTIAL_DECRYPTION) if self.server else None,
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

    def events(self, until: EventKind = EventKind.RESULT) -> list[Event]:
        """Return each event, up to the last one of kind ``until``."""
        events: list[Event] = []
        for kind, data in self.entries(until):
            head = Head.of(events[-1]) if events else None
            events.append(next_event(head, kind, sha256_hex(data[-1]) if data else None))
        return events

    def head(self, until: EventKind = EventKind.RESULT) -> Head:
        """Return the last event of kind ``until``."""
        return Head.of(self.events(until)[-1])

    def archive(self, until: EventKind = EventKind.RESULT) -> bytes:
        """Return the archive, up to the last event of kind ``until``."""
        return write_archive(self.entries(until))

    # ---------------------------------------------------------------- the journal, in version 2

    def board_position(self, size: int, until: EventKind = EventKind.RESULT) -> LogPosition:
        """Where the board stood when it had so many events, of those up to ``until``."""
        return LogPosition.of(event.encode() for event in self.events(until)[:size])

    def statement_of(self, body: Body) -> EntryStatement:
        """What members sign of this body."""
        return EntryStatement(self.uuid, self.election.fingerprint, body)

    def signatures_of(self, body: Body) -> tuple[TrusteeSignature, ...]:
        """The signatures of the first t trustees, where this kind has any."""
        if body.kind not in SIGNED_KINDS:
            return ()
        rng = self._rng(f"journal/{body.kind.value}")
        statement = self.statement_of(body)
        return tuple(
            sign_statement(self.keys(i), statement, i, rng) for i in range(1, self.threshold + 1)
        )

    def write(self, bodies: Sequence[Told]) -> tuple[JournalEntry, ...]:
        """Return entries with these bodies, signed where they must be, in order."""
        entries: list[JournalEntry] = []
        for at, board, body in bodies:
            last = entries[-1] if entries else None
            signed = self.signatures_of(body)
            entries.append(next_entry(self.uuid, last, at, board, body, signed))
        return tuple(entries)

    def told(self, until: EventKind = EventKind.RESULT) -> list[Told]:
        """Return time, board and body of each entry of the journal beside ``archive(until)``."""
        order = list(EventKind)
        setup = self.board_position(1, EventKind.SETUP)
        sealed = Sealed(self.election.fingerprint, self.statement.setup_event)
        told: list[Told] = [(self.opens_at - DAY, setup, sealed)]
        before = [body for size, body in self.happenings if size == 0]
        told += [
            (self.opens_at - DAY // 2 + MINUTE * i, setup, body) for i, body in enumerate(before)
        ]
        if order.index(until) >= order.index(EventKind.BALLOT):
            told += self._told_while_open(setup)
        if order.index(until) >= order.index(EventKind.ENCRYPTED_TALLY):
            told.append((self.closing_time, self._board_at_closing(), self.closed))
        if order.index(until) >= order.index(EventKind.PARTIAL_DECRYPTION):
            at = self.closing_time + 10 * MINUTE
            told.append((at, self._board_at_closing(), self.closing_signed))
        if until is EventKind.RESULT:
            whole = self.board_position(len(self.events(until)))
            told.append((self.closing_time + 11 * MINUTE, whole, Tallied(self.head().hash)))
        return told

    def _told_while_open(self, setup: LogPosition) -> list[Told]:
        told: list[Told] = [(self.opens_at, setup, Opened(self.setup_signatures.signatures))]
        during = [(size, body) for size, body in self.happenings if size > 0]
        for number, (size, body) in enumerate(during, 1):
            board = self.board_position(size, EventKind.BALLOT)
            told.append((self.opens_at + MINUTE * number, board, body))
        return told

    @cached_property
    def closing_time(self) -> int:
        """The closing time in force at the end."""
        changed = [body for _, body in self.happenings if isinstance(body, HoursChanged)]
        return changed[-1].closes_at if changed else self.closes_at

    def _board_at_closing(self) -> LogPosition:
        events = self.events(EventKind.ENCRYPTED_TALLY)
        return LogPosition.of(event.encode() for event in events)

    @cached_property
    def closed(self) -> Closed:
        return Closed(len(self.ballots), self.head(EventKind.ENCRYPTED_TALLY).hash)

    @cached_property
    def closing_signed(self) -> ClosingSigned:
        """What the trustees sign when they decrypt."""
        return ClosingSigned.of(self.closed, self.journal_position(EventKind.ENCRYPTED_TALLY))

    def journal(self, until: EventKind = EventKind.RESULT) -> tuple[JournalEntry, ...]:
        """Return the journal beside ``archive(until)``: at the set-up it ends before opening."""
        return self.write(self.told(until))

    def journal_position(self, until: EventKind = EventKind.RESULT) -> LogPosition:
        return LogPosition.of(entry.encode() for entry in self.journal(until))

    def record(
        self,
        until: EventKind = EventKind.RESULT,
        journal: Sequence[JournalEntry] | None = None,
        cosigned: Sequence[int] | None = None,
    ) -> dict[str, bytes]:
        """Return the files of a record up to ``until``, perhaps with another journal: §17.1.

        Its checkpoints are stamped when the journal ends, and co-signed by all witnesses, or by
        those that ``cosigned`` names.
        At END_BALLOTS there is no record of version 2: closing is one step to ENCRYPTED_TALLY.
        """
        files = {f"{self.uuid}.bel": self.archive(until)}
        if not self.server:
            signed = {"setup-signatures.json": self.setup_signatures.encode()}
            return files if until is EventKind.SETUP or not self.preau else files | signed
        told = self.journal(until) if journal is None else journal
        entries = [each.encode() for each in told]
        board = LogPosition.of(event.encode() for event in self.events(until))
        at = told[-1].at if told else self.opens_at
        cosigners = range(1, self.witnesses + 1) if cosigned is None else cosigned
        return {
            **files,
            "journal.jsonl": b"".join(entry + b"\n" for entry in entries),
            "board.checkpoint": self.checkpoint(BOARD, board, at, cosigners),
            "journal.checkpoint": self.checkpoint(JOURNAL, LogPosition.of(entries), at, cosigners),
        }

    def checkpoint(
        self, log: str, position: LogPosition, at: int | None = None, cosigned: Sequence[int] = ()
    ) -> bytes:
        """Return a checkpoint of ``board`` or ``journal``, signed by the server's key.

        Args:
            log: which of the two.
            position: how far it had come.
            at: the time of the stamp; None for no stamp.
            cosigned: by which witnesses, from 1, a minute later.
        """
        key = self.log_key(log)
        checkpoint = Checkpoint.of(key.name, position)
        note = sign_checkpoint(checkpoint, key)
        if at is not None:
            note = append_line(note, stamp(checkpoint, at, key))
        for witness in cosigned:
            line = cosign(checkpoint, (at or 0) + MINUTE, self.witness_key(witness))
            note = append_line(note, line)
        return note


def write_archive(
    entries: Sequence[tuple[EventKind, Sequence[bytes]]], header: ArchiveHeader = HEADER
) -> bytes:
    """Return the bytes of an archive with these events."""
    stream = io.BytesIO()
    writer = ArchiveWriter.create(stream, header)
    for kind, data in entries:
        writer.append(kind, data)
    return stream.getvalue()
