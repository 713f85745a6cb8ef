# SPDX-License-Identifier: AGPL-3.0-or-later
"""A step: both logs move on at once, the heads first: docs/protocol.md §18.7, docs/adr/0015.

Under the election's lock: the two positions; the heads compared and moved, on the disk; the notes
signed; the rows written; the commit. If the machine stops anywhere in between, the heads are ahead
of the rows but not of the entries, which were committed before: the next step goes on.
"""

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from evote.board.leaves import tree_of_entries
from evote.board.published import DoesNotFollow, PublishedDamaged, find_published
from evote.clock import Clock
from evote.database.common_tables import ElectionRow, PublishedRow
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import (
    HeldElection,
    RowDamaged,
    UnknownElection,
    find_election,
    lock_election,
)
from evote.database.one_by_one import read_of_all
from evote.heads import Heads, HeadsUnavailable
from evote.keys import KeyFolder, KeyUnavailable
from evote.log_keys import LogKeys, load_log_keys
from evote.publishing.cosigning import with_lines_of
from evote.publishing.following import LogSize, log_sizes, require_following, verify_follows
from evote.publishing.promising import is_unpromised
from evote.publishing.signed import is_signed
from evote.publishing.steps import due_elections, is_due, step_time
from protocol.cosignatures import sign_stamped
from protocol.events import Event
from protocol.merkle import TreeHasher
from protocol.notes import Checkpoint, LogKey
from protocol.promises import Promise, promised_until, sign_promise
from protocol.server_binding import BOARD, JOURNAL

KEYS_KEPT: Final = 256
# What a step may raise; nothing more was published then than before.
NOT_PUBLISHED: Final = (
    DoesNotFollow,
    RowDamaged,
    HeadsUnavailable,
    KeyUnavailable,
    DatabaseUnavailable,
)


class NoStep(HeadsUnavailable):
    """What was recorded now would be promised, and perhaps not be published."""


@dataclass(frozen=True, slots=True, eq=False)
class _Grown:
    """A log at a step: its key, what was published, and the tree over all its entries."""

    log: str
    key: LogKey
    before: LogSize
    tree: TreeHasher


