# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the verifier knows so far. Each check reads it, and a check that decodes adds to it.

``None`` means that an earlier fault, or the state of the election, left nothing to know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from audit.archive import Datum, read_exactly
from audit.binding import Binding
from audit.board import Board
from audit.counting import Census
from audit.earlier import Earlier
from audit.election import Credentials, Election
from audit.journal import Journal
from audit.notes import Checkpoint
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding
from audit.partials import Partial
from audit.proofs import Ciphertext
from audit.record import Record
from audit.trustees import Trustees
from audit.words import Text
from audit.workers import Pool


@dataclass(slots=True)
class Case:
    """One archive under examination."""

    file: BinaryIO
    record: Record
    board: Board
    strict: bool  # the Préau profile (§14)
    demanded: bool  # the reader asked for that profile, and this election has nothing of it
    pool: Pool
    progress: Callable[[int, int], None]
    election: Election | None = None
    evote: Any = None
    trustees: Trustees | None = None
    credentials: Credentials | None = None
    binding: Binding | None = None
    census: Census | None = None
    tally: tuple[tuple[Ciphertext, ...], ...] | None = None  # as recorded
    total_weight: int | None = None  # recomputed; None unless C18 passed
    partials: list[Partial] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)  # owners with a fault of C20 or C21
    counted: dict[int, Partial] | None = None  # by owner; None unless there are enough
    result: tuple[tuple[int, ...], ...] | None = None
    result_evote: Any = None
    result_journal: tuple[int, str] | None = None  # size and root that the result names (§11.7)
    recorded_seats: Any = None
    seats: dict[str, Any] | None = None  # recomputed; None unless C25 passed
    signed: list[Text] = field(default_factory=list)  # who signed the set-up
    unsigned: list[Text] = field(default_factory=list)
    journal: Journal | None = None  # as far as it can be read
    story: Journal | None = None  # None unless C27 passed
    closed_by: list[Text] = field(default_factory=list)  # who signed the closing
    checkpoints: dict[str, Checkpoint] | None = None  # by file; None unless C31 passed
    stamps: dict[str, int] = field(default_factory=dict)  # when, by file; none unless C31 passed
    cosigned: dict[str, dict[str, int]] = field(default_factory=dict)  # when, by file and witness
    waits_for_witnesses: bool = False  # they are too few, and no line of theirs is false
    clock: int | None = None  # of this machine, in seconds since 1970 UTC; None: not asked
    since: Earlier | None = None  # an earlier state
    incomparable: Text | None = None  # why it says nothing of this record (§17.3)
    differing: Text | None = None  # how the two differ, where that alone convicts nobody

    @property
    def not_ours(self) -> Finding:
        """What a check of the Préau profile alone says of a plain election."""
        return NOT_REACHED if self.demanded else NOT_APPLICABLE

    @property
    def without_journal(self) -> Finding | None:
        """What C27 to C32 say where there is nothing of theirs to judge, or None (§16)."""
        if not self.strict:
            return self.not_ours
        if not self.record.folder:
            return NOT_APPLICABLE
        if self.binding is None:
            return NOT_REACHED
        return NOT_APPLICABLE if self.binding.server is None else None

    def setup_datum(self, name: str) -> Datum | None:
        """The place of a datum of the set-up: election, trustees, credentials (§8.5)."""
        return self.board.setup_datum(name)

    def setup_bytes(self, name: str) -> bytes | None:
        """The bytes of a datum of the set-up, or None where there is none."""
        datum = self.setup_datum(name)
        return read_exactly(self.file, datum) if datum else None

    def read(self, datum: Datum) -> bytes:
        """The content of a datum."""
        return read_exactly(self.file, datum)
