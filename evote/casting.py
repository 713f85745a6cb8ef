# SPDX-License-Identifier: AGPL-3.0-or-later
"""Casting: the one place that sees an elector and a ballot at once: docs/adr/0010, 0011.

One transaction marks the sign-in and appends the ballot, or does neither. It accepts what the
verifier accepts: docs/protocol.md §9.3, §10.2, §11.1, §19.5.
"""

import contextlib
import functools
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import Connection

from evote.board.appending import NewBallot, append_ballot
from evote.board.hours import KnownHours
from evote.board.reading import (
    OnBoard,
    SealedSetup,
    compare_with_board,
    count_activated,
    count_voted,
    event_of_ballot,
    read_setup,
)
from evote.clock import Clock
from evote.database.connection import Database
from evote.database.elections import HeldElection, State, find_election, lock_election
from evote.database.sharing import SharedWriting
from evote.election.box import read_proper_ballot
from evote.keys import KeyFolder
from evote.pins import judge_sign_in
from evote.publishing.publisher import NOT_PUBLISHED, Publisher
from evote.roll.sign_ins import SignIn, mark_signed_in
from protocol.errors import ProtocolError
from protocol.promises import Promise
from protocol.secret import Secret

SETUPS_KEPT = 64


class Outcome(Enum):
    """What became of a request; ``READY`` answers a pre-check alone."""

    READY = "ready"
    RECORDED = "recorded"
    ALREADY_VOTED = "already_voted"
    CREDENTIAL_USED_BUT_NOT_THIS_SIGN_IN = "credential_used_but_not_this_sign_in"
    NOT_OPEN_YET = "not_open_yet"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    CODE_OR_PIN_WRONG = "code_or_pin_wrong"
    BALLOT_REFUSED = "ballot_refused"


