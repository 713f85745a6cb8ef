# SPDX-License-Identifier: AGPL-3.0-or-later
"""What version 2 of the bindings adds: booth files, the server's keys, witnesses. §8.3."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from audit.notes import COSIGNATURE, VerifierKey, decode_key
from audit.strict_json import read_hash, read_integer, read_list, read_object, read_text
from audit.words import Malformed

BOOTH_FILES = range(1, 33)
WITNESSES = range(1, 17)
_PATH = re.compile("/[A-Za-z0-9._/-]{1,200}", re.ASCII)
_UNSEEN = ("Zs", "Zl", "Zp", "Cf", "Mn")
_SILENT = ".\u115f\u1160"
HOST = re.compile("[a-z0-9.:-]{1,255}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Server:
    """The files with which browsers vote, by path, and the keys of the two logs.

    Args:
        booth: path and hash, in order.
        board_key: of the board's checkpoints.
        journal_key: of the journal's.
        witnesses: the keys of those who co-sign, of the type of co-signatures (§18.6).
        quorum: how many of them are demanded; 0 if none is named.
    """

    booth: tuple[tuple[str, str], ...]
    board_key: VerifierKey
    journal_key: VerifierKey
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0

    @property
    def host(self) -> str:
        """The host, and port, of the election's page."""
        return self.board_key.name.partition("/")[0]

    def log_key(self, log: str) -> VerifierKey:
        """The key of ``board`` or ``journal``."""
        return self.board_key if log == "board" else self.journal_key


def decode_server(fields: dict[str, Any], uuid: str) -> Server:
    """``booth``, ``board_key``, ``journal_key``, ``witnesses`` of the election ``uuid`` (§8.3)."""
    board, journal = decode_key(fields["board_key"]), decode_key(fields["journal_key"])
    host = board.name.partition("/")[0]
    names = (f"{host}/{uuid}/board", f"{host}/{uuid}/journal")
    if not HOST.fullmatch(host) or (board.name, journal.name) != names:
        raise Malformed(
            "les clés du serveur portent un autre nom (§8.3)",
            "the server's keys have other names (§8.3)",
        )
    if board.public == journal.public:
        raise Malformed(
            "les deux clés du serveur sont la même (§8.3)", "the server's two keys are one (§8.3)"
        )
    quorum, witnesses = _witnesses(fields, (board, journal))
    return Server(decode_booth(fields["booth"]), board, journal, witnesses, quorum)


def _witnesses(
    members: dict[str, Any], own: tuple[VerifierKey, ...]
) -> tuple[int, tuple[VerifierKey, ...]]:
    """How many are demanded of how many, by increasing name; none is the server itself (§8.3)."""
    if "witnesses" not in members:
        return 0, ()
    fields = read_object(members["witnesses"], "quorum keys", strict=True)
    keys = tuple(decode_key(key, COSIGNATURE) for key in read_list(fields["keys"], "keys"))
    if len(keys) not in WITNESSES:
        raise Malformed("nombre de témoins interdit (§8.3)", "forbidden number of witnesses (§8.3)")
    if any(a.name >= b.name for a, b in pairwise(keys)):
        raise Malformed("témoins pas dans l'ordre (§8.3)", "witnesses out of order (§8.3)")
    if len({_likeness(key.name) for key in keys}) != len(keys):
        raise Malformed(
            "deux noms de témoins se ressemblent (§8.3)", "two witnesses' names look alike (§8.3)"
        )
    everybody = (*own, *keys)
    if len({key.public for key in everybody}) != len(everybody):
        raise Malformed(
            "un témoin a la clé d'un autre ou du serveur (§8.3)",
            "a witness has the key of another or of the server (§8.3)",
        )
    if len({key.name for key in everybody}) != len(everybody):
        raise Malformed(
            "un témoin porte le nom d'un journal du serveur (§8.3)",
            "a witness has the name of a log of the server (§8.3)",
        )
    return read_integer(fields["quorum"], "quorum", 1, len(keys)), keys


def _likeness(name: str) -> str:
    """What two names of witnesses that look alike have in common (§8.3)."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c not in _SILENT and unicodedata.category(c) not in _UNSEEN)


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
