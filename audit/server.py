# SPDX-License-Identifier: AGPL-3.0-or-later
"""What version 2 of the bindings adds: booth files and the server's keys. docs/protocol.md §8.3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from audit.notes import VerifierKey, decode_key
from audit.strict_json import read_hash, read_list, read_object, read_text
from audit.words import Malformed

BOOTH_FILES = range(1, 33)
_PATH = re.compile("/[A-Za-z0-9._/-]{1,200}", re.ASCII)
_HOST = re.compile("[a-z0-9.:-]{1,255}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Server:
    """The files with which browsers vote, by path, and the keys of the two logs."""

    booth: tuple[tuple[str, str], ...]
    board_key: VerifierKey
    journal_key: VerifierKey


def decode_server(fields: dict[str, Any], uuid: str) -> Server:
    """``booth``, ``board_key`` and ``journal_key`` of the election ``uuid`` (§8.3)."""
    board, journal = decode_key(fields["board_key"]), decode_key(fields["journal_key"])
    host = board.name.partition("/")[0]
    names = (f"{host}/{uuid}/board", f"{host}/{uuid}/journal")
    if not _HOST.fullmatch(host) or (board.name, journal.name) != names:
        raise Malformed(
            "les clés du serveur portent un autre nom (§8.3)",
            "the server's keys have other names (§8.3)",
        )
    if board.public == journal.public:
        raise Malformed(
            "les deux clés du serveur sont la même (§8.3)", "the server's two keys are one (§8.3)"
        )
    return Server(decode_booth(fields["booth"]), board, journal)


def decode_booth(value: Any) -> tuple[tuple[str, str], ...]:  # noqa: ANN401
    """Paths and hashes, in increasing order of path (§8.3)."""
    rows = [read_object(item, "path sha256", strict=True) for item in read_list(value, "booth")]
    if len(rows) not in BOOTH_FILES:
        raise Malformed("nombre de fichiers interdit (§8.3)", "forbidden number of files (§8.3)")
    paths = [read_text(row["path"], "path") for row in rows]
    if not all(_PATH.fullmatch(path) for path in paths):
        raise Malformed("chemin mal formé (§8.3)", "malformed path (§8.3)")
    if any(a >= b for a, b in pairwise(paths)):
        raise Malformed("fichiers pas dans l'ordre (§8.3)", "files out of order (§8.3)")
    hashes = [read_hash(row["sha256"], "sha256") for row in rows]
    return tuple(zip(paths, hashes, strict=True))
