# SPDX-License-Identifier: AGPL-3.0-or-later
"""How one datum of an election is read, in either profile: docs/protocol.md §2.2, §14.

In the Préau profile every datum is canonical; in the plain one it need only be strict JSON. Files
of the key ceremony may end with the newline that the peer's tool writes.
"""

from collections.abc import Iterable
from typing import Final

from protocol.encoding import MAX_BYTES, Fields, JsonValue, decode_canonical_json, decode_json
from protocol.errors import MalformedError

EVOTE: Final = "evote"


def decode_datum(data: bytes, *, ignore_unknown: bool) -> JsonValue:
    """Read a datum: canonical, unless the plain profile is asked for: §14.

    Raises:
        MalformedError: not strict JSON, or not canonical; in the plain profile also where any
            object in it has a member ``evote``, which demands the other profile.
    """
    if not ignore_unknown:
        return decode_canonical_json(data)
    value = decode_json(data)
    if names_evote(value):
        raise MalformedError("a member evote stands in an election without one", section="14")
    return value


def names_evote(value: JsonValue) -> bool:
    """Tell whether any object of this datum has a member ``evote``: §14."""
    if isinstance(value, dict):
        return EVOTE in value or any(map(names_evote, value.values()))
    return isinstance(value, list) and any(map(names_evote, value))


def decode_file(data: bytes) -> JsonValue:
    """Read a file of the ceremony: canonical JSON and at most one newline after it: §7."""
    return decode_canonical_json(data.removesuffix(b"\n"))


def decode_lines(data: bytes) -> list[JsonValue]:
    """Read a file of canonical JSON texts, one a line: §7."""
    return [decode_canonical_json(line) for line in data.removesuffix(b"\n").split(b"\n")]


def texts(
    values: Iterable[JsonValue], *, where: str, section: str, longest: int = MAX_BYTES
) -> tuple[str, ...]:
    """Return the values of an array that must all be texts of at most ``longest`` characters."""
    result: list[str] = []
    for value in values:
        if not isinstance(value, str) or len(value) > longest:
            raise MalformedError(
                f"an item of {where} is not a text of at most {longest} characters", section=section
            )
        result.append(value)
    return tuple(result)


def rows(value: JsonValue, *, where: str, section: str) -> list[list[JsonValue]]:
    """Return an array of arrays: one for each question, with one item for each choice."""
    if not isinstance(value, list):
        raise MalformedError(f"{where} is not an array", section=section)
    result: list[list[JsonValue]] = []
    for row in value:
        if not isinstance(row, list):
            raise MalformedError(f"an item of {where} is not an array", section=section)
        result.append(row)
    return result


def hash_text(fields: Fields, name: str) -> str:
    """Return a member that is 64 lower-case hexadecimal digits: §2.3."""
    text = fields.text(name, 64)
    if not is_hash(text):
        raise fields.error(f"member {name} is not a hash")
    return text


def is_hash(text: str) -> bool:
    """Tell whether the text is 64 lower-case hexadecimal digits: §2.3."""
    return len(text) == 64 and all(digit in "0123456789abcdef" for digit in text)


def big_integer(fields: Fields, name: str, high: int) -> int:
    """Return a number up to 2^30 − 1, or one beyond it written as a decimal text: §11.2, §11.6."""
    return decode_big_integer(fields.raw(name), high, where=name)


def decode_big_integer(value: JsonValue, high: int, *, where: str) -> int:
    """Read a number up to 2^30 − 1, or a decimal text beyond it, up to ``high``: §11.2, §11.6."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**30:
        number = value
    elif isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 20:
        number = int(value)
        if str(number) != value or number < 2**30:
            raise MalformedError(f"{where} is not in its only form", section="11.2")
    else:
        raise MalformedError(f"{where} is not a number", section="11.2")
    if number > high:
        raise MalformedError(f"{where} is more than {high}", section="11.2")
    return number


def encode_big_integer(number: int) -> int | str:
    """Write a number as such up to 2^30 − 1, as a decimal text beyond: §11.2, §11.6."""
    return number if number < 2**30 else str(number)


def require_canonical(written: bytes, data: bytes, *, where: str) -> None:
    """Check that a datum is what we would write, members in their order too: §2.2."""
    if written != data:
        raise MalformedError(f"{where} is not in its only form", section="2.2")
