# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crockford's base 32, with a check character a group: docs/protocol.md §13.2.

The check is a sum over GF(32): it notices every single wrong character, every two neighbours
exchanged, and every two groups exchanged, and says in which group.
"""

from collections.abc import Sequence
from typing import Final

from protocol.errors import MalformedError

CROCKFORD_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_VALUES: Final = {
    **{character: value for value, character in enumerate(CROCKFORD_ALPHABET)},
    **{character.lower(): value for value, character in enumerate(CROCKFORD_ALPHABET)},
    **dict.fromkeys("Oo", 0),
    **dict.fromkeys("IiLl", 1),
}
_SEPARATORS: Final = str.maketrans("-", " ")
_POLYNOMIAL: Final = 0b100101  # x^5 + x^2 + 1; a = x


class MistypedCode(MalformedError):
    """Some groups are not what was printed; ``groups`` counts them from 1."""

    def __init__(self, groups: Sequence[int], *, section: str) -> None:
        self.groups = tuple(groups)
        numbers = ", ".join(map(str, self.groups))
        super().__init__(f"mistyped in group {numbers}", section=section)


def encode_crockford(data: bytes) -> str:
    """Return the bits of ``data``, most significant first, five a character, zero bits at the end.

    16 bytes give 26 characters, 10 bytes give 16.
    """
    count = -(-8 * len(data) // 5)
    number = int.from_bytes(data, "big") << (5 * count - 8 * len(data))
    return "".join(
        CROCKFORD_ALPHABET[number >> (5 * place) & 31] for place in reversed(range(count))
    )


def encode_groups(data: bytes, sizes: Sequence[int]) -> tuple[str, ...]:
    """Return the characters of ``data`` in groups of these sizes, each with its check at the end.

    The sizes add up to the number of characters; there are at most 31 of them.
    """
    text = encode_crockford(data)
    groups, start = [], 0
    for index, size in enumerate(sizes):
        group = text[start : start + size]
        groups.append(group + CROCKFORD_ALPHABET[_check(index, [_VALUES[c] for c in group])])
        start += size
    return tuple(groups)


def decode_groups(text: str, sizes: Sequence[int], byte_count: int, *, section: str) -> bytes:
    """Read what ``encode_groups`` wrote, as a person may type it.

    Spaces and hyphens are ignored, lower case is upper case, ``O`` is 0, ``I`` and ``L`` are 1.

    Raises:
        MistypedCode: these groups hold another character, or their check does not fit.
        MalformedError: the number of characters is wrong, and no group can be blamed.
    """
    groups = _split(text, sizes, section)
    values = [[_VALUES.get(character, -1) for character in group] for group in groups]
    mistyped = [
        index + 1
        for index, group in enumerate(values)
        if len(group) != sizes[index] + 1 or -1 in group or _check(index, group[:-1]) != group[-1]
    ]
    if mistyped:
        raise MistypedCode(mistyped, section=section)
    number = 0
    for value in (value for group in values for value in group[:-1]):
        number = number << 5 | value
    padding = 5 * sum(sizes) - 8 * byte_count
    if number & ((1 << padding) - 1):
        raise MistypedCode((len(sizes),), section=section)
    return (number >> padding).to_bytes(byte_count, "big")


def _split(text: str, sizes: Sequence[int], section: str) -> list[str]:
    as_typed = text.translate(_SEPARATORS).split(" ")
    as_typed = [group for group in as_typed if group]
    characters = "".join(as_typed)
    total = sum(sizes) + len(sizes)
    if len(characters) != total:
        if len(as_typed) == len(sizes):
            return as_typed
        raise MalformedError(f"{len(characters)} characters instead of {total}", section=section)
    groups, start = [], 0
    for size in sizes:
        groups.append(characters[start : start + size + 1])
        start += size + 1
    return groups


def _check(index: int, values: Sequence[int]) -> int:
    # Σ a^(i+1) v_i + a^k for group k; addition is exclusive or.
    total = _power(index)
    for i, value in enumerate(values):
        total ^= _multiply(_power(i + 1), value)
    return total


def _power(exponent: int) -> int:
    value = 1
    for _ in range(exponent):
        value = _multiply(value, 2)
    return value


def _multiply(left: int, right: int) -> int:
    result = 0
    for place in range(5):
        if right >> place & 1:
            result ^= left
        left <<= 1
        if left & 32:
            left ^= _POLYNOMIAL
    return result