class Publisher:
    """Publishes every election of a database; shared by all threads of a process.

    Args:
        database: the server's.
        folder: of the keys and of the heads.
        seconds: P of §18.7, 0 for a step after each ballot.
        clock: of the server.
    """

    def __init__(self, database: Database, folder: KeyFolder, seconds: int, clock: Clock) -> None:
        self._database = database
        self._heads = Heads(folder.heads)
        self._clock = clock
        self.seconds = seconds
        # The elections whose last step failed: each is tried again until one passes.
        self.stuck: set[str] = set()
        self._is_blind = False  # which steps are due could not be read
        self._is_mute = False  # the head file could not be written
        # The keys of an election never change.
        self.keys = functools.lru_cache(maxsize=KEYS_KEPT)(functools.partial(load_log_keys, folder))

    def publish(self, uuid: str) -> None:
        """Publish what there is now, whatever the clock says.

        Raises:
            DoesNotFollow: the database went back, or the head file was lost; nothing was signed.
            RowDamaged: nothing was signed.
            HeadsUnavailable: nothing was signed.
            KeyUnavailable: nothing was signed.
            DatabaseUnavailable: whether it was published is not known; publish again.
        """
        with self._watched(uuid), self._database.write() as connection:
            self._step(connection, lock_election(connection, uuid))

    @property
    def clock(self) -> Clock:
        """Of the server."""
        return self._clock

    def publish_due(self, uuid: str) -> bool:
        """Publish if a step is due, and tell whether one was: §18.7. Raises what ``publish`` does.

        Several processes may ask at the same moment: one of them steps. Where the last step failed
        here one is made in any case: that alone shows that ballots can be published again.
        """
        with self._watched(uuid), self._database.write() as connection:
            election = lock_election(connection, uuid)
            due = uuid in self.stuck or self._is_due(election, log_sizes(connection, election))
            if due:
                self._step(connection, election)
        return due

    def due(self) -> tuple[str, ...]:
        """Return the numbers of the elections of which a step seems to be due, cheaply.

        Raises:
            DatabaseUnavailable: it is not known; until it is, no ballot is promised here.
        """
        try:
            due = self._seemingly_due(self._clock())
        except Exception:
            self._is_blind = True
            raise
        self._is_blind = False
        return due

    def keep_alive(self) -> None:
        """Have the head file say that a server runs now, once a minute: docs/adr/0016.

        That of an empty database, which waits for a restore, does not speak for the lost one.

        Raises:
            HeadsUnavailable: it does not say so; until it does, no ballot is promised here.
            DatabaseUnavailable: whether there is an election is not known.
        """
        with self._database.read() as connection:
            if connection.scalar(select(ElectionRow.id).limit(1)) is None:
                return
        try:
            self._heads.keep_alive(self._clock())
        except Exception:
            self._is_mute = True
            raise
        self._is_mute = False

    def require_following(self, connection: Connection, election: HeldElection) -> int:
        """Let go on who works on the very database that was published from; return the last stamp.

        Raises:
            DoesNotFollow: it is not, or not surely.
            HeadsUnavailable: that cannot be known.
            NoStep: the election's last step here failed, or none can be made.
            KeyUnavailable: nor can it without the names of the logs.
        """
        keys = self.keys(election.uuid)
        stamp = require_following(connection, election, self._heads, keys)
        if election.uuid in self.stuck or self._is_blind or self._is_mute:
            raise NoStep("no step can be made now")
        return stamp

    def promise(self, uuid: str, event: Event, now: int) -> Promise:
        """Return what may be promised of a ballot's event that is on the board: §20.1.

        Args:
            uuid: of the election.
            event: what the board has.
            now: the server's time, or the last stamp if that is later.
        """
        return Promise.of(self.keys(uuid).board.name, event, promised_until(now, self.seconds))

    def is_unpromised(self, uuid: str) -> bool:
        """Tell whether ballots of an election get no promise, for the stamps are far ahead: §20.1.

        Raises:
            DoesNotFollow: what is published of it is damaged.
            DatabaseUnavailable: that is not known.
        """
        with self._database.read() as connection:
            held = find_election(connection, uuid)
            found = find_published(connection, held)
            if found is None:
                return False
            return is_unpromised(connection, held, found, self._clock(), self.seconds)

    def sign(self, uuid: str, promise: Promise) -> bytes:
        """Return the signed note of a promise: §20.1."""
        return sign_promise(promise, self.keys(uuid).board)

    @contextlib.contextmanager
    def around(self, uuid: str, *, at_once: bool = False) -> Iterator[None]:
        """Let a step of an election's life be gone in the block, and publish it if that is due.

        Args:
            uuid: of an election that is sealed.
            at_once: publish it in any case.

        Raises:
            DoesNotFollow: the database went back: the block is not entered.
            HeadsUnavailable: before the block, or after it: then it is done, and published later.
            KeyUnavailable: before the block.
            DatabaseUnavailable: as ``HeadsUnavailable``.
        """
        with contextlib.suppress(UnknownElection), self._database.read() as connection:
            self.require_following(connection, find_election(connection, uuid))
        yield  # which says in its own words that there is no such election
        if at_once:
            self.publish(uuid)
        else:
            self.publish_due(uuid)

    @contextlib.contextmanager
    def _watched(self, uuid: str) -> Iterator[None]:
        """Remember that a step has failed, whatever it was, until one passes: §18.7.

        Also that the database failed: whoever records a ballot reads other pages than a step.
        """
        try:
            yield
        except UnknownElection:
            self.stuck.discard(uuid)
            raise
        except Exception:
            self.stuck.add(uuid)
            raise
        self.stuck.discard(uuid)

    def _seemingly_due(self, now: int) -> tuple[str, ...]:
        # Where it is not known of one, its step says why.
        def due(connection: Connection, uuid: str | None) -> tuple[str, ...]:
            return due_elections(connection, now, self.seconds, uuid)

        return read_of_all(self._database, due, unread=lambda uuid: (uuid,))

    def _is_due(self, election: HeldElection, sizes: dict[str, LogSize]) -> bool:
        board, journal = sizes[BOARD], sizes[JOURNAL]
        if board.published is None or journal.published is None:
            return True
        grown = (board.size, journal.size) != (board.published.size, journal.published.size)
        stepped_at = board.published.stepped_at
        return is_due(election.state, stepped_at, self._clock(), self.seconds, grown=grown)

    def _step(self, connection: Connection, election: HeldElection) -> None:
        keys, sizes = self.keys(election.uuid), log_sizes(connection, election)
        logs = [_grown(connection, election, keys, log, sizes[log]) for log in (BOARD, JOURNAL)]
        time = step_time(election.state, self._clock(), self.seconds)
        stamp = self._move_heads(connection, election, logs, time)
        rows = list(_rows(election, logs, time, stamp))
        connection.execute(delete(PublishedRow).where(PublishedRow.election_id == election.id))
        connection.execute(insert(PublishedRow), rows)

    def _move_heads(
        self, connection: Connection, election: HeldElection, logs: list[_Grown], time: int
    ) -> int:
        # A stamp is the later of the step's time and the last stamp, also of a database that was
        # put back in time: §18.6.
        stamps = [each.before.published.stamp for each in logs if each.before.published]
        with self._heads.moving() as heads:
            stamp = max(time, 0, *stamps, *(heads.stamp(each.key.name) for each in logs))
            for each in logs:
                head, position = heads.head(each.key.name), each.tree.position()
                verify_follows(connection, election, each.log, each.before, head)
                if head != position:
                    heads.move(each.key.name, position)
                heads.move_stamp(each.key.name, stamp)
                heads.own(each.key.name)
            heads.write_time(self._clock())
        return stamp


def _grown(
    connection: Connection, election: HeldElection, keys: LogKeys, log: str, before: LogSize
) -> _Grown:
    key = keys.board if log == BOARD else keys.journal
    tree = tree_of_entries(connection, election, log, before.published)
    if tree.size != before.size:
        raise PublishedDamaged(election.uuid, f"an entry of its {log} is missing")
    if before.published is not None and not is_signed(before.published, key.verifier_key):
        raise PublishedDamaged(election.uuid, f"the last note of its {log} does not say its row")
    return _Grown(log, key, before, tree)


def _rows(
    election: HeldElection, logs: list[_Grown], time: int, stamp: int
) -> Iterator[dict[str, object]]:
    for each in logs:
        checkpoint = Checkpoint.of(each.key.name, each.tree.position())
        yield {
            **election.place,
            "log": each.log,
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "hashes": b"".join(each.tree.hashes),
            "stamp": stamp,
            "stepped_at": time,
            "note": with_lines_of(sign_stamped(checkpoint, stamp, each.key), each.before.published),
        }