@dataclass(frozen=True, slots=True, eq=False)
class CastRequest:
    """What the booth sends: for which election, who, and the signed ballot as bytes."""

    uuid: str
    sign_in_number: str
    pin: Secret[str]
    ballot: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request to vote.

    Attributes:
        outcome: the answer itself.
        tracker: of a ballot that is on the board.
        promise: the signed note that this ballot will be published: docs/protocol.md §20.1; None
            too where the last stamp is so far ahead that no server may promise what follows it.
        reason: why a ballot was refused.
    """

    outcome: Outcome
    tracker: str | None = None
    promise: bytes | None = None
    reason: str | None = None


class Casting:
    """Takes ballots for every election of a database; shared by all threads of a process."""

    def __init__(
        self, database: Database, folder: KeyFolder, clock: Clock, publisher: Publisher
    ) -> None:
        self._database = database
        self._writing = SharedWriting(database)
        self._folder = folder
        self._clock = clock
        self._publisher = publisher
        self._hours = KnownHours()
        # What was sealed does not change, so it is read once.
        self._setup = functools.lru_cache(maxsize=SETUPS_KEPT)(self._read_setup)

    def pre_check(self, uuid: str, sign_in_number: str, pin: Secret[str]) -> Outcome:
        """Say whether somebody with this sign-in number and PIN could vote now.

        Raises:
            UnknownElection: there is no such election.
            RowDamaged: its row says other hours than those in force, or what no row can.
            DatabaseUnavailable: nothing is known; ask again.
        """

        def work(connection: Connection) -> Outcome:
            election = self._lock(connection, uuid)
            sign_in = self._judge(connection, election, sign_in_number, pin)
            if sign_in is None:
                return Outcome.CODE_OR_PIN_WRONG
            if sign_in.is_used:
                return Outcome.ALREADY_VOTED
            return hours_outcome(election, self._clock()) or Outcome.READY

        return self._writing.do(uuid, work)

    def cast(self, request: CastRequest) -> Answer:
        """Record a ballot, or say why not; what it says is durable: docs/adr/0010.

        Raises:
            UnknownElection: there is no such election.
            RowDamaged: as in ``pre_check``; nothing was recorded.
            DatabaseUnavailable: whether it was recorded is not known; send the same again.
            DoesNotFollow: the database was put back in time; nothing is recorded in it.
            HeadsUnavailable: whether it was is not known; nothing was recorded.
        """
        if not self._writing.do(request.uuid, functools.partial(self._fits, request)):
            return Answer(Outcome.CODE_OR_PIN_WRONG)
        setup = self._setup(request.uuid)
        try:
            proper = read_proper_ballot(request.ballot, setup.context)
        except ProtocolError as cause:
            return Answer(Outcome.BALLOT_REFUSED, reason=str(cause))
        ballot = NewBallot(
            data=proper.data,
            credential=proper.credential.encode(),
            alphas=tuple(alpha.encode() for alpha in proper.alphas),
            tracker=proper.tracker,
        )
        record = functools.partial(self._record, request, setup, ballot)
        done = self._writing.do(request.uuid, record)
        if isinstance(done, Answer):
            return done
        if not self._publisher.seconds:
            self._publish_at_once(request.uuid)
        return Answer(Outcome.RECORDED, ballot.tracker, self._signed(request.uuid, setup, done))

    def _fits(self, request: CastRequest, connection: Connection) -> bool:
        election = self._lock(connection, request.uuid)
        return self._judge(connection, election, request.sign_in_number, request.pin) is not None

    def _record(
        self, request: CastRequest, setup: SealedSetup, ballot: NewBallot, connection: Connection
    ) -> Answer | Promise:
        # What is on the board now, or was before, is promised; the promise is signed afterwards.
        election = self._lock(connection, request.uuid)
        sign_in = self._judge(connection, election, request.sign_in_number, request.pin)
        if sign_in is None:
            return Answer(Outcome.CODE_OR_PIN_WRONG)
        now = self._clock()
        answer = _obstacle(connection, election, setup, sign_in, ballot, now)
        if answer is not None and answer.outcome is not Outcome.RECORDED:
            return answer
        stamp = self._publisher.require_following(connection, election)
        if answer is None:
            event = append_ballot(connection, election, ballot)
            mark_signed_in(connection, election, sign_in.sign_in_number, now)
        else:
            event = event_of_ballot(connection, election, ballot.data)
        return self._publisher.promise(election.uuid, event, max(now, stamp))

    def _signed(self, uuid: str, setup: SealedSetup, promise: Promise) -> bytes | None:
        # A clock that was a year ahead leaves a stamp after which nothing may be promised: what
        # would be signed then convicts by itself (§20.1, §21).
        evote = setup.election.evote
        if evote is None or promise.is_beyond(evote.closes_at):
            return None
        return self._publisher.sign(uuid, promise)

    def _publish_at_once(self, uuid: str) -> None:
        # The ballot is recorded whatever becomes of this; who comes every second tries again.
        with contextlib.suppress(*NOT_PUBLISHED):
            self._publisher.publish_due(uuid)

    def _lock(self, connection: Connection, uuid: str) -> HeldElection:
        election = lock_election(connection, uuid)
        if election.state is State.OPEN:  # in every other state the hours decide nothing
            self._hours.require(connection, election)
        return election

    def _judge(
        self, connection: Connection, election: HeldElection, number: str, pin: Secret[str]
    ) -> SignIn | None:
        keys = self._folder.load(election.uuid)
        return judge_sign_in(connection, election, keys, number, pin, self._clock())

    def _read_setup(self, uuid: str) -> SealedSetup:
        with self._database.read() as connection:
            return read_setup(connection, find_election(connection, uuid))


def hours_outcome(election: HeldElection, now: int) -> Outcome | None:
    """Return why no ballot is taken now, None if it is: §8.3, the hours with their grace."""
    if election.state in (State.DRAFT, State.SEALED):
        return Outcome.NOT_OPEN_YET
    if election.state is State.SUSPENDED:
        return Outcome.SUSPENDED
    if election.state is not State.OPEN or now > election.closes_at + election.grace_seconds:
        return Outcome.CLOSED
    return Outcome.NOT_OPEN_YET if now < election.opens_at else None


def _obstacle(
    connection: Connection,
    election: HeldElection,
    setup: SealedSetup,
    sign_in: SignIn,
    ballot: NewBallot,
    now: int,
) -> Answer | None:
    """Return why this ballot does not enter now, or that it is there already; None if it may."""
    desk = Answer(Outcome.CREDENTIAL_USED_BUT_NOT_THIS_SIGN_IN)
    found = compare_with_board(connection, election, ballot)
    if found.same:
        return Answer(Outcome.RECORDED) if sign_in.is_used else desk
    if sign_in.is_used:
        return Answer(Outcome.ALREADY_VOTED)
    if (outside := hours_outcome(election, now)) is not None:
        return Answer(outside)
    if found.voted:
        return desk
    reason = _refusal(connection, election, found, setup, ballot)
    return None if reason is None else Answer(Outcome.BALLOT_REFUSED, reason=reason)


def _refusal(
    connection: Connection,
    election: HeldElection,
    found: OnBoard,
    setup: SealedSetup,
    ballot: NewBallot,
) -> str | None:
    if ballot.credential not in setup.credentials:
        return "its credential is not in the sealed list (§8.4)"
    if found.revoked:
        return "its credential was replaced (§19.5)"
    if ballot.credential in setup.reserves:
        voted = count_voted(connection, election, setup.reserves)
        if voted >= count_activated(connection, election, setup.reserves):
            return "its credential is a reserve that was not activated (§19.5)"
    if len(set(ballot.alphas)) < len(ballot.alphas):
        return "two of its choices share an α (§11.1)"
    if found.alpha:
        return "it repeats a part of another ballot (§11.1)"
    return None
