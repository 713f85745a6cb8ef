# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witnesses that the server asks, from the file of ``PREAU_WITNESS_FILE``: §22.

Lines ``witness NAME VKEY URL``, those of a C2SP ``tlog-policy``; empty lines and lines that begin
with ``#`` are passed over. Nothing else of a policy is said here: which witnesses an election
demands is sealed in it (§8.3).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from protocol.cosignatures import CosignerVerifierKey
from protocol.errors import ProtocolError

MAX_WITNESSES: Final = 16
_FIELDS: Final = 4


class WitnessFileFault(Exception):
    """The file cannot be used: one French sentence."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One witness: what we call it, the key with which its lines verify, and its prefix of §22."""

    name: str
    key: CosignerVerifierKey
    url: str


def read_witnesses(path: Path) -> tuple[Witness, ...]:
    """Read the file.

    Raises:
        WitnessFileFault: it cannot be read, or has a line that is none, or two for one witness.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as cause:
        raise WitnessFileFault("PREAU_WITNESS_FILE ne peut pas être lu") from cause
    told = [line.split() for line in lines]
    witnesses = tuple(_witness(fields) for fields in told if fields and fields[0][0] != "#")
    if len(witnesses) > MAX_WITNESSES:
        raise WitnessFileFault(f"PREAU_WITNESS_FILE a plus de {MAX_WITNESSES} témoins")
    for what in ({each.name for each in witnesses}, {each.key.name for each in witnesses}):
        if len(what) < len(witnesses):
            raise WitnessFileFault("PREAU_WITNESS_FILE a deux fois le même témoin")
    return witnesses


def _witness(fields: list[str]) -> Witness:
    wrong = f"PREAU_WITNESS_FILE : « {' '.join(fields)[:60]} » n'est pas witness NOM CLÉ ADRESSE"
    if len(fields) != _FIELDS or fields[0] != "witness":
        raise WitnessFileFault(wrong)
    _, name, key, url = fields
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise WitnessFileFault(wrong)
    try:
        return Witness(name, CosignerVerifierKey.decode(key), url.rstrip("/"))
    except ProtocolError as cause:
        raise WitnessFileFault(wrong) from cause
