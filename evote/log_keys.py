# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two keys with which the server signs an election's logs, in the key folder: §18.2.

Made with the draft, sealed as verifier keys in the election, kept as long as its record is served.
They are apart from the roll's key, which is destroyed with the roll.
"""

import re
from dataclasses import dataclass
from typing import Final

from evote.keys import KeyFolder, KeyUnavailable
from evote.secret_files import create_secret_file, destroy_secret_file, read_secret_file
from protocol.errors import ProtocolError
from protocol.notes import LogKey
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from protocol.server_binding import ServerBinding

FIRST_LINE: Final = "EVOTE-LOGS-SECRET-1 secret: never send or print; keep one copy elsewhere"
_FILE: Final = re.compile(
    re.escape(FIRST_LINE) + r"\n(\S+/board) ([0-9a-f]{64})\n(\S+/journal) ([0-9a-f]{64})\n"
)


@dataclass(frozen=True, slots=True, eq=False)
class LogKeys:
    """The keys of the board and of the journal of one election."""

    board: LogKey
    journal: LogKey

    def are_of(self, server: ServerBinding) -> bool:
        """Tell whether they are those that were sealed: §8.3."""
        sealed = (server.board_key, server.journal_key)
        return (self.board.verifier_key, self.journal.verifier_key) == sealed


def create_log_keys(folder: KeyFolder, uuid: str, host: str, rng: Rng = system_rng) -> LogKeys:
    """Make the keys of a new election, durably; named ``H/U/board`` and ``H/U/journal``: §8.3.

    Raises:
        KeyUnavailable: there are some already, or the folder cannot be written.
    """
    keys = LogKeys(
        LogKey.generate(f"{host}/{uuid}/board", rng), LogKey.generate(f"{host}/{uuid}/journal", rng)
    )
    both = (keys.board, keys.journal)
    lines = [FIRST_LINE, *(f"{key.name} {key.seed.reveal().hex()}" for key in both), ""]
    path = folder.file(uuid, "logs")
    try:
        create_secret_file(path, "\n".join(lines).encode("ascii"))
    except OSError as cause:
        raise KeyUnavailable(f"the keys {path} cannot be made ({cause.strerror})") from cause
    return keys


def has_log_keys(folder: KeyFolder, uuid: str) -> bool:
    """Return whether there are keys of this number: they may have signed, and are never reused."""
    return folder.file(uuid, "logs").exists()


def load_log_keys(folder: KeyFolder, uuid: str) -> LogKeys:
    """Return the keys of an election.

    Raises:
        KeyUnavailable: there are none, or they cannot be read.
    """
    path = folder.file(uuid, "logs")
    try:
        return decode_log_keys(read_secret_file(path), path.name)
    except OSError as cause:
        raise KeyUnavailable(f"the keys {path} cannot be read") from cause


def decode_log_keys(data: Secret[bytes], name: str) -> LogKeys:
    """Read the file of the keys of an election's logs.

    Raises:
        KeyUnavailable: it is not one.
    """
    found = _FILE.fullmatch(data.reveal().decode("ascii", "replace"))
    if found is None:
        raise KeyUnavailable(f"the file {name} has not the keys of an election's logs")
    try:
        board, journal = (
            LogKey(found[place], Secret(bytes.fromhex(found[place + 1]))) for place in (1, 3)
        )
    except ProtocolError as cause:
        raise KeyUnavailable(f"the keys {name} cannot be read") from cause
    return LogKeys(board, journal)


def destroy_log_keys(folder: KeyFolder, uuid: str) -> None:
    """Destroy the keys of a draft that never became an election."""
    destroy_secret_file(folder.file(uuid, "logs"))
