# SPDX-License-Identifier: AGPL-3.0-or-later
"""Any sequence of steps of an election's life, against a model: ADR 13, docs/protocol.md §19.

Whatever the model allows is done, whatever it does not is refused and changes nothing; and the
record after every step passes the verifier, each beside the one before it.
"""

from __future__ import annotations

import contextlib
import functools
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from audit.cli import main as audit_main
from evote.casting import CastRequest, Outcome
from evote.database.connection import open_database
from evote.database.elections import State
from evote.election.desk_messages import ContestedMessage, ReissueMessage
from evote.errors import Refusal
from evote.lifecycle.amending import NewHours, prepare_hours, take_amendment
from evote.lifecycle.cancelling import cancel_election
from evote.lifecycle.counting import decryptions_of, take_decryptions, tally_votes
from evote.lifecycle.desk import contest_vote, reissue_code
from evote.lifecycle.voting import (
    archive_election,
    note_incident,
    open_vote,
    resume_vote,
    suspend_vote,
)
from protocol.ceremony import Member
from protocol.codes import sign_in_number
from protocol.credentials import public_credential
from tests.db.amending import signed
from tests.db.hosted_again import host_again
from tests.db.postgresql import Server
from tests.db.school import NOON, ManualClock, School, make_election
from tests.simulator import CLOSES_AT, OPENS_AT

PARENTS, RESERVES = 3, 3
ELECTION = make_election(electors=PARENTS)
PERSONS = (Member("Aïcha Ben Ali", "directrice"), Member("Bruno Carré", "enseignant"))
parents = st.integers(0, PARENTS - 1)
TAKING = (State.OPEN, State.SUSPENDED)
BEFORE_CLOSING = (State.SEALED, *TAKING)
ENDED = (State.CLOSED, State.TALLIED, State.ARCHIVED, State.CANCELLED)


@functools.cache
def ballot(code: int) -> bytes:
    return ELECTION.cast(code, code % 2).encode()


