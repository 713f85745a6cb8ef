# SPDX-License-Identifier: AGPL-3.0-or-later
"""Any sequence of requests, against a model of five lines: docs/adr/0010."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from evote.casting import CastRequest, Outcome
from evote.database.connection import open_database
from evote.database.elections import State, lock_election, set_state
from evote.sign_in_rewriting import rewrite_sign_ins
from protocol.board import read_board
from protocol.board_checks import verify_ballots
from tests.db.hosted_again import host_again
from tests.db.postgresql import Server
from tests.db.school import NOON, ManualClock, School, make_election
from tests.simulator import CLOSES_AT, OPENS_AT

PARENTS = 3
ELECTION = make_election(electors=PARENTS)
parents = st.integers(0, PARENTS - 1)


@functools.cache
def ballot(parent: int, version: int) -> bytes:
    return ELECTION.cast(parent, version, f"version {version}").encode()


class CastingMachine(RuleBasedStateMachine):
    """``marked`` and ``board`` are all that the model knows."""

    school: School

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.marked: set[int] = set()
        self.board: list[tuple[int, int]] = []
        self.state = State.OPEN
        self.opened = new_school(self.clock)
        self.school = self.opened.__enter__()

    def teardown(self) -> None:
        self.opened.__exit__(None, None, None)

    def expected(self, signer: int, voter: int, version: int) -> Outcome:
        if (voter, version) in self.board:
            return Outcome.RECORDED if signer in self.marked else DESK
        if signer in self.marked:
            return Outcome.ALREADY_VOTED
        if self.state is not State.OPEN or self.clock.time > CLOSES_AT + 300:
            return Outcome.SUSPENDED if self.state is State.SUSPENDED else Outcome.CLOSED
        if self.clock.time < OPENS_AT:
            return Outcome.NOT_OPEN_YET
        return DESK if voter in {each for each, _ in self.board} else Outcome.RECORDED

    @rule(signer=parents, voter=parents, version=st.integers(0, 1))
    def cast(self, signer: int, voter: int, version: int) -> None:
        expected = self.expected(signer, voter, version)
        answer = self.school.cast(signer, ballot(voter, version))
        assert answer.outcome is expected
        if expected is Outcome.RECORDED and (voter, version) not in self.board:
            self.board.append((voter, version))
            self.marked.add(signer)

    @rule(signer=parents, voter=parents)
    def cast_with_anothers_pin(self, signer: int, voter: int) -> None:
        pin = self.school.pin((signer + 1) % PARENTS)
        request = CastRequest(ELECTION.uuid, self.school.number(signer), pin, ballot(voter, 0))
        with self.school.database.write() as connection:  # tries are another test's matter
            connection.exec_driver_sql("UPDATE sign_in SET wrong_pins = 0")
            connection.exec_driver_sql("UPDATE pin_watch SET wrong_pins = 0")
        assert self.school.casting.cast(request).outcome is Outcome.CODE_OR_PIN_WRONG

    @rule(parent=parents)
    def pre_check(self, parent: int) -> None:
        school = self.school
        outcome = school.casting.pre_check(school.uuid, school.number(parent), school.pin(parent))
        if parent in self.marked:
            assert outcome is Outcome.ALREADY_VOTED
        else:
            assert (outcome is Outcome.READY) == (
                self.state is State.OPEN and OPENS_AT <= self.clock.time <= CLOSES_AT + 300
            )

    @rule(time=st.sampled_from([OPENS_AT - 1, OPENS_AT, NOON, CLOSES_AT + 300, CLOSES_AT + 301]))
    def let_time_pass(self, time: int) -> None:
        self.clock.time = time

    @rule(state=st.sampled_from([State.OPEN, State.SUSPENDED, State.CLOSED]))
    def change_state(self, state: State) -> None:
        with self.school.database.write() as connection:
            set_state(connection, lock_election(connection, ELECTION.uuid), state)
        self.state = state

    @rule()
    def rewrite(self) -> None:
        assert rewrite_sign_ins(self.school.database, NOON).rows == PARENTS

    @invariant()
    def sign_ins_are_ballots(self) -> None:
        assert self.school.counts() == (len(self.board), len(self.marked))


DESK = Outcome.CREDENTIAL_USED_BUT_NOT_THIS_SIGN_IN
TEMPLATE: list[Path | Server] = []


@contextmanager
def new_school(clock: ManualClock) -> Iterator[School]:
    """A new database with an open election, and a look at its whole board at the end."""
    with tempfile.TemporaryDirectory() as name:
        folder, template = Path(name), TEMPLATE[-1]
        if isinstance(template, Path):
            url = f"sqlite:///{folder / 'preau.db'}"
            shutil.copy(template, folder / "preau.db")
        else:
            template.empty("preau")
            url = template.url("preau")
        school = host_again(open_database(url), folder / "keys", ELECTION, clock)
        try:
            yield school
            (folder / "board.bel").write_bytes(school.archive())
            with (folder / "board.bel").open("rb") as stream:
                board = read_board(stream)
                assert verify_ballots(board).num_tallied == board.ballot_count
        finally:
            school.database.close()


@pytest.mark.parametrize(
    "kind", ["migrated_file", pytest.param("postgresql", marks=pytest.mark.db)]
)
def test_casting_does_what_the_model_says(request: pytest.FixtureRequest, kind: str) -> None:
    TEMPLATE.append(request.getfixturevalue(kind))
    # A new database and each rewriting take PostgreSQL a tenth of a second.
    examples = max(4, settings().max_examples // (5 if kind == "migrated_file" else 20))
    run_state_machine_as_test(
        CastingMachine, settings=settings(max_examples=examples, stateful_step_count=20)
    )
