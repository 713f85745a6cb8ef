# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee's key file on disk: docs/protocol.md §7.14.

The header says in clear which election, which trustee and which step; it is authenticated with the
secret, and both must agree.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

from protocol.encoding import JsonValue
from protocol.errors import ProtocolError
from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from tally.errors import Refusal, Unreadable
from tally.files import MAX_MESSAGE_BYTES, NewFile, read_file, write_files
from tally.memory import SentMessage, Step, TrusteeMemory, decode_memory, encode_memory
from tally.sealing import KEPT_COPY, Members, read_members, seal, unseal

FIRST_LINE: Final = "EVOTE-TRUSTEE-SECRET-1 secret: never send, print or copy this file"


def encode_keyfile(memory: TrusteeMemory, passphrase: Secret[str], rng: Rng = system_rng) -> bytes:
    """Return the bytes of the key file, sealed anew: §7.14."""
    return seal(FIRST_LINE, _header(memory), encode_memory(memory), passphrase, rng)


def decode_keyfile(data: bytes, passphrase: Secret[str]) -> TrusteeMemory:
    """Open a key file: §7.14.

    Raises:
        Unreadable: another kind of file, or a damaged one.
        Refusal: not its passphrase.
    """
    members, plaintext = unseal(FIRST_LINE, data, passphrase)
    try:
        memory = decode_memory(plaintext)
    except (ProtocolError, ValueError) as cause:
        raise Unreadable("le contenu de la clé secrète n'est pas lisible", KEPT_COPY) from cause
    if members != _header(memory):
        raise Unreadable("l'en-tête de la clé secrète ne correspond pas à son contenu", KEPT_COPY)
    return memory


def read_public_header(path: Path) -> Members:
    """Return what the key file says in clear, which only its passphrase would prove: §7.14."""
    return read_members(FIRST_LINE, read_file(path))


def load_keyfile(path: Path, passphrase: Secret[str]) -> TrusteeMemory:
    """Read and open the key file at ``path``."""
    return decode_keyfile(read_file(path), passphrase)


def save_step(
    path: Path,
    memory: TrusteeMemory,
    passphrase: Secret[str],
    messages: tuple[NewFile, ...] = (),
    *,
    new: bool = False,
) -> None:
    """Write a step: its messages, then the key file that knows of it; all of them or none.

    Args:
        path: of the key file, readable by its owner alone.
        memory: what it knows after the step.
        passphrase: that seals it.
        messages: the files that travel; the key file keeps them, should they be lost.
        new: whether the key file must not exist yet.

    Raises:
        Unreadable: it could not be written, or not be opened again as it would be.
    """
    sent = (SentMessage(each.path.name, each.data.decode("utf-8")) for each in messages)
    kept = tuple({each.name: each for each in (*memory.sent, *sent)}.values())
    data = encode_keyfile(replace(memory, sent=kept), passphrase)
    _require_readable(data, passphrase)
    write_files([*messages, NewFile(path, data, secret=True, replace=not new)])


def _require_readable(data: bytes, passphrase: Secret[str]) -> None:
    # What could not be opened again must never replace what can.
    if len(data) > MAX_MESSAGE_BYTES:
        raise Unreadable(
            "la clé secrète serait trop grosse pour être relue : rien n'a été écrit",
            "l'un des fichiers reçus est anormal ; prévenez les autres membres",
        )
    try:
        decode_keyfile(data, passphrase)
    except Refusal as cause:
        raise Unreadable(
            "la clé secrète ne pourrait pas être relue : rien n'a été écrit",
            "gardez votre fichier de clé tel qu'il est, et signalez-le aux auteurs du programme",
        ) from cause


def _header(memory: TrusteeMemory) -> Members:
    header: dict[str, JsonValue] = {
        "uuid": memory.uuid,
        "index": memory.index,
        "step": memory.step.value,
    }
    if memory.step is Step.SEALED:
        header["fingerprint"] = memory.fingerprint
    return header
