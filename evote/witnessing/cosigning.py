# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one witness is asked for, and when again: docs/protocol.md §22, docs/adr/0015.

A silent, slow or lying witness stops nothing: it is asked after the step, by itself, and again
later. Several processes may ask; the line that comes last is kept.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from evote.board.published import NothingPublished, PublishedDamaged, read_published
from evote.board.tiles import subtrees_of_log
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import RowDamaged, find_election
from evote.database.one_by_one import read_of_all
from evote.errors import kind_and_place
from evote.keys import KeyUnavailable
from evote.publishing.cosigning import NotedLog, add_line, own_lines, published_notes
from evote.publishing.publisher import Publisher
from evote.witness_file import Witness
from evote.witnessing.asking import (
    Asked,
    Reason,
    Unwitnessed,
    WitnessAhead,
    WitnessRefuses,
    WitnessSilent,
    ask,
)
from protocol.cosignatures import cosigned_at
from protocol.errors import ProofError, ProtocolError
from protocol.merkle_proofs import prove_consistency
from protocol.note_format import Note, SignatureLine
from protocol.notes import Checkpoint, verify_checkpoint
from protocol.server_binding import BOARD

WAIT_SECONDS: Final = 10
SILENT_SECONDS: Final = 60
REFUSED_SECONDS: Final = 600
_MOMENTARY: Final = (Reason.CLOCK, Reason.UNREAD)


@dataclass(frozen=True, slots=True)
class Missed:
    """A witness that did not co-sign: its name, the log, and why."""

    witness: str
    place: tuple[str, str]
    cause: Unwitnessed


