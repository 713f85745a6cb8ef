# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose file is whose: one message of each committee member, in order, or who is missing.

Nothing is believed because of a file's name: a message belongs to the member whose key signed it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from protocol.blame import TrusteeFault
from protocol.certificates import Certificate
from protocol.errors import ProtocolError
from protocol.pki import SignedMessage, verify_signed_message
from protocol.voutput import Voutput
from tally.errors import Refusal, Unreadable, cite, refuse
from tally.messages import name_kind

T = TypeVar("T")
Files = Mapping[str, bytes]
"""The content of each file, by the name under which a person knows it."""


def call_member(index: int, names: Sequence[str]) -> str:
    """Return how a member is called on the screen: name if known, and number."""
    if 1 <= index <= len(names) and names[index - 1]:
        return f"{names[index - 1]} (n° {index})"
    return f"membre n° {index}"


@contextmanager
def blaming(names: Sequence[str]) -> Iterator[None]:
    """Turn a fault of a trustee, or of the whole, into a refusal that names the person."""
    try:
        yield
    except TrusteeFault as fault:
        raise refuse(_describe(fault, names), fault, _ADVICE) from fault
    except ProtocolError as cause:
        raise refuse("ces fichiers ne vont pas ensemble", cause, _ADVICE) from cause


def collect(
    files: Files,
    names: Sequence[str],
    *,
    expected: str,
    decode: Callable[[bytes], T],
    sender: Callable[[str, T], int | None],
) -> tuple[T, ...]:
    """Return one message of each member, in the order of their numbers.

    Args:
        files: in any order, under any name.
        names: of all members; an empty one where it is not known yet.
        expected: what these files are, in French, for the sentence that refuses another kind.
        decode: reads one file; ProtocolError otherwise.
        sender: finds whose message it is, from 1; None for a stranger's.

    Raises:
        Unreadable: a file of another kind.
        Refusal: a stranger's file, two files of one member, or members whose file is missing.
    """
    found: dict[int, tuple[str, T]] = {}
    for label, data in files.items():
        message = _decode(label, data, expected, decode)
        index = sender(label, message)
        if index is None or not 1 <= index <= len(names):
            raise Refusal(
                f"« {label} » ne vient d'aucun des {len(names)} membres de cette cérémonie",
                "ne l'utilisez pas, et demandez à chaque membre de vous redonner son fichier",
            )
        if index in found:
            other = found[index][0]
            raise Refusal(
                f"« {other} » et « {label} » viennent tous deux de {call_member(index, names)}",
                "gardez un seul fichier de chaque membre",
            )
        found[index] = (label, message)
    missing = [index for index in range(1, len(names) + 1) if index not in found]
    if missing:
        raise Refusal(
            f"il manque le fichier de : {', '.join(call_member(i, names) for i in missing)}",
            "relancez la même commande quand vous aurez les fichiers de tous",
        )
    return tuple(found[index][1] for index in sorted(found))


def first_match(count: int, holds: Callable[[int], None]) -> int | None:
    """Return the first number, from 1 to ``count``, for which ``holds`` raises nothing."""
    for index in range(1, count + 1):
        try:
            holds(index)
        except ProtocolError:
            continue
        return index
    return None


def find_signer(certificates: Sequence[Certificate], signed: SignedMessage) -> int | None:
    """Return the number of the member who signed this, None for a stranger."""
    keys = [certificate.verification_key for certificate in certificates]
    return first_match(len(keys), lambda index: verify_signed_message(keys[index - 1], signed))


def find_key_signer(certificates: Sequence[Certificate], voutput: Voutput) -> int | None:
    """Return the number of the member who signed this public key, None for a stranger."""
    key = voutput.public_key
    if key.signature is None:
        return None
    return find_signer(certificates, SignedMessage(key.public_key.encode(), key.signature))


def _decode(label: str, data: bytes, expected: str, decode: Callable[[bytes], T]) -> T:
    try:
        return decode(data)
    except ProtocolError as cause:
        kind = name_kind(data)
        if kind and kind != expected:
            raise Unreadable(
                f"« {label} » est {kind}, pas {expected}",
                "donnez les fichiers de cette étape, un par membre",
            ) from cause
        raise Unreadable(
            f"« {label} » n'est pas lisible comme {expected} {cite(cause)}",
            "demandez à ce membre de vous redonner son fichier, tel quel",
        ) from cause


_ADVICE = "rien n'a été écrit ; prévenez les autres membres avant de continuer"


def _describe(fault: TrusteeFault, names: Sequence[str]) -> str:
    who = call_member(fault.trustee, names)
    if "share" in fault.message:
        return f"la part secrète que {who} vous a envoyée est fausse, ou changée en route"
    if fault.section == "7.11":
        return f"les valeurs de {who} ne sont pas celles de son certificat"
    return f"le fichier de {who} n'est pas valable"
