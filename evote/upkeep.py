# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done without being asked: messages, sign-ins rewritten, votes closed, steps published.

Each part by itself: one that fails is said and tried again, and holds up no other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from evote.board.hours import HoursDamaged, KnownHours
from evote.board.published import DoesNotFollow
from evote.clock import Clock, SteadyClock, steady_clock
from evote.clock_watch import ClockWatch
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import RowDamaged, find_election
from evote.errors import Refusal, kind_and_place
from evote.heads import HeadsUnavailable
from evote.keys import KeyFolder, KeyUnavailable
from evote.lifecycle.closing import close_vote, due_votes, is_over, votes_going_on
from evote.lifecycle.states import NotNow
from evote.messages import MessageDamaged
from evote.outbox import FileTransport, KeptBack, TransportFailed, deliver
from evote.publishing.publisher import NOT_PUBLISHED, NoStep, Publisher
from evote.sign_in_rewriting import is_due, rewrite_sign_ins
from evote.witnessing.asking import WitnessAhead, WitnessSilent
from evote.witnessing.cosigning import Cosigning, Missed


class Trouble(Enum):
    """What keeps a part from being done, in the words of the server's log."""

    NO_ANSWER = "the database does not answer"
    UNANSWERED = "the database does not answer for {uuid}: a damaged page, a full disk, or too busy"
    NO_KEY = "the key of an election is missing"
    NOT_CLOSED = "the vote {uuid} cannot be closed: {cause}"
    UNREAD = "the vote {uuid}, whose hour is over, stays open: the database does not answer for it"
    OTHER_HOURS = "other hours than those in force in the row of {uuid} ({cause}): no ballot taken"
    LETTER_DAMAGED = "a message of {uuid} does not open, for a row is damaged: {cause}"
    NO_LETTER_KEY = "the key of {uuid} is missing, or another one: its messages wait"
    NO_OUTBOX = "a letter could not be written to PREAU_OUTBOX_FOLDER: it waits"
    CLOCK_JUMPED = "the clock jumped {cause} ahead: the vote {uuid} is not closed for an hour"
    UNPROMISED = "the clock was far ahead: ballots of {uuid} are recorded without a promise"
    NOT_REWRITTEN = "sign-ins not rewritten yet"
    SILENT = "the witness {witness} ({cause}) does not answer"
    REFUSING = "the witness {witness} ({cause}) does not co-sign {uuid}"
    AHEAD = "the witness {witness} says ({cause}) it co-signed more of {uuid} than is published"
    DAMAGED = "a row of the election {uuid} is damaged, nothing of it is published: {cause}"
    NO_HEADS = "the head file cannot be used: nothing is published, and no ballot is taken"
    NO_HEAD = "the head of {uuid} cannot be read or moved: none of it is published, no ballot taken"
    NO_LOG_KEY = "the log keys of {uuid} are missing: nothing of it is published, no ballot taken"
    NO_STEP = "the database fails in the step of {uuid}: none of it is published, no ballot taken"
    UNFORESEEN = "the step of {uuid} fails ({cause}): nothing of it is published, no ballot taken"
    NOT_FOLLOWING = "not the database that was published from, no ballot is taken: {cause}"
    UNDONE = "a part of the upkeep fails ({cause}), and is tried again"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that could not be done.

    Attributes:
        trouble: which.
        uuid: of the election, with its log where a witness is asked; empty for all.
        cause: of a vote that stays open, or of steps that do not follow; which column is damaged;
            how far a clock jumped.
        missed: of a witness that did not co-sign, its name and why.
    """

    trouble: Trouble
    uuid: str = ""
    cause: str = ""
    missed: Missed | None = None

    def __str__(self) -> str:
        """Return the line of the log."""
        if self.missed is None:
            return self.trouble.value.format(uuid=self.uuid, cause=self.cause)
        witness, cause = self.missed.witness, self.missed.cause
        return self.trouble.value.format(uuid=self.uuid, witness=witness, cause=cause)


def fault_of(cause: Exception) -> Fault:
    """Return what the log says of one of ``NOT_PUBLISHED``."""
    if isinstance(cause, DoesNotFollow):
        return Fault(Trouble.NOT_FOLLOWING, cause.uuid, str(cause))
    if isinstance(cause, HoursDamaged):
        return Fault(Trouble.OTHER_HOURS, cause.uuid, cause.column)
    if isinstance(cause, MessageDamaged):
        return Fault(Trouble.LETTER_DAMAGED, cause.uuid, cause.column)
    if isinstance(cause, RowDamaged):
        return Fault(Trouble.DAMAGED, cause.uuid, cause.column)
    if isinstance(cause, HeadsUnavailable):
        return Fault(Trouble.NO_HEADS)
    return Fault(Trouble.NO_KEY if isinstance(cause, KeyUnavailable) else Trouble.NO_ANSWER)


def _fault_in(uuid: str, error: Exception, unforeseen: Trouble) -> Fault:
    """Return what the log says of whatever failed in a step, or in the closing, of an election."""
    if isinstance(error, NoStep):  # why, its step has said
        return Fault(unforeseen, uuid, kind_and_place(error))
    if isinstance(error, DatabaseUnavailable):  # as of a damaged page, where the others are read
        return Fault(Trouble.UNANSWERED, uuid)
    if isinstance(error, HeadsUnavailable):
        return Fault(Trouble.NO_HEAD, uuid)
    if isinstance(error, KeyUnavailable):
        return Fault(Trouble.NO_LOG_KEY, uuid)
    if isinstance(error, NOT_PUBLISHED):
        return fault_of(error)
    return Fault(unforeseen, uuid, kind_and_place(error))


def _fault_of_letters(uuid: str, error: Exception) -> Fault:
    """Return what the log says of whatever kept messages of an election back."""
    if isinstance(error, DatabaseUnavailable):
        return Fault(Trouble.UNANSWERED, uuid)
    if isinstance(error, KeyUnavailable):
        return Fault(Trouble.NO_LETTER_KEY, uuid)
    if isinstance(error, RowDamaged):
        return fault_of(error)
    if isinstance(error, TransportFailed):
        return Fault(Trouble.NO_OUTBOX)
    return Fault(Trouble.UNDONE, cause=kind_and_place(error))


def going_on(step: Callable[[], Iterator[Fault]]) -> Iterator[Fault]:
    """Take a step, and yield what it yields; a failure that nobody has foreseen is the last."""
    try:
        yield from step()
    except NOT_PUBLISHED as cause:
        yield fault_of(cause)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the next step is taken
        yield Fault(Trouble.UNDONE, cause=kind_and_place(error))


class Steps:
    """The steps of every election, each when it is due; several processes may look every second."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def step(self) -> Iterator[Fault]:
        """Publish what is due now; yield what could not be published."""
        try:
            self._publisher.keep_alive()
        except (HeadsUnavailable, DatabaseUnavailable) as cause:
            yield fault_of(cause)
        try:
            due = self._publisher.due()
        except DatabaseUnavailable as cause:
            yield fault_of(cause)
            return
        for uuid in dict.fromkeys((*due, *sorted(self._publisher.stuck))):
            try:
                self._publisher.publish_due(uuid)
            except DatabaseUnavailable:  # as of a damaged page, where others are read
                yield Fault(Trouble.NO_STEP, uuid)
                continue
            except Exception as error:  # noqa: BLE001 -- whatever it is, it stops no other election
                yield _fault_in(uuid, error, Trouble.UNFORESEEN)
                continue
            try:
                if self._publisher.is_unpromised(uuid):
                    yield Fault(Trouble.UNPROMISED, uuid)
            except Exception as error:  # noqa: BLE001 -- as above; its step has passed
                yield _fault_in(uuid, error, Trouble.UNFORESEEN)


