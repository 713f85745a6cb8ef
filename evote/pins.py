# SPDX-License-Identifier: AGPL-3.0-or-later
"""The second secret: a PIN that the server sends and the letter does not have: docs/adr/0010.

Stored as HMAC-SHA256 under the election's key over election, elector and PIN. Wrong ones are
counted for each sign-in number and, by the hour, for the election; never for an address. What is
typed for a number that has no tries left is judged the same, and brings no ceiling nearer.
"""

import hmac
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from evote.clock import hour_of
from evote.database.elections import HeldElection
from evote.database.roll_tables import PinWatchRow, SignInRow
from evote.keys import ElectionKeys
from evote.messages import MessageDamaged, find_recipient, post
from evote.roll.electors import NoSuchElector
from evote.roll.sign_ins import SignIn, find_sign_in
from protocol.rng import Rng, system_rng
from protocol.secret import Secret

PIN_DIGITS: Final = 6
MAC_BYTES: Final = 32
TRIES: Final = 10
TRIES_WHEN_MANY_FAIL: Final = 2
# A MAC that no PIN has: what an unknown code is compared with.
_NOBODY: Final = (0, bytes(MAC_BYTES))
_WATCH: Final = select(
    PinWatchRow.ceiling, PinWatchRow.hour, PinWatchRow.wrong_pins, PinWatchRow.unknown_codes
).where(PinWatchRow.election_id == bindparam("of"))


@dataclass(frozen=True, slots=True)
class MadePins:
    """How many electors have a PIN now, and the numbers of those to whom none can be sent."""

    made: int
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Watch:
    ceiling: int
    hour: int
    wrong_pins: int
    unknown_codes: int


def new_pin(rng: Rng = system_rng) -> Secret[str]:
    """Return ``PIN_DIGITS`` digits, each PIN as likely as any other."""
    bound = 10**PIN_DIGITS
    while (number := int.from_bytes(rng(4), "big")) >= 2**32 - 2**32 % bound:
        pass
    return Secret(f"{number % bound:0{PIN_DIGITS}d}")


def watch_pins(connection: Connection, election: HeldElection, electors: int) -> None:
    """Prepare the count of wrong PINs of a new election, with its hourly ceiling."""
    row = {**election.place, "ceiling": 20 + electors // 10}
    connection.execute(insert(PinWatchRow), row)


def make_pins(
    connection: Connection, election: HeldElection, keys: ElectionKeys, rng: Rng = system_rng
) -> MadePins:
    """Make a PIN for every elector who has none, each to the outbox.

    Who cannot be reached, for the row in the roll is damaged, stays without one.

    Raises:
        KeyUnavailable: the key is not that of this election.
    """
    mine = (SignInRow.election_id == election.id, SignInRow.pin_mac.is_(None))
    query = select(SignInRow.elector).where(*mine).order_by(SignInRow.elector)
    electors = connection.scalars(query).all()
    left = []
    for elector in electors:
        try:
            renew_pin(connection, election, keys, elector, rng)
        except (MessageDamaged, NoSuchElector):
            left.append(elector)
    return MadePins(len(electors) - len(left), tuple(left))


def renew_pin(
    connection: Connection,
    election: HeldElection,
    keys: ElectionKeys,
    elector: int,
    rng: Rng = system_rng,
) -> None:
    """Give an elector a new PIN with all its tries, and post it; the one before is void.

    Raises:
        NoSuchElector: the roll has none of this number.
        MessageDamaged: its row is damaged, and no letter could go out; nothing is void.
        KeyUnavailable: the key is not that of this election.
    """
    find_recipient(connection, election, keys, elector)
    pin = new_pin(rng)
    done = connection.execute(
        update(SignInRow)
        .where(SignInRow.election_id == election.id, SignInRow.elector == elector)
        .values(pin_mac=_mac(keys, election, elector, pin), wrong_pins=0)
    )
    if done.rowcount != 1:
        raise NoSuchElector(elector)
    post(connection, election, keys, elector, "pin", pin)


def judge_sign_in(
    connection: Connection,
    election: HeldElection,
    keys: ElectionKeys,
    sign_in_number: str,
    pin: Secret[str],
    now: int,
) -> SignIn | None:
    """Return the sign-in if number and PIN fit and tries are left; else count, and None.

    The caller has locked the election, so that tries are judged one after the other. An unknown
    number, a wrong PIN and no tries left take the same statements and one MAC each.
    """
    found = find_sign_in(connection, election, sign_in_number)
    watch = _read_watch(connection, election, now)
    elector, expected = _NOBODY
    if found is not None:
        elector, expected = found.elector, found.pin_mac or expected
    fits = hmac.compare_digest(_mac(keys, election, elector, pin), expected)
    if found and fits and found.wrong_pins < _allowed(watch):
        return found
    _count_failure(connection, election, watch, sign_in_number, found, wrong=not fits)
    return None


def _allowed(watch: _Watch) -> int:
    return TRIES if watch.wrong_pins < watch.ceiling else TRIES_WHEN_MANY_FAIL


def _read_watch(connection: Connection, election: HeldElection, now: int) -> _Watch:
    watch = _Watch(*connection.execute(_WATCH, {"of": election.id}).one())
    hour = hour_of(now)
    return watch if watch.hour >= hour else _Watch(watch.ceiling, hour, 0, 0)


def _count_failure(
    connection: Connection,
    election: HeldElection,
    watch: _Watch,
    sign_in_number: str,
    found: SignIn | None,
    *,
    wrong: bool,
) -> None:
    # A right PIN without tries left costs nothing more, but is answered by the same statements.
    # Whoever holds one letter can use up its own tries, and not those of everybody.
    nears_ceiling = wrong and found is not None and found.wrong_pins < _allowed(watch)
    connection.execute(
        update(SignInRow)
        .where(SignInRow.election_id == election.id, SignInRow.sign_in_number == sign_in_number)
        .values(wrong_pins=SignInRow.wrong_pins + int(wrong))
    )
    connection.execute(
        update(PinWatchRow)
        .where(PinWatchRow.election_id == election.id)
        .values(
            hour=watch.hour,
            wrong_pins=watch.wrong_pins + int(nears_ceiling),
            unknown_codes=watch.unknown_codes + int(found is None),
        )
    )


def _mac(keys: ElectionKeys, election: HeldElection, elector: int, pin: Secret[str]) -> bytes:
    return keys.mac(("pin", election.uuid, elector, pin.reveal()))
