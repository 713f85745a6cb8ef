# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server of one folder of this machine, and its organiser's side: database, keys, steps.

The steps are those of ``evote election`` on a server: docs/protocol.md §8.3, §13.5, §19.3. In a
real election the keys are never beside the database; here they are in a folder next to it.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from evote.board.record import read_moment, record_zip
from evote.clock import system_clock
from evote.credentials.files import SIGN_IN_NAME
from evote.database.connection import Database, DatabaseUnavailable, open_database
from evote.database.elections import lock_election
from evote.demo.preparing import DESK, Prepared, Progress, SealedElection, config_of
from evote.election.roll_file import ROLL_NAME
from evote.errors import Unreadable
from evote.heads import HeadsUnavailable
from evote.keys import KeyFolder
from evote.lifecycle.drafting import make_draft
from evote.lifecycle.hosting import SealedFiles, host_election
from evote.lifecycle.voting import open_with_signatures
from evote.messages import Message
from evote.outbox import KeptBack, Transport, deliver
from evote.pins import make_pins
from evote.publishing.publisher import Publisher
from protocol.secret import Secret
from protocol.server_binding import BoothFile, ServerBinding, decode_server_file
from tally.senders import Files

BoothOf = Callable[[str], tuple[BoothFile, ...]]
Pins = Mapping[int, Secret[str]]
# A parent who tries it sees the ballot at once: docs/protocol.md §18.7.
AT_ONCE: Final = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server keeps what it has, and the address at which it answers."""

    folder: Path
    url: str

    @property
    def database_url(self) -> str:
        """The URL of its database."""
        return f"sqlite:///{(self.folder / 'data' / 'preau.db').absolute()}"

    @property
    def keys(self) -> Path:
        """The folder of its keys."""
        return (self.folder / "keys").absolute()

    def make(self) -> None:
        """Make its folders, for its owner alone."""
        for name in ("data", "keys"):
            (self.folder / name).mkdir(mode=0o700, parents=True)

    def environment(self) -> dict[str, str]:
        """Return the environment for ``evote serve``; no other setting of ours reaches it."""
        others = {name: each for name, each in os.environ.items() if not name.startswith("PREAU_")}
        return others | {
            "PREAU_DATABASE_URL": self.database_url,
            "PREAU_KEY_FOLDER": str(self.keys),
            "PREAU_PUBLIC_URL": self.url,
            "PREAU_PUBLISH_SECONDS": str(AT_ONCE),
        }


@dataclass(frozen=True, slots=True, eq=False)
class Organiser:
    """Who takes the steps of an election on a server: its database and its keys."""

    place: Place
    database: Database
    keys: KeyFolder
    publisher: Publisher

    def draft(self, prepared: Prepared, now: int, booth_of: BoothOf) -> ServerBinding:
        """Begin the election on the server; return what it binds to be sealed: §8.3."""
        uuid, config = prepared.uuid, config_of(prepared.school, now)
        url, booth = self.place.url, booth_of(prepared.uuid)
        made = make_draft(self.database, self.keys, uuid, config, url, booth)
        return decode_server_file(made)[1]

    def host(
        self, folder: Path, prepared: Prepared, sealed: SealedElection, progress: Progress
    ) -> Pins:
        """Give the server what was sealed; return the PIN that it sends to each elector."""
        files = SealedFiles(
            archive=sealed.archive,
            sign_in_numbers=(folder / DESK / SIGN_IN_NAME).read_bytes(),
            sealed_roll=(folder / ROLL_NAME).read_bytes(),
            electors=prepared.sealed.electors,
        )
        uuid = host_election(self.database, self.keys, files, system_clock)
        self.publisher.publish(uuid)
        with self.database.write() as connection:
            make_pins(connection, lock_election(connection, uuid), self.keys.load(uuid))
        letterbox = _Letterbox(len(files.electors), progress)
        hand_over(self.database, self.keys, letterbox)
        return letterbox.pins

    def open(self, uuid: str, files: Files) -> int:
        """Open the vote with the members' signatures; return how many signed: §7.13."""
        with self.publisher.around(uuid, at_once=True):
            return len(open_with_signatures(self.database, uuid, files, system_clock).signed)

    def write_record(self, uuid: str, path: Path) -> None:
        """Write the record to a new zip: §17.1."""
        moment = read_moment(self.database, uuid)
        with path.open("xb") as target:
            target.writelines(record_zip(self.database, moment))


@contextlib.contextmanager
def organiser_of(place: Place) -> Iterator[Organiser]:
    """Give the organiser's side of a server.

    Raises:
        Unreadable: its database cannot be used.
    """
    try:
        database = open_database(place.database_url)
        try:
            keys = KeyFolder(place.keys)
            publisher = Publisher(database, keys, AT_ONCE, system_clock)
            yield Organiser(place, database, keys, publisher)
        finally:
            database.close()
    except (DatabaseUnavailable, HeadsUnavailable) as cause:
        raise Unreadable(
            "impossible d'écrire dans la base de l'élection",
            "faites de la place sur le disque, puis recommencez",
        ) from cause


def hand_over(database: Database, keys: KeyFolder, letterbox: Transport) -> None:
    """Hand every message over, or say of what keeps one back what any other step says of it.

    Raises:
        Exception: the cause, as of the only election that there is.
    """
    try:
        deliver(database, keys, letterbox, system_clock())
    except KeptBack as some:
        raise some.kept[0].cause from some


@dataclass(frozen=True, slots=True, eq=False)
class _Letterbox:
    expected: int
    progress: Progress
    pins: dict[int, Secret[str]] = field(default_factory=dict)

    def send(self, message: Message) -> None:
        self.pins[message.recipient.elector] = message.text
        self.progress("Envois", len(self.pins), self.expected)
