# SPDX-License-Identifier: AGPL-3.0-or-later
"""PINs: one answer and the same work, tries that survive restarts, a ceiling: docs/adr/0010."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from evote.casting import Casting, Outcome
from evote.database.connection import Database
from evote.database.elections import lock_election
from evote.keys import ElectionKeys
from evote.messages import Message
from evote.outbox import deliver
from evote.pins import TRIES, TRIES_WHEN_MANY_FAIL, new_pin, renew_pin
from evote.roll.electors import NoSuchElector
from protocol.secret import Secret
from tests.db.conftest import ELECTION
from tests.db.hosted_again import host_again
from tests.db.school import Letterbox, ManualClock, School
from tests.rng import seeded_rng

WRONG = Secret("000000")


def guess(school: School, elector: int, pin: Secret[str] = WRONG) -> Outcome:
    return school.casting.pre_check(school.uuid, school.number(elector), pin)


def renew(school: School, elector: int) -> None:
    with school.database.write() as connection:
        held = lock_election(connection, school.uuid)
        renew_pin(connection, held, school.folder.load(school.uuid), elector + 1)
    letters = Letterbox()
    assert deliver(school.database, school.folder, letters, 0) == 1
    school.pins.update(letters.pins)


def test_an_unknown_code_and_a_wrong_pin_cost_the_same(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: Counter[str] = Counter()
    mac = ElectionKeys.mac

    def counted_mac(self: ElectionKeys, parts: tuple[str | int, ...]) -> bytes:
        work["mac"] += 1
        return mac(self, parts)

    def counted_statement(*arguments: object) -> None:
        work[str(arguments[2])] += 1

    # The first answer of a process, to whoever, compares the hours with those that were sealed.
    assert school.casting.pre_check(school.uuid, school.number(1), school.pin(1)) is Outcome.READY
    monkeypatch.setattr(ElectionKeys, "mac", counted_mac)
    event.listen(school.database.engine, "before_cursor_execute", counted_statement)
    done = []
    for number, pin in (
        ("0" * 32, school.pin(0)),
        (school.number(0), WRONG),
        ("", school.pin(0)),
        ("é" * 4000, Secret("x" * 4000)),
    ):
        work.clear()
        outcome = school.casting.pre_check(school.uuid, number, pin)
        assert outcome is Outcome.CODE_OR_PIN_WRONG
        done.append(Counter(work))
    assert done[0]["mac"] == 1
    assert all(each == done[0] for each in done)
    for _ in range(TRIES):
        guess(school, 1)
    work.clear()
    assert guess(school, 1, school.pin(1)) is Outcome.CODE_OR_PIN_WRONG
    assert work == done[0]


def test_tries_are_used_up_and_survive_a_restart(school: School) -> None:
    for _ in range(TRIES - 1):
        assert guess(school, 0) is Outcome.CODE_OR_PIN_WRONG
    assert guess(school, 0, school.pin(0)) is Outcome.READY
    guess(school, 0)
    restarted = Casting(school.database, school.folder, school.clock, school.publisher)
    outcome = restarted.pre_check(school.uuid, school.number(0), school.pin(0))
    assert outcome is Outcome.CODE_OR_PIN_WRONG
    assert school.cast(0).outcome is Outcome.CODE_OR_PIN_WRONG
    assert guess(school, 1, school.pin(1)) is Outcome.READY


def test_a_new_pin_has_all_its_tries_and_the_one_before_is_void(school: School) -> None:
    before = school.pin(0)
    for _ in range(TRIES):
        guess(school, 0)
    renew(school, 0)
    assert guess(school, 0, before) is Outcome.CODE_OR_PIN_WRONG
    assert guess(school, 0, school.pin(0)) is Outcome.READY
    with pytest.raises(NoSuchElector):
        renew(school, 99)


def test_past_the_ceiling_a_sign_in_has_two_tries_until_the_hour_is_over(
    school: School, clock: ManualClock
) -> None:
    for _ in range(TRIES_WHEN_MANY_FAIL):
        guess(school, 0)
    guess(school, 1)
    for attempt in range(21):  # the ceiling of a roll of 12 is 21
        guess(school, 2 + attempt // TRIES)
    assert guess(school, 0, school.pin(0)) is Outcome.CODE_OR_PIN_WRONG
    assert guess(school, 1, school.pin(1)) is Outcome.READY
    assert guess(school, 11, school.pin(11)) is Outcome.READY
    clock.time += 3600
    assert guess(school, 0, school.pin(0)) is Outcome.READY


def test_one_letter_never_brings_the_ceiling_nearer_than_its_own_tries(
    school: School, clock: ManualClock
) -> None:
    for _ in range(TRIES_WHEN_MANY_FAIL):
        guess(school, 0)
    for _ in range(30):  # more than the ceiling of a roll of 12, which is 21
        assert guess(school, 1) is Outcome.CODE_OR_PIN_WRONG
    assert school.cast(0).outcome is Outcome.RECORDED
    assert guess(school, 1, school.pin(1)) is Outcome.CODE_OR_PIN_WRONG
    with school.database.read() as connection:
        counted = connection.scalar(text("SELECT wrong_pins FROM pin_watch"))
    assert counted == TRIES_WHEN_MANY_FAIL + TRIES
    clock.time += 3600  # used up for good: nothing of it comes back with the hour
    for _ in range(30):
        guess(school, 1)
    with school.database.read() as connection:
        assert not connection.scalar(text("SELECT wrong_pins FROM pin_watch"))


def test_unknown_codes_never_bring_the_ceiling_nearer(school: School) -> None:
    for _ in range(TRIES_WHEN_MANY_FAIL):
        guess(school, 0)
    for n in range(40):
        school.casting.pre_check(school.uuid, f"{n:032x}", WRONG)
    assert guess(school, 0, school.pin(0)) is Outcome.READY


def test_a_pin_is_nowhere_in_clear_and_of_use_to_its_elector_alone(
    school: School, tmp_path: Path
) -> None:
    assert guess(school, 0, school.pin(1)) is Outcome.CODE_OR_PIN_WRONG
    renewed = []

    class Waits:
        def send(self, message: Message) -> None:
            renewed.append(message)

    with school.database.write() as connection:
        held = lock_election(connection, school.uuid)
        renew_pin(connection, held, school.folder.load(school.uuid), 1)
        (row,) = connection.execute(text("SELECT sealed FROM outbox"))
    assert deliver(school.database, school.folder, Waits(), 0) == 1
    assert renewed[0].text.reveal().encode() not in bytes(row[0])
    assert renewed[0].recipient.surname == "NOM0000"


def test_what_is_stored_of_a_pin_opens_nothing_elsewhere(school: School) -> None:
    """Neither for another elector, should rows be exchanged, nor without the election's key."""
    with school.database.write() as connection:
        (of_second,) = connection.execute(
            text("SELECT pin_mac FROM sign_in WHERE elector = 2")
        ).one()
        assert school.pin(1).reveal().encode() not in bytes(of_second)
        connection.execute(
            text("UPDATE sign_in SET pin_mac = :mac WHERE elector = 1"), {"mac": of_second}
        )
    assert guess(school, 0, school.pin(1)) is Outcome.CODE_OR_PIN_WRONG
    assert guess(school, 1, school.pin(1)) is Outcome.READY
    school.folder.destroy(school.uuid)
    school.folder.create(school.uuid)
    assert guess(school, 1, school.pin(1)) is Outcome.CODE_OR_PIN_WRONG


def test_an_elector_without_pin_cannot_sign_in(
    database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    school = host_again(database, tmp_path / "keys", ELECTION, clock)
    with database.write() as connection:
        connection.execute(text("UPDATE sign_in SET pin_mac = NULL"))
    for pin in (school.pin(0), Secret("")):
        assert guess(school, 0, pin) is Outcome.CODE_OR_PIN_WRONG


def test_pins_are_six_digits_and_all_alike() -> None:
    rng = seeded_rng("pins of a test")
    pins = [new_pin(rng).reveal() for _ in range(2000)]
    assert all(len(pin) == 6 and pin.isdigit() for pin in pins)
    firsts = Counter(pin[0] for pin in pins)
    assert set(firsts) == set("0123456789")
    assert max(firsts.values()) < 270
    numbers = iter([bytes([255] * 4), bytes(4)])  # the first would make low PINs likelier
    assert new_pin(lambda _: next(numbers)).reveal() == "000000"


def test_statements_are_listened_to(school: School) -> None:
    seen = []

    def listener(connection: Connection, *_arguments: object) -> None:
        seen.append(connection)

    event.listen(school.database.engine, "before_cursor_execute", listener)
    guess(school, 0)
    assert seen
