# SPDX-License-Identifier: AGPL-3.0-or-later
"""A fictitious school on a server, sealed and open, with letters for three parents to vote.

For trying the pages. Everything is in one folder here, keys beside the roll and codes beside the
PINs, as it must never be in a real election: docs/protocol.md §7, §13.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.clock import system_clock
from evote.credentials.desk import codes_by_elector
from evote.credentials.files import SIGN_IN_NAME
from evote.database.connection import Database, open_database
from evote.database.elections import lock_election
from evote.database.migrating import migrate
from evote.demo.story import SealedElection, config_of, prepare, seal
from evote.demo.story import open_vote as open_signed
from evote.election.reading import SIGNATURES_NAME
from evote.election.roll_file import ROLL_NAME
from evote.keys import KeyFolder
from evote.lifecycle.drafting import make_draft
from evote.lifecycle.hosting import SealedFiles, host_election
from evote.lifecycle.voting import open_vote
from evote.outbox import Message, deliver
from evote.pins import make_pins
from evote.roll.model import Elector
from protocol.codes import encode_code
from protocol.secret import Secret
from protocol.server_binding import BoothFile, decode_server_file
from tally.files import write_file

ELECTORS: Final = 60
LINKS: Final = 3
LINKS_NAME: Final = "DEMO-ONLY-links.txt"


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """Where a ready-made school lies, and the letters of its first parents as text."""

    folder: Path

    @property
    def database_url(self) -> str:
        """The URL of its database."""
        return f"sqlite:///{(self.folder / 'data' / 'preau.db').absolute()}"

    @property
    def keys(self) -> Path:
        """The folder of its keys."""
        return self.folder / "keys"

    def letters(self) -> str:
        """What the first parents have received: link and PIN."""
        return (self.folder / LINKS_NAME).read_text("utf-8")


class _Letterbox:
    def __init__(self) -> None:
        self.pins: dict[int, Secret[str]] = {}

    def send(self, message: Message) -> None:
        self.pins[message.recipient.elector] = message.text


def ready_made_school(
    folder: Path,
    public_url: str,
    booth_of: Callable[[str], tuple[BoothFile, ...]],
    progress: Callable[[str, int, int], None],
) -> ReadyMade:
    """Return the school of this folder, made now if it is not there yet.

    Args:
        folder: where it lies, or will.
        public_url: of the server.
        booth_of: gives the files with which a browser votes there.
        progress: told how far the making has come.
    """
    school = ReadyMade(folder)
    if (folder / LINKS_NAME).exists():
        return school
    for name in ("data", "keys"):
        (folder / name).mkdir(mode=0o700, parents=True)
    prepared = prepare(folder, "ready-made", ELECTORS)
    database, keys = open_database(school.database_url), KeyFolder(school.keys)
    try:
        migrate(database)
        now, uuid = int(time.time()), prepared.uuid
        config = config_of(prepared.school, now)
        server_file = make_draft(database, keys, uuid, config, public_url, booth_of(uuid))
        _, server = decode_server_file(server_file)
        sealed = seal(folder, prepared, now, progress, server)
        pins = _host(database, keys, folder, sealed, prepared.sealed.electors)
    finally:
        database.close()
    text = _letters(public_url, sealed, prepared.sealed.electors, pins)
    write_file(folder / LINKS_NAME, text.encode(), secret=True)
    return school


def _host(
    database: Database,
    keys: KeyFolder,
    folder: Path,
    sealed: SealedElection,
    electors: tuple[Elector, ...],
) -> dict[int, Secret[str]]:
    files = SealedFiles(
        archive=sealed.archive.read_bytes(),
        sign_in_numbers=(folder / "desk" / SIGN_IN_NAME).read_bytes(),
        sealed_roll=(folder / ROLL_NAME).read_bytes(),
        electors=electors,
    )
    uuid = host_election(database, keys, files, system_clock)
    with database.write() as connection:
        make_pins(connection, lock_election(connection, uuid), keys.load(uuid))
    letterbox = _Letterbox()
    deliver(database, keys, letterbox, int(time.time()))
    open_signed(sealed)
    signatures = (sealed.archive.parent / SIGNATURES_NAME).read_bytes()
    open_vote(database, uuid, signatures, system_clock)
    return letterbox.pins


def _letters(
    public_url: str,
    sealed: SealedElection,
    electors: tuple[Elector, ...],
    pins: dict[int, Secret[str]],
) -> str:
    uuid, codes = sealed.election.uuid, codes_by_elector(sealed.codes)
    lines = [f"Page de l'élection : {public_url}/e/{uuid}", ""]
    for number in range(1, LINKS + 1):
        elector = electors[number - 1]
        code = encode_code(codes[number]).reveal()
        lines += [
            f"{elector.given_name} {elector.surname}",
            f"  lien de la lettre  : {public_url}/v/{uuid}#{code}",
            f"  chiffres secrets   : {pins[number].reveal()}",
            "",
        ]
    return "\n".join(lines)
