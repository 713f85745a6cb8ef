# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sealed roll in the database, under the election's key: docs/protocol.md §13.6."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select

from evote.database.elections import HeldElection
from evote.database.roll_tables import ElectorRow, RollSealRow
from evote.keys import ElectionKeys
from protocol.encoding import Fields, decode_canonical_json, encode_json
from protocol.secret import Secret


@dataclass(frozen=True, slots=True)
class Contact:
    """An elector by number, and where messages reach them; both addresses may be empty."""

    elector: int
    surname: str
    given_name: str
    email: str = ""
    mobile: str = ""


class NoSuchElector(LookupError):
    """The roll has no elector of this number."""


def store_roll(
    connection: Connection,
    election: HeldElection,
    keys: ElectionKeys,
    contacts: Iterable[Contact],
    salt: Secret[bytes],
) -> None:
    """Store electors and the commitment's salt, each sealed for its own place."""
    rows = [
        {**election.place, "elector": contact.elector, "sealed": _seal(keys, contact)}
        for contact in contacts
    ]
    connection.execute(insert(ElectorRow), rows)
    sealed_salt = keys.seal(("roll-salt",), salt.reveal())
    connection.execute(insert(RollSealRow), {**election.place, "sealed_salt": sealed_salt})


def read_elector(
    connection: Connection, election: HeldElection, keys: ElectionKeys, elector: int
) -> Contact:
    """Return one elector.

    Raises:
        NoSuchElector: there is none of this number.
        KeyUnavailable: the key is not that of this election.
    """
    mine = (ElectorRow.election_id == election.id, ElectorRow.elector == elector)
    sealed = connection.scalar(select(ElectorRow.sealed).where(*mine))
    if sealed is None:
        raise NoSuchElector(elector)
    return _open(keys, elector, sealed)


def read_roll(
    connection: Connection, election: HeldElection, keys: ElectionKeys
) -> tuple[Contact, ...]:
    """Return all electors, in the order of the sealed roll."""
    query = select(ElectorRow.elector, ElectorRow.sealed)
    mine = query.where(ElectorRow.election_id == election.id).order_by(ElectorRow.elector)
    return tuple(_open(keys, elector, sealed) for elector, sealed in connection.execute(mine))


def read_salt(connection: Connection, election: HeldElection, keys: ElectionKeys) -> Secret[bytes]:
    """Return the salt of the roll's commitment: §13.6."""
    mine = RollSealRow.election_id == election.id
    sealed = connection.execute(select(RollSealRow.sealed_salt).where(mine)).scalar_one()
    return Secret(keys.open(("roll-salt",), sealed))


def _seal(keys: ElectionKeys, contact: Contact) -> bytes:
    members = asdict(contact)
    del members["elector"]
    return keys.seal(("elector", contact.elector), encode_json(members))


def _open(keys: ElectionKeys, elector: int, sealed: bytes) -> Contact:
    data = keys.open(("elector", elector), sealed)
    fields = Fields(decode_canonical_json(data), where="elector", section="13.6")
    names = ("surname", "given_name", "email", "mobile")
    contact = Contact(elector, *(fields.text(name) for name in names))
    fields.finish()
    return contact
