# SPDX-License-Identifier: AGPL-3.0-or-later
"""Works of several threads in one transaction, so that they wait for the disk once: docs/adr/0010.

Who comes while a transaction is on its way waits. Whoever then has the turn does the works of all
who wait, one after the other, and commits; nobody is answered before that commit.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from evote.database.connection import Database, DatabaseUnavailable

T = TypeVar("T")
# Subjects share this many turns; works are done together only if they are of one subject.
TURNS: Final = 64
MOST_TOGETHER: Final = 16


class SharedWriting:
    """Writes to a database; shared by all threads of a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turns = tuple(Turn() for _ in range(TURNS))

    def do(self, subject: str, work: Callable[[Connection], T]) -> T:
        """Do ``work``, alone or with others of its subject; what it returns is durable.

        It sees what those before it have changed. What it raises undoes its own changes only.

        Raises:
            DatabaseUnavailable: nothing of it is there, or, if the commit itself was interrupted,
                perhaps all of it.
        """
        turn, mine = self.turn(subject), _Work(subject, work)
        turn.enter(mine)
        with turn.lock:
            while mine.outcome is None:  # others came before, or an earlier leader took it along
                self._together(turn.take(subject))
        return cast("T", mine.outcome())

    def turn(self, subject: str) -> "Turn":
        """Return where works of this subject wait."""
        return self._turns[hash(subject) % TURNS]

    def _together(self, works: Sequence["_Work"]) -> None:
        # An interruption, too, leaves an outcome to those who wait: that nothing is known.
        outcomes: list[Callable[[], object]] = [_unknown] * len(works)
        try:
            with self._database.write() as connection:
                done = [_outcome(connection, work, len(works)) for work in works]
            outcomes = done  # not before the commit
        except DatabaseUnavailable as cause:
            outcomes = [_unavailable(cause)] * len(works)
        except Exception as cause:  # noqa: BLE001 (it is raised to each who waits)
            outcomes = [_raising(cause)] * len(works)
        finally:
            for work, outcome in zip(works, outcomes, strict=True):
                work.outcome = outcome


class _Work:
    """What one thread wants done, and, once it is done, what that thread gets."""

    def __init__(self, subject: str, do: Callable[[Connection], object]) -> None:
        self.subject = subject
        self.do = do
        self.outcome: Callable[[], object] | None = None


class Turn:
    """Those who wait, and the lock of the one who leads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._waiting: list[_Work] = []
        self._list = threading.Lock()

    def count(self) -> int:
        """Return how many wait that nobody has taken along."""
        with self._list:
            return len(self._waiting)

    def enter(self, work: _Work) -> None:
        """Wait, to be taken along."""
        with self._list:
            self._waiting.append(work)

    def take(self, subject: str) -> Sequence[_Work]:
        """Give those of this subject, the first to come first; they wait no more."""
        with self._list:
            taken = [work for work in self._waiting if work.subject == subject][:MOST_TOGETHER]
            self._waiting = [work for work in self._waiting if work not in taken]
            return taken


def _outcome(connection: Connection, work: _Work, together: int) -> Callable[[], object]:
    if together == 1:
        result = work.do(connection)  # what it raises ends the transaction
        return lambda: result
    try:
        with connection.begin_nested():
            result = work.do(connection)
    except IntegrityError as cause:
        return _raising(cause)
    except DBAPIError:
        raise  # of the connection: nobody's work is done
    except Exception as cause:  # noqa: BLE001 (it is raised to whom it belongs)
        return _raising(cause)
    return lambda: result


def _raising(cause: Exception) -> Callable[[], object]:
    def outcome() -> object:
        raise cause

    return outcome


def _unavailable(cause: DatabaseUnavailable) -> Callable[[], object]:
    def outcome() -> object:
        # Anew for each thread: an exception that several raise has their traces mixed.
        raise DatabaseUnavailable(*cause.args) from cause

    return outcome


def _unknown() -> object:
    raise DatabaseUnavailable("whoever wrote this together with others was interrupted")
