# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key folder as it goes into a backup: every file of it but the head file: docs/adr/0016.

The head file says what was published; a copy of it would grow old, and an old one would say that
less was published than was.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.errors import Refusal, Unreadable
from protocol.datum import hash_text
from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json
from protocol.errors import MalformedError
from protocol.secret import Secret
from tally.french import reason

HEADS_PREFIX: Final = "heads.sqlite"
MAX_FILE_BYTES: Final = 2**20
MAX_KEYS_BYTES: Final = 2**26  # of what is sealed: enough for 100,000 elections
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True, eq=False)
class KeyFiles:
    """The files of a key folder by name, and the file of rows with which they were saved.

    Attributes:
        backup: the number of the backup, that of the rows too.
        data_sha256: of the whole file of rows, as it lies sealed on the disk.
        files: what each file held.
    """

    backup: str
    data_sha256: str
    files: Mapping[str, Secret[bytes]]

    def encode(self) -> Secret[bytes]:
        """Return the canonical JSON that is sealed.

        Raises:
            Refusal: it is more than a restore would read.
        """
        files: list[JsonValue] = [
            {"name": name, "content": b64encode(content.reveal()).decode("ascii")}
            for name, content in sorted(self.files.items())
        ]
        head: dict[str, JsonValue] = {"evote_keys": 1, "backup": self.backup}
        text = encode_json({**head, "data_sha256": self.data_sha256, "files": files})
        if len(text) > MAX_KEYS_BYTES:
            raise Refusal(
                f"le dossier des clés est trop gros ({len(text) // 2**20} Mo) : cette sauvegarde "
                "ne pourrait pas être rétablie, et n'est pas faite",
                "mettez-en de côté ce qui n'est pas une clé",
            )
        return Secret(text)

    @classmethod
    def decode(cls, plaintext: Secret[bytes]) -> "KeyFiles":
        """Read what was sealed.

        Raises:
            MalformedError: not that, or a name that no file of a key folder has.
        """
        fields = Fields(decode_canonical_json(plaintext.reveal()), where="keys", section="2.1")
        fields.integer("evote_keys", 1, 1)
        backup, digest = fields.text("backup"), hash_text(fields, "data_sha256")
        pairs = [_file(item) for item in fields.items("files")]
        fields.finish()
        if len(dict(pairs)) != len(pairs):
            raise MalformedError("a file of the key folder stands twice", section="2.1")
        return cls(backup, digest, dict(pairs))


def read_key_files(folder: Path) -> tuple[dict[str, Secret[bytes]], tuple[str, ...]]:
    """Return every file of the key folder but the head file, and the names of what is no key.

    Raises:
        Unreadable: the folder or a file of it cannot be read.
    """
    try:
        names = sorted(path.name for path in folder.iterdir() if not _is_head(path.name))
        keys = [name for name in names if is_name(name) and _is_small_file(folder / name)]
        files = {name: Secret((folder / name).read_bytes()) for name in keys}
    except OSError as cause:
        raise Unreadable(
            f"impossible de lire le dossier des clés ({reason(cause)})",
            "lancez la sauvegarde avec le compte du serveur",
        ) from cause
    return files, tuple(name for name in names if name not in files)


def is_name(name: str) -> bool:
    """Tell whether a file of a backup may be restored under this name."""
    return bool(_NAME.fullmatch(name)) and not _is_head(name)


def _is_head(name: str) -> bool:
    return name.startswith(HEADS_PREFIX)  # SQLite's own files beside it too


def _is_small_file(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= MAX_FILE_BYTES


def _file(item: JsonValue) -> tuple[str, Secret[bytes]]:
    fields = Fields(item, where="key file", section="2.1")
    name, content = fields.text("name"), fields.text("content")
    fields.finish()
    if not is_name(name):
        raise MalformedError("a file has a name that no key has", section="2.1")
    try:
        return name, Secret(b64decode(content, validate=True))
    except binascii.Error as cause:
        raise MalformedError("a key is not in base 64", section="2.1") from cause
