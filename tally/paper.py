# SPDX-License-Identifier: AGPL-3.0-or-later
"""The paper copy of a trustee's key, which says where it was mistyped: docs/protocol.md §7.15."""

from dataclasses import dataclass
from typing import Final

from protocol.crockford import MistypedCode, decode_groups, encode_groups
from protocol.encoding import BASE58_ALPHABET
from protocol.errors import MalformedError
from protocol.group import Q, Scalar
from protocol.secret import Secret
from protocol.transcript import labelled_digest
from tally.errors import Refusal

PAPER_LABEL: Final = "evote/v1/paper"
VERSION: Final = 1
SEED_CHARACTERS: Final = 22
KEY_BYTES: Final = 32
CHECK_BYTES: Final = 4
BODY_BYTES: Final = 2 + SEED_CHARACTERS + KEY_BYTES
GROUPS: Final = (6,) * 16
GROUPS_A_LINE: Final = 4
LINES: Final = len(GROUPS) // GROUPS_A_LINE


@dataclass(frozen=True, slots=True, eq=False)
class PaperKey:
    """What the paper holds: the trustee's number, seed and decryption key: §7.15."""

    index: int
    seed: Secret[str]
    decryption_key: Secret[Scalar]


def encode_paper(key: PaperKey, uuid: str) -> Secret[tuple[str, ...]]:
    """Return the lines of the copy, four groups of seven characters each: §7.15."""
    body = (
        bytes([VERSION, key.index])
        + key.seed.reveal().encode("ascii")
        + key.decryption_key.reveal().to_bytes()
    )
    groups = encode_groups(body + _check(uuid, body), GROUPS)
    return Secret(
        tuple(
            " ".join(groups[start : start + GROUPS_A_LINE])
            for start in range(0, len(GROUPS), GROUPS_A_LINE)
        )
    )


def decode_paper(text: str, uuid: str) -> PaperKey:
    """Read a paper copy as a person typed it: §7.15.

    Raises:
        Refusal: naming the groups that are mistyped, or saying that the copy is of another
            election.
    """
    size = BODY_BYTES + CHECK_BYTES
    try:
        data = decode_groups(" ".join(text.split()), GROUPS, size, section="7.15")
    except MistypedCode as cause:
        raise Refusal(_blame(cause.groups), "comparez ces groupes avec votre papier") from cause
    except MalformedError as cause:
        raise Refusal(
            "la copie n'est pas complète : il faut 4 lignes de 4 groupes de 7 caractères",
            "recopiez les seize groupes du papier, dans l'ordre",
        ) from cause
    body, check = data[:BODY_BYTES], data[BODY_BYTES:]
    number = int.from_bytes(body[-KEY_BYTES:], "big")
    seed = body[2:-KEY_BYTES].decode("ascii", errors="replace")
    if check != _check(uuid, body):
        raise Refusal(
            "cette copie sur papier est celle d'une autre élection",
            "vérifiez le numéro de l'élection (--uuid), ou prenez l'autre papier",
        )
    if body[0] != VERSION or not body[1] or number >= Q or set(seed) - set(BASE58_ALPHABET):
        raise Refusal(
            "cette copie sur papier n'est pas d'un genre que ce programme connaît",
            "prenez la version du programme qui a fait cette copie, ou une plus récente",
        )
    return PaperKey(body[1], Secret(seed), Secret(Scalar.from_int(number)))


def _check(uuid: str, body: bytes) -> bytes:
    return bytes.fromhex(labelled_digest(PAPER_LABEL, [uuid, body]))[:CHECK_BYTES]


def _blame(groups: tuple[int, ...]) -> str:
    places = (
        f"ligne {(group - 1) // GROUPS_A_LINE + 1}, groupe {(group - 1) % GROUPS_A_LINE + 1}"
        for group in groups
    )
    return f"faute de frappe : {' ; '.join(places)}"
