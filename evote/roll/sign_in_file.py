# SPDX-License-Identifier: AGPL-3.0-or-later
"""The desk's file of sign-in numbers, sorted by number: docs/protocol.md §13.4, §13.6."""

from collections.abc import Mapping
from dataclasses import dataclass

from protocol.datum import hash_text
from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json
from protocol.errors import MalformedError

NUMBER_DIGITS = 32


@dataclass(frozen=True, slots=True)
class SignInNumbers:
    """Elector by sign-in number, for the roll that numbers them: §13.4, §13.6."""

    uuid: str
    roll_sha256: str
    by_number: Mapping[str, int]

    def number_of(self, elector: int) -> str:
        """Return the number of an elector; KeyError if the file has none."""
        return {each: number for number, each in self.by_number.items()}[elector]

    def encode(self) -> bytes:
        """Return the file; the order of numbers says nothing of the credentials' order."""
        rows: list[JsonValue] = [
            {"sign_in": number, "elector": elector}
            for number, elector in sorted(self.by_number.items())
        ]
        head: dict[str, JsonValue] = {"version": 1, "uuid": self.uuid}
        head["roll_sha256"] = self.roll_sha256
        return encode_json({**head, "sign_in_numbers": rows})


def decode_sign_in_numbers(data: bytes) -> SignInNumbers:
    """Read the desk's file: §13.4.

    Raises:
        MalformedError: not that file, or a number or an elector stands twice.
    """
    fields = Fields(decode_canonical_json(data), where="sign-in numbers", section="13.4")
    fields.integer("version", 1, 1)
    uuid = fields.text("uuid")
    roll_sha256 = hash_text(fields, "roll_sha256")
    pairs = [_pair(item) for item in fields.items("sign_in_numbers")]
    fields.finish()
    by_number = dict(pairs)
    if len(by_number) < len(pairs) or len({elector for _, elector in pairs}) < len(pairs):
        raise MalformedError("a sign-in number or an elector stands twice", section="13.4")
    return SignInNumbers(uuid, roll_sha256, by_number)


def number_text(fields: Fields, name: str) -> str:
    """Return a member that is a sign-in number: §13.4."""
    number = fields.text(name)
    if len(number) != NUMBER_DIGITS or not set(number) <= set("0123456789abcdef"):
        raise MalformedError("a sign-in number is not 32 hexadecimal digits", section="13.4")
    return number


def _pair(item: JsonValue) -> tuple[str, int]:
    fields = Fields(item, where="sign-in number", section="13.4")
    pair = number_text(fields, "sign_in"), fields.integer("elector", 1, 2**31 - 1)
    fields.finish()
    return pair
