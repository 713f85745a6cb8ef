# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole board, read strictly from its archive: docs/protocol.md §10, §14.

For those who make elections; the verifier in audit/ reads archives by itself. One pass checks form,
chain, order and set-up and stops at the first fault. The ballots are not kept: ``ballots()`` reads
them again from the stream, one by one. What takes long is in ``board_checks.py``.
"""

import collections
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from protocol.archive import ArchiveReader
from protocol.archive_entries import Entry
from protocol.archive_members import ArchiveHeader
from protocol.ballot import Ballot
from protocol.ceremony import SetupStatement
from protocol.counting import EncryptedTally, SizedTally
from protocol.decryption import CountContext, OwnedPayload, PartialDecryption
from protocol.election import Election, verify_setup
from protocol.errors import MalformedError, ProtocolError, UnsupportedError
from protocol.events import BoardState, EventKind, Head, state_after
from protocol.merkle import leaf_hash
from protocol.public_credentials import PublicCredentials
from protocol.result import Result
from protocol.setup_data import SetupData, verify_credentials_certificate
from protocol.trustees import Trustees

HASH_BYTES: Final = 32

Accept = Callable[[Election], None]
"""Looks at the election before anything that takes long is verified, and raises to refuse it."""


@dataclass(frozen=True, slots=True)
class RecordedBallot:
    """A ballot of the board, in the shape of the questions; its proofs are not verified yet."""

    height: int
    event_hash: str
    data: bytes
    ballot: Ballot


@dataclass(frozen=True, slots=True)
class RecordedTally:
    """The encrypted tally of the board, with its payload and the hash of its event: §11.2."""

    event_hash: str
    sized: SizedTally
    encrypted_tally: EncryptedTally


@dataclass(frozen=True, slots=True)
class RecordedDecryption:
    """A partial decryption of the board and its owner; not verified yet: §11.3."""

    owner: int
    partial: PartialDecryption


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Board:
    """A board whose form, chain, order and set-up hold: §10.

    Attributes:
        header: of the archive.
        election: with its exact bytes.
        trustees: verified; ``trustees_data`` are their exact bytes.
        credentials: with their exact bytes.
        event_hashes: of every event, by height; the first is that of ``Setup``.
        leaf_hashes: of every event, by height, for the tree over them (§18.1).
        head: the last event.
        tally: from closing on.
        partial_decryptions: in the order of the board.
        result: from the end on.
    """

    header: ArchiveHeader
    election: Election
    trustees: Trustees
    trustees_data: bytes
    credentials: PublicCredentials
    event_hashes: tuple[str, ...]
    leaf_hashes: tuple[bytes, ...] = field(repr=False)
    head: Head
    tally: RecordedTally | None
    partial_decryptions: tuple[RecordedDecryption, ...]
    result: Result | None
    _reader: ArchiveReader = field(repr=False)
    _ballot_offsets: "array[int]" = field(repr=False)
    _ballot_hashes: bytes = field(repr=False)  # 32 bytes of each ballot, as its event names it

    @property
    def is_preau(self) -> bool:
        """Tell whether the Préau profile applies: §14."""
        return self.election.is_preau

    @property
    def state(self) -> BoardState:
        """How far the election has come: §10.2."""
        return state_after(self.head.kind)

    @property
    def setup_event(self) -> str:
        """The hash of the ``Setup`` event: §7.13."""
        return self.event_hashes[0]

    @property
    def setup_statement(self) -> SetupStatement:
        """What trustees sign before opening: §7.13."""
        return SetupStatement(self.election.uuid, self.election.fingerprint, self.setup_event)

    @property
    def ballot_count(self) -> int:
        """The number of ``Ballot`` events."""
        return len(self._ballot_offsets)

    @property
    def context(self) -> CountContext:
        """What partial decryptions are made and verified against: §6.6, §11.3."""
        tally = self.require_tally()
        fingerprint = self.election.fingerprint
        return CountContext(fingerprint, tally.event_hash, tally.encrypted_tally)

    def event_hash(self, height: int) -> str:
        """Return the hash of the event at ``height``, from 0: §10.1."""
        if not 0 <= height < len(self.event_hashes):
            raise ProtocolError(f"the board has no event {height}", section="10.1")
        return self.event_hashes[height]

    def require_tally(self) -> RecordedTally:
        """Return the encrypted tally; ProtocolError before there is one."""
        if self.tally is None:
            raise ProtocolError("the board has no encrypted tally yet", section="10.2")
        return self.tally

    def ballots(self) -> Iterator[RecordedBallot]:
        """Read the ballots again from the stream, one by one, in the order of the board: §9.3.

        Raises:
            MalformedError: a ballot that has not the shape of the questions, or bytes that are no
                longer those that its event names: the file has changed since it was read.
        """
        for index, offset in enumerate(self._ballot_offsets):
            member = self._reader.member_at(offset)
            named = self._ballot_hashes[index * HASH_BYTES : (index + 1) * HASH_BYTES]
            if member.is_event or member.hash != named.hex():
                raise MalformedError(
                    f"the ballot of event {index + 1} has changed since it was read", section="10.3"
                )
            data = member.content
            ballot = Ballot.decode(data, self.election.questions)
            height = index + 1  # §10.2: Setup, then nothing but ballots until EndBallots
            yield RecordedBallot(height, self.event_hashes[height], data, ballot)


def read_board(stream: BinaryIO, *, accept: Accept | None = None) -> Board:
    """Read a board from an archive: §10, §14. Ballots are counted, not looked into.

    Args:
        stream: at the start of the archive; it must be able to seek, and stay open and unchanged
            as long as ``ballots()`` is used.
        accept: looks at the election first; what it raises comes out as it is.

    Raises:
        UnsupportedError: a version, group or kind of question that is not ours.
        ProtocolError: the first fault of form, chain, order or set-up.
    """
    reader = ArchiveReader(stream)
    entries = reader.entries()
    first = next(entries, None)
    if first is None:
        raise ProtocolError("the board has no event", section="10.2")
    try:
        reading = _Reading(first, accept)
    except UnsupportedError:
        # §16: what is not supported counts only in an archive whose form and chain hold.
        collections.deque(entries, maxlen=0)
        raise
    for entry in entries:
        reading.read(entry)
    return reading.board(reader)


class _Reading:
    """What has been read of a board so far; entries come in the order of §10.2 already."""

    def __init__(self, setup: Entry, accept: Accept | None) -> None:
        election_data, trustees_data, credentials_data, *certificate, payload = setup.data
        self.election = Election.decode(election_data)
        if accept is not None:
            accept(self.election)
        self.plain = plain = not self.election.is_preau
        self.trustees_data = trustees_data
        self.trustees = Trustees.decode(trustees_data, ignore_unknown=plain)
        self.credentials = PublicCredentials.decode(credentials_data, ignore_unknown=plain)
        SetupData.decode(payload, ignore_unknown=plain)
        for data in certificate:
            verify_credentials_certificate(data, self.election.uuid, self.credentials)
        verify_setup(self.election, self.trustees, trustees_data, self.credentials)
        self.head = Head(0, setup.hash, EventKind.SETUP)
        self.event_hashes = [setup.hash]
        self.leaf_hashes = [leaf_hash(setup.event.encode())]
        self.ballot_offsets = array("Q")
        self.ballot_hashes = bytearray()
        self.tally: RecordedTally | None = None
        self.partial_decryptions: list[RecordedDecryption] = []
        self.result: Result | None = None

    def read(self, entry: Entry) -> None:
        """Take in the next entry: §10.2."""
        kind = entry.event.kind
        if kind is EventKind.BALLOT:
            self.ballot_offsets.append(entry.offset)
            self.ballot_hashes += bytes.fromhex(entry.event.payload or "")
        elif kind is EventKind.ENCRYPTED_TALLY:
            self.tally = self._read_tally(entry)
        elif kind is EventKind.PARTIAL_DECRYPTION and self.tally is not None:
            decryption = self._read_decryption(entry, self.tally.encrypted_tally)
            self.partial_decryptions.append(decryption)
        elif kind is EventKind.RESULT:
            self.result = self._read_result(entry)
        self.event_hashes.append(entry.hash)
        self.leaf_hashes.append(leaf_hash(entry.event.encode()))
        self.head = Head(entry.event.height, entry.hash, kind)

    def board(self, reader: ArchiveReader) -> Board:
        """Return the board as far as it has been read."""
        return Board(
            header=reader.header,
            election=self.election,
            trustees=self.trustees,
            trustees_data=self.trustees_data,
            credentials=self.credentials,
            event_hashes=tuple(self.event_hashes),
            leaf_hashes=tuple(self.leaf_hashes),
            head=self.head,
            tally=self.tally,
            partial_decryptions=tuple(self.partial_decryptions),
            result=self.result,
            _reader=reader,
            _ballot_offsets=self.ballot_offsets,
            _ballot_hashes=bytes(self.ballot_hashes),
        )

    def _read_tally(self, entry: Entry) -> RecordedTally:
        data, payload = entry.data
        sized = SizedTally.decode(payload, ignore_unknown=self.plain)
        self._require_evote(sized.setup_signatures, "encrypted tally")
        questions = self.election.questions
        tally = EncryptedTally.decode(data, questions, ignore_unknown=self.plain)
        return RecordedTally(entry.hash, sized, tally)

    def _read_decryption(self, entry: Entry, tally: EncryptedTally) -> RecordedDecryption:
        data, payload = entry.data
        owner = OwnedPayload.decode(payload, ignore_unknown=self.plain).owner
        partial = PartialDecryption.decode(data, tally, ignore_unknown=self.plain)
        self._require_evote(partial.bound_proofs, "partial decryption")
        return RecordedDecryption(owner, partial)

    def _read_result(self, entry: Entry) -> Result:
        (data,) = entry.data
        result = Result.decode(data, self.election.questions, ignore_unknown=self.plain)
        self._require_evote(result.evote, "result")
        ours = self.election.evote
        if ours is not None and result.evote is not None and ours.version != result.evote.version:
            raise ProtocolError("the result is of another version", section="11.7")
        return result

    def _require_evote(self, evote: object, where: str) -> None:
        if not self.plain and evote is None:
            raise ProtocolError(f"the {where} lacks its member evote", section="14")
