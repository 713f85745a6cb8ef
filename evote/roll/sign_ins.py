# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who has signed in, by sign-in number: docs/protocol.md §13.4. It knows nothing of ballots."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select, update

from evote.database.elections import HeldElection
from evote.database.roll_tables import SignInRow
from evote.roll.turnout import count_in_hour


class NotSignedIn(RuntimeError):
    """A sign-in that was unused a moment ago is not: the caller had no lock."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One row: ``pin_mac`` is None until a PIN has been made, ``is_used`` after a ballot."""

    sign_in_number: str
    elector: int
    pin_mac: bytes | None
    wrong_pins: int
    is_used: bool


def store_sign_ins(
    connection: Connection, election: HeldElection, by_number: Mapping[str, int]
) -> None:
    """Store the sign-in numbers in their order, all unused."""
    rows = [
        {**election.place, "sign_in_number": number, "elector": elector}
        for number, elector in sorted(by_number.items())
    ]
    connection.execute(insert(SignInRow), rows)


def replace_sign_in(connection: Connection, election: HeldElection, before: str, after: str) -> int:
    """Give an unused sign-in another number, and return whose it is; its PIN is void: §19.5.

    Raises:
        NotSignedIn: it is used, or there is none.
        IntegrityError: the other number is there already.
    """
    found = find_sign_in(connection, election, before)
    if found is None or found.is_used:
        raise NotSignedIn("a sign-in that is replaced is not unused")
    connection.execute(
        update(SignInRow)
        .where(SignInRow.election_id == election.id, SignInRow.sign_in_number == before)
        .values(sign_in_number=after, pin_mac=None, wrong_pins=0)
    )
    return found.elector


def find_sign_in(connection: Connection, election: HeldElection, number: str) -> SignIn | None:
    """Return the sign-in of this number, None if the roll has none."""
    row = connection.execute(_FIND, {"of": election.id, "number": number}).one_or_none()
    return None if row is None else SignIn(*row)


def mark_signed_in(connection: Connection, election: HeldElection, number: str, now: int) -> None:
    """Mark an unused sign-in, and count one more for the hour: nothing joins the two.

    The caller has locked the election.

    Raises:
        NotSignedIn: it is used, or there is none.
    """
    done = connection.execute(_MARK, {"of": election.id, "number": number})
    if done.rowcount != 1:
        raise NotSignedIn("a sign-in was used by another at the same moment")
    count_in_hour(connection, election, now)


def count_signed_in(connection: Connection, election: HeldElection) -> int:
    """Return how many electors have signed in."""
    mine = (SignInRow.election_id == election.id, SignInRow.used.is_(True))
    return connection.scalar(select(func.count()).select_from(SignInRow).where(*mine)) or 0


def electors_signed_in(connection: Connection, election: HeldElection) -> Iterable[int]:
    """Return the numbers of the electors who have signed in, in the order of the roll."""
    mine = (SignInRow.election_id == election.id, SignInRow.used.is_(True))
    query = select(SignInRow.elector).where(*mine).order_by(SignInRow.elector)
    return tuple(connection.scalars(query))


_MINE = (
    SignInRow.election_id == bindparam("of"),
    SignInRow.sign_in_number == bindparam("number"),
)
_FIND = select(
    SignInRow.sign_in_number,
    SignInRow.elector,
    SignInRow.pin_mac,
    SignInRow.wrong_pins,
    SignInRow.used,
).where(*_MINE)
_MARK = update(SignInRow).where(*_MINE, SignInRow.used.is_(False)).values(used=True)