class LifecycleMachine(RuleBasedStateMachine):
    """``code_of`` is who has which code, ``voted`` who has voted; ``closes_at`` is in force."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(OPENS_AT - 600)
        self.state = State.SEALED
        self.closes_at = CLOSES_AT
        self.code_of = dict(enumerate(range(PARENTS)))
        self.voted: set[int] = set()
        self.reissued = 0
        self.decrypted: set[int] = set()
        self.records: list[dict[str, bytes]] = []
        self.opened = new_school(self.clock)
        self.school = self.opened.__enter__()
        self.keep()

    def teardown(self) -> None:
        try:
            verify(self.records)
        finally:
            self.opened.__exit__(None, None, None)

    def keep(self) -> None:
        self.records.append(self.school.record())

    def step(self, work: Callable[[], object], *, allowed: bool) -> None:
        """Do what the model allows; see that what it does not is refused and changes nothing."""
        if allowed:
            work()
        else:
            before = self.school.record()
            with pytest.raises(Refusal):
                work()
            assert self.school.record() == before
        assert self.school.held().state is self.state or allowed
        self.keep()

    def before_closing_time(self) -> bool:
        return self.clock.time // 60 < self.closes_at // 60

    @initialize(early=st.booleans())
    def begin(self, early: bool) -> None:  # noqa: FBT001 -- hypothesis gives it
        """Most stories begin with an open vote."""
        if not early:
            self.open()
            self.clock.time = NOON

    @rule(minutes=st.integers(1, 200))
    def let_time_pass(self, minutes: int) -> None:
        self.clock.time += 60 * minutes + 7

    @precondition(lambda self: self.voted or self.state in (State.SEALED, State.SUSPENDED))
    @rule()
    def come_to_the_end(self) -> None:
        self.clock.time = max(self.clock.time, self.closes_at + 301)

    @rule()
    def open(self) -> None:
        allowed = self.state is State.SEALED and self.before_closing_time()
        signatures = ELECTION.setup_signatures.encode()
        self.step(
            lambda: open_vote(self.school.database, ELECTION.uuid, signatures, self.clock),
            allowed=allowed,
        )
        self.state = State.OPEN if allowed else self.state

    @rule()
    def suspend(self) -> None:
        allowed = self.state is State.OPEN
        self.step(
            lambda: suspend_vote(self.school.database, ELECTION.uuid, "Panne", self.clock),
            allowed=allowed,
        )
        self.state = State.SUSPENDED if allowed else self.state

    @precondition(lambda self: self.state is not State.OPEN)
    @rule()
    def resume(self) -> None:
        allowed = self.state is State.SUSPENDED
        self.step(
            lambda: resume_vote(self.school.database, ELECTION.uuid, "Finie", self.clock),
            allowed=allowed,
        )
        self.state = State.OPEN if allowed else self.state

    @rule()
    def note(self) -> None:
        self.step(
            lambda: note_incident(self.school.database, ELECTION.uuid, "Une note", self.clock),
            allowed=True,
        )

    @rule(parent=parents)
    def cast(self, parent: int) -> None:
        code = self.code_of[parent]
        number = sign_in_number(ELECTION.uuid, ELECTION.codes[code])
        request = CastRequest(ELECTION.uuid, number, self.school.pin(parent), ballot(code))
        within = OPENS_AT <= self.clock.time <= self.closes_at + 300
        answer = self.school.casting.cast(request)
        recorded = parent in self.voted or (self.state is State.OPEN and within)
        assert (answer.outcome is Outcome.RECORDED) == recorded
        if recorded:
            self.voted.add(parent)
        self.keep()

    @rule(parent=parents)
    def reissue(self, parent: int) -> None:
        left = self.reissued < RESERVES
        allowed = self.state in BEFORE_CLOSING and parent not in self.voted and left
        after = PARENTS + min(self.reissued, RESERVES - 1)
        before = self.code_of[parent]
        message = ReissueMessage(
            ELECTION.uuid,
            public_credential(ELECTION.private_credentials[before]),
            sign_in_number(ELECTION.uuid, ELECTION.codes[before]),
            sign_in_number(ELECTION.uuid, ELECTION.codes[after]),
        )
        school = self.school
        self.step(
            lambda: reissue_code(school.database, school.folder, message, self.clock),
            allowed=allowed,
        )
        if allowed:
            self.reissued += 1
            self.code_of[parent] = after
            school.deliver_pins()

    @rule(parent=parents)
    def contest(self, parent: int) -> None:
        number = sign_in_number(ELECTION.uuid, ELECTION.codes[self.code_of[parent]])
        voted = parent in self.voted
        message = ContestedMessage(ELECTION.uuid, (number,), credential_used=voted)
        since_opening = self.state in (*TAKING, State.CLOSED, State.TALLIED)
        self.step(
            lambda: contest_vote(self.school.database, message, self.clock),
            allowed=since_opening and voted,
        )

    @rule(hours=st.integers(1, 30))
    def change_hours(self, hours: int) -> None:
        closes_at = self.clock.time + 3600 * hours
        allowed = self.state in BEFORE_CLOSING and self.before_closing_time()
        allowed = allowed and closes_at > OPENS_AT and closes_at != self.closes_at
        database, uuid = self.school.database, ELECTION.uuid

        def amend() -> None:
            asked = NewHours(closes_at=closes_at)
            message = prepare_hours(database, uuid, asked, "Panne", self.clock)
            few = {"1": signed(self.school, message, 1)}
            with pytest.raises(Refusal, match="il en faut 2"):
                take_amendment(database, uuid, few, self.clock)
            take_amendment(database, uuid, few | {"3": signed(self.school, message, 3)}, self.clock)

        self.step(amend, allowed=allowed)
        self.closes_at = closes_at if allowed else self.closes_at

    @precondition(lambda self: self.clock.time > self.closes_at - 3600 or self.state in ENDED)
    @rule()
    def close(self) -> None:
        allowed = self.state in TAKING and self.clock.time > self.closes_at + 300
        self.step(self.school.close, allowed=allowed)
        self.state = State.CLOSED if allowed else self.state

    @precondition(lambda self: self.state is State.CLOSED)
    @rule(trustees=st.sets(st.integers(1, 3), min_size=1))
    def decrypt(self, trustees: set[int]) -> None:
        files = {f"file {trustee}": self.school.decryption(trustee) for trustee in trustees}
        known = take_decryptions(self.school.database, ELECTION.uuid, files)
        self.decrypted |= trustees
        assert (len(known.here), known.rejected) == (len(self.decrypted), ())
        again = decryptions_of(self.school.database, ELECTION.uuid)
        assert again.here == known.here
        self.keep()

    @precondition(lambda self: self.state in ENDED)
    @rule()
    def tally(self) -> None:
        allowed = self.state is State.CLOSED and len(self.decrypted) >= 2
        self.step(
            lambda: tally_votes(self.school.database, ELECTION.uuid, self.clock), allowed=allowed
        )
        self.state = State.TALLIED if allowed else self.state

    @precondition(lambda self: self.state in ENDED)
    @rule()
    def archive(self) -> None:
        allowed = self.state is State.TALLIED
        self.step(
            lambda: archive_election(self.school.database, ELECTION.uuid, self.clock),
            allowed=allowed,
        )
        self.state = State.ARCHIVED if allowed else self.state

    @rule(parent=parents)
    def go_on(self, parent: int) -> None:
        """Take the usual next step, so that stories come to their end."""
        if self.state is State.SEALED:
            self.open()
        elif self.state is State.SUSPENDED:
            self.resume()
        elif self.state is State.OPEN and parent not in self.voted:
            self.cast(parent)
        elif self.state is State.OPEN:
            self.come_to_the_end()
            self.close()
        elif self.state is State.CLOSED and len(self.decrypted) < 2:
            self.decrypt({parent + 1})
        elif self.state is State.CLOSED:
            self.tally()
        else:
            self.archive()

    go_on_again = go_on
    go_further = go_on

    @rule(chance=st.integers(0, 7))
    def cancel(self, chance: int) -> None:
        allowed = self.state in (*BEFORE_CLOSING, State.CLOSED)
        if allowed and chance:  # otherwise nearly every story would end here
            return
        self.step(
            lambda: cancel_election(
                self.school.database, ELECTION.uuid, "Une liste oubliée", PERSONS, self.clock
            ),
            allowed=allowed,
        )
        self.state = State.CANCELLED if allowed else self.state


TEMPLATE: list[Path | Server] = []


def verify(records: list[dict[str, bytes]]) -> None:
    """Every record passes, beside the one before it; those that repeat another are left out."""
    distinct = [new for old, new in zip([{}, *records], records, strict=False) if old != new]
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / str(number) for number in range(len(distinct))]
        for folder, files in zip(folders, distinct, strict=True):
            folder.mkdir()
            for file, data in files.items():
                (folder / file).write_bytes(data)
        for folder, before in zip(folders, [None, *folders], strict=False):
            since = [] if before is None else ["--since", str(before)]
            said = io.StringIO()
            with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
                status = audit_main(["verify", str(folder), *since])
            assert status == 0, said.getvalue()


@contextmanager
def new_school(clock: ManualClock) -> Iterator[School]:
    """A new database with a sealed election."""
    with tempfile.TemporaryDirectory() as name:
        folder, template = Path(name), TEMPLATE[-1]
        if isinstance(template, Path):
            url = f"sqlite:///{folder / 'preau.db'}"
            shutil.copy(template, folder / "preau.db")
        else:
            template.empty("preau")
            url = template.url("preau")
        database = open_database(url)
        try:
            yield host_again(database, folder / "keys", ELECTION, clock, opened=False)
        finally:
            database.close()


@pytest.mark.parametrize(
    "kind", ["migrated_file", pytest.param("postgresql", marks=pytest.mark.db)]
)
def test_a_lifecycle_does_what_the_model_says(request: pytest.FixtureRequest, kind: str) -> None:
    TEMPLATE.append(request.getfixturevalue(kind))
    # A new database, and each closing, take a tenth of a second or more.
    examples = max(4, settings().max_examples // (6 if kind == "migrated_file" else 12))
    run_state_machine_as_test(
        LifecycleMachine, settings=settings(max_examples=examples, stateful_step_count=25)
    )
