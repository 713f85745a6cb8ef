# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who has signed in, by sign-in number: docs/protocol.md §13.4. It knows nothing of ballots."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select, update

from evote.clock import hour_of
from evote.database.elections import HeldElection
from evote.database.roll_tables import SignInRow
from protocol.datum import hash_text
from protocol.encoding import Fields, JsonValue, decode_canonical_json
from protocol.errors import MalformedError

NUMBER_DIGITS = 32


class NotSignedIn(RuntimeError):
    """A sign-in that was unused a moment ago is not: the caller had no lock."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One row. ``pin_mac`` is None until a PIN has been made."""

    sign_in_number: str
    elector: int
    pin_mac: bytes | None
    wrong_pins: int
    signed_in_hour: int | None

    @property
    def is_used(self) -> bool:
        """Whether a ballot has been cast with it."""
        return self.signed_in_hour is not None


@dataclass(frozen=True, slots=True)
class SignInNumbers:
    """The desk's file: elector by sign-in number, for the roll that numbers them: §13.4, §13.6."""

    uuid: str
    roll_sha256: str
    by_number: Mapping[str, int]


def decode_sign_in_numbers(data: bytes) -> SignInNumbers:
    """Read the desk's file: §13.4.

    Raises:
        MalformedError: not that file, or a number or an elector stands twice.
    """
    fields = Fields(decode_canonical_json(data), where="sign-in numbers", section="13.4")
    fields.integer("version", 1, 1)
    uuid = fields.text("uuid")
    roll_sha256 = hash_text(fields, "roll_sha256")
    pairs = [_pair(item) for item in fields.items("sign_in_numbers")]
    fields.finish()
    by_number = dict(pairs)
    if len(by_number) < len(pairs) or len({elector for _, elector in pairs}) < len(pairs):
        raise MalformedError("a sign-in number or an elector stands twice", section="13.4")
    return SignInNumbers(uuid, roll_sha256, by_number)


def store_sign_ins(
    connection: Connection, election: HeldElection, by_number: Mapping[str, int]
) -> None:
    """Store the sign-in numbers in their order, all unused."""
    rows = [
        {**election.place, "sign_in_number": number, "elector": elector}
        for number, elector in sorted(by_number.items())
    ]
    connection.execute(insert(SignInRow), rows)


def find_sign_in(connection: Connection, election: HeldElection, number: str) -> SignIn | None:
    """Return the sign-in of this number, None if the roll has none."""
    row = connection.execute(_FIND, {"of": election.id, "number": number}).one_or_none()
    return None if row is None else SignIn(*row)


def mark_signed_in(connection: Connection, election: HeldElection, number: str, now: int) -> None:
    """Mark an unused sign-in with the hour; nothing finer is ever stored.

    Raises:
        NotSignedIn: it is used, or there is none.
    """
    mark = {"of": election.id, "number": number, "hour": hour_of(now)}
    done = connection.execute(_MARK, mark)
    if done.rowcount != 1:
        raise NotSignedIn("a sign-in was used by another at the same moment")


def count_signed_in(connection: Connection, election: HeldElection) -> int:
    """Return how many electors have signed in."""
    mine = (SignInRow.election_id == election.id, SignInRow.signed_in_hour.is_not(None))
    return connection.scalar(select(func.count()).select_from(SignInRow).where(*mine)) or 0


def electors_signed_in(connection: Connection, election: HeldElection) -> Iterable[int]:
    """Return the numbers of the electors who have signed in, in the order of the roll."""
    mine = (SignInRow.election_id == election.id, SignInRow.signed_in_hour.is_not(None))
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
    SignInRow.signed_in_hour,
).where(*_MINE)
_MARK = (
    update(SignInRow)
    .where(*_MINE, SignInRow.signed_in_hour.is_(None))
    .values(signed_in_hour=bindparam("hour"))
)


def _pair(item: JsonValue) -> tuple[str, int]:
    fields = Fields(item, where="sign-in number", section="13.4")
    number, elector = fields.text("sign_in"), fields.integer("elector", 1, 2**31 - 1)
    fields.finish()
    if len(number) != NUMBER_DIGITS or not set(number) <= set("0123456789abcdef"):
        raise MalformedError("a sign-in number is not 32 hexadecimal digits", section="13.4")
    return number, elector
