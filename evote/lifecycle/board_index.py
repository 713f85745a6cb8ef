# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a ballot is found and compared by stands in tables of its own, and is that of the board.

Whoever changes the index and not the board can let a credential vote twice, or not at all: §11.1.
"""

import contextlib
import itertools
from collections.abc import Generator, Iterator
from operator import attrgetter

from sqlalchemy import Connection, select

from evote.database.board_tables import AlphaRow, BallotRow, RevokedRow
from evote.database.elections import HeldElection
from protocol.archive_entries import Entry
from protocol.ballot import tracker
from protocol.encoding import Fields, decode_json
from protocol.events import EventKind
from protocol.journal_state import JournalState

_ROWS_A_TIME = 1000

Indexed = tuple[int, str, str | None, str, frozenset[str]]
"""Height, credential, hash, tracker and every α of a ballot, group elements in their text form."""


class IndexComparison:
    """The rows of the index beside the events of the board, which come one by one, in order."""

    def __init__(self, rows: Iterator[Indexed]) -> None:
        self._rows = rows

    def is_of(self, entry: Entry) -> bool:
        """Tell whether the next row is this event's; one that is no ballot has none.

        Raises:
            ProtocolError: the event has not the data of a ballot.
        """
        if entry.event.kind is not EventKind.BALLOT:
            return True
        return next(self._rows, None) == _of_ballot(entry)

    def is_over(self) -> bool:
        """Tell whether no row is left."""
        return next(self._rows, None) is None


@contextlib.contextmanager
def compared_index(connection: Connection, held: HeldElection) -> Iterator[IndexComparison]:
    """Give the comparison of the rows of this transaction."""
    with contextlib.closing(_indexed(connection, held)) as rows:
        yield IndexComparison(rows)


def is_revoked_as_told(connection: Connection, held: HeldElection, told: JournalState) -> bool:
    """Tell whether the credentials that were replaced are those of the journal: §19.5."""
    rows = connection.execute(
        select(RevokedRow.credential, RevokedRow.height).where(RevokedRow.election_id == held.id)
    )
    return {tuple(row) for row in rows} == {(key.encode(), size) for key, size in told.reissued}


def _indexed(connection: Connection, held: HeldElection) -> Generator[Indexed, None, None]:
    ballots = (
        select(BallotRow.height, BallotRow.credential, BallotRow.ballot_hash, BallotRow.tracker)
        .where(BallotRow.election_id == held.id)
        .order_by(BallotRow.height)
        .execution_options(yield_per=_ROWS_A_TIME)
    )
    alphas = (
        select(AlphaRow.height, AlphaRow.alpha)
        .where(AlphaRow.election_id == held.id)
        .order_by(AlphaRow.height)
        .execution_options(yield_per=_ROWS_A_TIME)
    )
    with connection.execute(alphas) as parts, connection.execute(ballots) as rows:
        groups = itertools.groupby(parts, attrgetter("height"))
        for height, credential, ballot_hash, shown in rows:
            of_height, group = next(groups, (None, iter(())))
            found = frozenset(row.alpha for row in group) if of_height == height else frozenset()
            yield height, credential, ballot_hash, shown, found


def _of_ballot(entry: Entry) -> Indexed:
    # Its proofs were verified when it came; here its bytes are those that the event names.
    fields = Fields(decode_json(entry.data[-1]), where="ballot", section="9.3")
    answers = [Fields(item, where="answer", section="9.2") for item in fields.items("answers")]
    choices = [
        Fields(item, where="choice", section="9.2")
        for answer in answers
        for item in answer.items("choices")
    ]
    return (
        entry.event.height,
        fields.text("credential"),
        entry.event.payload,
        tracker(fields.object("signature").text("hash")),
        frozenset(choice.text("alpha") for choice in choices),
    )
