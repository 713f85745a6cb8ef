# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the credential desk tells the server during a vote: docs/protocol.md §17.4.

Neither has a code in it, nor says which reserve goes to whom: docs/adr/0014.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from protocol.datum import require_canonical
from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json, own_uuid
from protocol.errors import MalformedError
from protocol.group import Element
from protocol.merkle import LogPosition

_SECTION: Final = "17.4"
_DIGITS: Final = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class ReissueMessage:
    """A code is replaced: its public credential becomes void, its sign-in gets another number."""

    uuid: str
    revoked: Element
    sign_in_before: str
    sign_in_after: str

    @classmethod
    def decode(cls, data: bytes) -> "ReissueMessage":
        """Read the canonical file."""
        fields = Fields(decode_canonical_json(data), where="reissue", section=_SECTION)
        fields.integer("evote_reissue", 1, 1)
        message = cls(
            own_uuid(fields),
            Element.decode(fields.raw("revoked")),
            _number(fields.raw("sign_in_before")),
            _number(fields.raw("sign_in_after")),
        )
        fields.finish()
        require_canonical(message.encode(), data, where="a reissue")
        return message

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode_json(
            {
                "evote_reissue": 1,
                "uuid": self.uuid,
                "revoked": self.revoked.encode(),
                "sign_in_before": self.sign_in_before,
                "sign_in_after": self.sign_in_after,
            }
        )


@dataclass(frozen=True, slots=True)
class ContestedMessage:
    """A parent says that somebody voted in their place: what the desk found on its side."""

    uuid: str
    sign_ins: tuple[str, ...]
    credential_used: bool

    @classmethod
    def decode(cls, data: bytes) -> "ContestedMessage":
        """Read the canonical file."""
        fields = Fields(decode_canonical_json(data), where="contested vote", section=_SECTION)
        fields.integer("evote_contested", 1, 1)
        message = cls(
            own_uuid(fields),
            tuple(map(_number, fields.items("sign_ins"))),
            fields.boolean("credential_used"),
        )
        fields.finish()
        require_canonical(message.encode(), data, where="a contested vote")
        return message

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode_json(
            {
                "evote_contested": 1,
                "uuid": self.uuid,
                "sign_ins": list(self.sign_ins),
                "credential_used": self.credential_used,
            }
        )


@dataclass(frozen=True, slots=True)
class SignedInMessage:
    """After a restore: the sign-in number of every ballot on a board, and which were replaced.

    ``sign_ins`` and ``replaced`` (before, after) are sorted by number: neither order says which
    ballot, nor whose.
    """

    uuid: str
    board: LogPosition
    sign_ins: tuple[str, ...]
    replaced: tuple[tuple[str, str], ...]

    @classmethod
    def decode(cls, data: bytes) -> "SignedInMessage":
        """Read the canonical file."""
        fields = Fields(decode_canonical_json(data), where="sign-ins", section=_SECTION)
        fields.integer("evote_signed_in", 1, 1)
        message = cls(
            own_uuid(fields),
            LogPosition.decode(fields.raw("board"), section=_SECTION),
            tuple(map(_number, fields.items("sign_ins"))),
            tuple(map(_replaced, fields.items("replaced"))),
        )
        fields.finish()
        require_canonical(message.encode(), data, where="the sign-ins")
        for numbers in (message.sign_ins, [before for before, _ in message.replaced]):
            if any(one >= two for one, two in pairwise(numbers)):
                raise MalformedError("sign-in numbers are not in their order", section=_SECTION)
        return message

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode_json(
            {
                "evote_signed_in": 1,
                "uuid": self.uuid,
                "board": self.board.encode(),
                "sign_ins": list(self.sign_ins),
                "replaced": [
                    {"sign_in_before": before, "sign_in_after": after}
                    for before, after in self.replaced
                ],
            }
        )


def _replaced(item: JsonValue) -> tuple[str, str]:
    fields = Fields(item, where="replaced sign-in", section=_SECTION)
    pair = _number(fields.raw("sign_in_before")), _number(fields.raw("sign_in_after"))
    fields.finish()
    return pair


def _number(value: object) -> str:
    if not isinstance(value, str) or len(value) != 32 or not set(value) <= _DIGITS:
        raise MalformedError("a sign-in number is not 32 hexadecimal digits", section="13.4")
    return value