class Cosigning:
    """Asks one witness for what it has not co-signed since the last step of each log.

    Args:
        database: the server's.
        publisher: for the keys of the logs.
        witness: to ask.
        timer: seconds that only grow.
        patience: seconds that one answer may take, however slowly it comes.
    """

    def __init__(
        self,
        database: Database,
        publisher: Publisher,
        witness: Witness,
        timer: Callable[[], float] = time.monotonic,
        patience: float = WAIT_SECONDS,
    ) -> None:
        self._database = database
        self._publisher = publisher
        self._witness = witness
        self._timer = timer
        self._patience = patience
        # By log: what needs nothing more, the size that the witness has, and when to ask again.
        self._settled: dict[tuple[str, str], tuple[bytes, int]] = {}
        self._size: dict[tuple[str, str], int] = {}
        self._again_at: dict[tuple[str, str], float] = {}
        self._silent_until = 0.0
        self._asking: threading.Thread | None = None

    def step(self) -> Iterator[Missed]:
        """Ask what is to be asked now; yield what was not co-signed.

        Raises:
            DatabaseUnavailable: of all; nothing more was asked, and it is asked again.
        """
        if self._timer() < self._silent_until:
            return
        for log in self._published():
            try:
                if self._is_due(log):
                    self._cosign_unless_stepped(log)
            except (PublishedDamaged, RowDamaged):
                self._put_off(log, SILENT_SECONDS)  # which its step says; the others are asked
            except WitnessSilent as cause:
                self._silent_until = self._timer() + SILENT_SECONDS
                yield Missed(self._witness.name, log.place, cause)
                return
            except DatabaseUnavailable:  # as of a damaged page, where the other logs are read
                self._published()  # raises where nothing is
                yield self._refused(log, WitnessRefuses(Reason.UNREAD))
            except Exception as error:  # noqa: BLE001 -- whatever it is, the other logs are shown
                yield self._refused(log, _as_unwitnessed(error))

    def refusal(self, uuid: str) -> Unwitnessed | None:
        """Ask once more for all that is published of one election; return why it is not co-signed.

        Raises:
            DatabaseUnavailable: that is not known.
        """
        with self._database.read() as connection:
            logs = published_notes(connection, uuid)
        try:
            for log in logs:
                self._cosign(log)
        except (PublishedDamaged, RowDamaged):
            return WitnessRefuses(Reason.NOTHING)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is why there is no line
            return _as_unwitnessed(error)
        return None if logs else WitnessRefuses(Reason.NOTHING)

    def _published(self) -> tuple[NotedLog, ...]:
        # Of an election whose own cannot be read, its step says so.
        return read_of_all(self._database, published_notes, unread=lambda _uuid: ())

    def _is_due(self, log: NotedLog) -> bool:
        if self._settled.get(log.place) == (log.text, log.stamp):
            return False
        if self._timer() < self._again_at.get(log.place, 0):
            return False
        if (self._seen_at(log, self._checkpoint(log)) or 0) >= log.stamp:  # by another process
            self._settled[log.place] = (log.text, log.stamp)
            return False
        return True

    def _seen_at(self, log: NotedLog, checkpoint: Checkpoint) -> int | None:
        try:
            return cosigned_at(checkpoint, Note.decode(log.note).signatures, self._witness.key)
        except ProofError:
            return None

    def _cosign_unless_stepped(self, log: NotedLog) -> None:
        # Another process may have stepped, and asked, since the note was read.
        try:
            self._cosign(log)
        except WitnessAhead as cause:
            if self._is_ahead(log, cause):
                raise

    def _cosign(self, log: NotedLog) -> None:
        checkpoint = self._checkpoint(log)

        def proof(old: int) -> tuple[bytes, ...]:
            with self._database.read() as connection:
                election = find_election(connection, log.uuid)
                subtree = subtrees_of_log(connection, election, log.log)
                try:
                    return prove_consistency(old, checkpoint.size, subtree)
                except PublishedDamaged as cause:  # no step says it: it reads no leaf
                    raise WitnessRefuses(Reason.NO_PROOF) from cause

        asked = Asked(checkpoint, own_lines(log.note), proof, self._publisher.clock)
        old = min(self._size.get(log.place, 0), checkpoint.size)
        line = self._patiently(lambda: ask(self._witness, asked, old))
        self._size[log.place] = checkpoint.size
        add_line(self._database, *log.place, checkpoint.position, line)
        self._settled[log.place] = (log.text, log.stamp)  # once its line is kept, not before

    def _patiently(self, call: Callable[[], SignatureLine]) -> SignatureLine:
        # A limit of the socket is for each piece of an answer; this one is for all of it.
        if self._asking is not None and self._asking.is_alive():
            raise WitnessSilent(Reason.STILL_ANSWERING)
        outcome: list[SignatureLine | Exception] = []

        def run() -> None:
            try:
                outcome.append(call())
            except Exception as cause:  # noqa: BLE001 -- raised again where it is waited for
                outcome.append(cause)

        self._asking = threading.Thread(target=run, daemon=True)
        self._asking.start()
        self._asking.join(self._patience)
        if not outcome:
            raise WitnessSilent(Reason.SLOW)
        (found,) = outcome
        if isinstance(found, Exception):
            raise found
        return found

    def _refused(self, log: NotedLog, cause: Unwitnessed) -> Missed:
        # A clock is set right, and a database no longer busy, in a moment, and this witness may be
        # the one that a result lacks.
        wait = SILENT_SECONDS if cause.reason in _MOMENTARY else REFUSED_SECONDS
        self._put_off(log, wait)
        return Missed(self._witness.name, log.place, cause)

    def _put_off(self, log: NotedLog, seconds: int) -> None:
        self._again_at[log.place] = self._timer() + seconds

    def _checkpoint(self, log: NotedLog) -> Checkpoint:
        keys = self._publisher.keys(log.uuid)
        key = keys.board if log.log == BOARD else keys.journal
        try:
            return verify_checkpoint(log.note, key.verifier_key)
        except ProtocolError as cause:
            raise PublishedDamaged(log.uuid, f"the last note of its {log.log} is none") from cause

    def _is_ahead(self, log: NotedLog, cause: WitnessAhead) -> bool:
        try:
            with self._database.read() as connection:
                election = find_election(connection, log.uuid)
                return read_published(connection, election).log(log.log).size < cause.size
        except NothingPublished:
            return False  # which its step says


def _as_unwitnessed(error: Exception) -> Unwitnessed:
    if isinstance(error, Unwitnessed):
        return error
    if isinstance(error, KeyUnavailable):
        return WitnessRefuses(Reason.NO_KEY)
    return WitnessRefuses(Reason.FAULT, kind_and_place(error))