class Cosignatures:
    """What one witness co-signs of every election."""

    def __init__(self, cosigning: Cosigning) -> None:
        self._cosigning = cosigning

    def step(self) -> Iterator[Fault]:
        """Ask what is to be asked now; yield what was not co-signed."""
        try:
            for missed in self._cosigning.step():
                uuid, log = missed.place
                if isinstance(missed.cause, WitnessSilent):
                    yield Fault(Trouble.SILENT, uuid, missed=missed)
                    continue
                ahead = isinstance(missed.cause, WitnessAhead)
                trouble = Trouble.AHEAD if ahead else Trouble.REFUSING
                yield Fault(trouble, f"{uuid}/{log}", missed=missed)
        except NOT_PUBLISHED as cause:
            yield fault_of(cause)


class Upkeep:
    """The upkeep of one server; several processes may do it at once.

    Args:
        database: the server's.
        keys: the folder of its keys.
        outbox: where messages are written; without it they wait.
        clock: of the server.
        publisher: of the server.
        steady: with which the clock is compared, before it closes a vote.
    """

    def __init__(
        self,
        database: Database,
        keys: KeyFolder,
        outbox: Path | None,
        clock: Clock,
        publisher: Publisher,
        steady: SteadyClock = steady_clock,
    ) -> None:
        self._database = database
        self._keys = keys
        self._watch = ClockWatch(clock, steady)
        self._publisher = publisher
        self._outbox = outbox
        self._clock = clock
        self._hours = KnownHours()
        # A rewriting that a stop has prevented is made up for at the start: docs/adr/0011.
        self._rewritten: int | None = None

    def step(self) -> Iterator[Fault]:
        """Do what is due now; yield what could not be done."""
        for part in (self._close, self._rewrite, self._deliver):
            yield from going_on(part)

    def _close(self) -> Iterator[Fault]:
        moment = self._watch.look()
        without_hours = {fault.uuid: fault for fault in self._compare_hours(moment.sure)}
        yield from without_hours.values()
        due = [each for each in due_votes(self._database, moment.sure) if each not in without_hours]
        if moment.ahead:
            jumped = f"{moment.ahead // 60} min"
            seeming = set(due_votes(self._database, moment.said))
            for uuid in seeming - {*due} - without_hours.keys():
                yield Fault(Trouble.CLOCK_JUMPED, uuid, jumped)
        for uuid in due:
            try:
                with self._publisher.around(uuid):
                    if not close_vote(self._database, uuid, self._clock).separated:
                        self._rewritten = None
            except NotNow as refusal:
                # Another process may have closed it at the same moment, or its hours are others.
                if is_over(self._database, uuid, moment.sure):
                    yield Fault(Trouble.NOT_CLOSED, uuid, str(refusal))
            except Refusal as refusal:
                yield Fault(Trouble.NOT_CLOSED, uuid, str(refusal))
            except DatabaseUnavailable:
                yield self._unanswered(uuid, moment.sure)
            except Exception as error:  # noqa: BLE001 -- whatever it is, the others are closed
                yield _fault_in(uuid, error, Trouble.NOT_CLOSED)

    def _compare_hours(self, now: int) -> Iterator[Fault]:
        """Yield each vote whose hours are not known to be those in force: they close none."""
        for uuid in votes_going_on(self._database):
            try:
                with self._database.snapshot() as connection:
                    self._hours.require(connection, find_election(connection, uuid))
            except DatabaseUnavailable:
                yield self._unanswered(uuid, now)
            except Exception as error:  # noqa: BLE001 -- its hours are not known
                yield _fault_in(uuid, error, Trouble.NOT_CLOSED)

    def _unanswered(self, uuid: str, now: int) -> Fault:
        """Return what is said of this vote alone; raises where the database answers for none."""
        seen_over = is_over(self._database, uuid, now)
        return Fault(Trouble.UNREAD if seen_over else Trouble.UNANSWERED, uuid)

    def _rewrite(self) -> Iterator[Fault]:
        now = self._clock()
        if not is_due(self._rewritten, now):
            return
        try:
            if rewrite_sign_ins(self._database, now).log_dropped:
                self._rewritten = now
                return
        except DatabaseUnavailable:  # such as a full disk: nothing else says what is not done
            pass
        yield Fault(Trouble.NOT_REWRITTEN)

    def _deliver(self) -> Iterator[Fault]:
        if self._outbox is None:
            return
        try:
            deliver(self._database, self._keys, FileTransport(self._outbox), self._clock())
        except KeptBack as some:
            yield from dict.fromkeys(_fault_of_letters(each.uuid, each.cause) for each in some.kept)
