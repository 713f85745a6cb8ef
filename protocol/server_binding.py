# SPDX-License-Identifier: AGPL-3.0-or-later
"""What version 2 of the bindings names of the server: docs/protocol.md §8.3, and §17.4.

The files with which a browser votes, by path and hash, and the two keys with which the server
signs the state of the board and of the journal.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.datum import hash_text
from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json, own_uuid
from protocol.errors import MalformedError
from protocol.notes import VerifierKey

FILE_VERSION: Final = 1
MAX_BOOTH_FILES: Final = 32
BOARD: Final = "board"
JOURNAL: Final = "journal"
_PATH: Final = re.compile(r"/[A-Za-z0-9._/-]{1,200}")
_HOST: Final = re.compile(r"[a-z0-9.:-]{1,255}")


@dataclass(frozen=True, slots=True)
class BoothFile:
    """One file with which a browser votes: its path on the server, the hash of its bytes: §8.3."""

    path: str
    sha256: str

    @classmethod
    def decode(cls, value: JsonValue) -> "BoothFile":
        """Read ``{"path":…,"sha256":…}``: §8.3."""
        fields = Fields(value, where="booth file", section="8.3")
        booth_file = cls(fields.text("path", 201), hash_text(fields, "sha256"))
        fields.finish()
        if _PATH.fullmatch(booth_file.path) is None:
            raise fields.error("has a path that is not / and 1 to 200 characters of A-Za-z0-9._-/")
        return booth_file

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §8.3."""
        return {"path": self.path, "sha256": self.sha256}


def decode_booth(values: Sequence[JsonValue]) -> tuple[BoothFile, ...]:
    """Read 1 to 32 files in increasing order of path, none twice: §8.3."""
    booth = tuple(BoothFile.decode(value) for value in values)
    if not 1 <= len(booth) <= MAX_BOOTH_FILES:
        raise MalformedError(f"the booth has not 1 to {MAX_BOOTH_FILES} files", section="8.3")
    paths = [each.path for each in booth]
    if paths != sorted(set(paths)):
        raise MalformedError("the booth's files are not in the order of their paths", section="8.3")
    return booth


def key_name(host: str, uuid: str, log: str) -> str:
    """Return ``H/U/board`` or ``H/U/journal``, the name of a log's key: §8.3."""
    return f"{host}/{uuid}/{log}"


def uuid_of_key(name: str) -> str:
    """Return the ``U`` of ``H/U/board`` or ``H/U/journal``; of another text, that text: §8.3."""
    return name.rpartition("/")[0].rpartition("/")[2] or name


@dataclass(frozen=True, slots=True)
class ServerBinding:
    """What an election of version 2 names of its server: §8.3."""

    booth: tuple[BoothFile, ...]
    board_key: VerifierKey
    journal_key: VerifierKey

    @classmethod
    def read(cls, fields: Fields) -> "ServerBinding":
        """Read the three members from the object that has them: §8.3, §17.4."""
        return cls(
            decode_booth(fields.items("booth")),
            VerifierKey.decode(fields.raw("board_key")),
            VerifierKey.decode(fields.raw("journal_key")),
        )

    def members(self) -> dict[str, JsonValue]:
        """Return the three members in the order of §8.3."""
        return {
            "booth": [each.encode() for each in self.booth],
            "board_key": self.board_key.encode(),
            "journal_key": self.journal_key.encode(),
        }

    @property
    def host(self) -> str:
        """The host, and port, of the election's page: §8.3."""
        return self.board_key.name.split("/", 1)[0]

    def verify(self, uuid: str) -> None:
        """Check that the two keys differ and are named for this election: §8.3."""
        if _HOST.fullmatch(self.host) is None:
            raise MalformedError("the keys do not name a host", section="8.3")
        for key, log in ((self.board_key, BOARD), (self.journal_key, JOURNAL)):
            if key.name != key_name(self.host, uuid, log):
                raise MalformedError(f"the key of the {log} is of another log", section="8.3")
        if self.board_key.public_key == self.journal_key.public_key:
            raise MalformedError("board and journal have the same key", section="8.3")


def encode_server_file(uuid: str, server: ServerBinding) -> bytes:
    """Return ``server.json``, what a server gives the organiser before sealing: §17.4."""
    return encode_json({"evote_server": FILE_VERSION, "uuid": uuid, **server.members()})


def decode_server_file(data: bytes) -> tuple[str, ServerBinding]:
    """Read ``server.json``: the election's uuid, and what is to be sealed: §17.4."""
    fields = Fields(decode_canonical_json(data), where="server file", section="17.4")
    fields.integer("evote_server", FILE_VERSION, FILE_VERSION)
    uuid, server = own_uuid(fields), ServerBinding.read(fields)
    fields.finish()
    server.verify(uuid)
    if encode_server_file(uuid, server) != data:
        raise fields.error("is not in its only form")
    return uuid, server
