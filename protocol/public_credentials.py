# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of public credentials: docs/protocol.md §8.4."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from protocol.datum import decode_datum, texts
from protocol.encoding import JsonValue, decode_json, encode_json
from protocol.errors import MalformedError
from protocol.group import Element

MAX_WEIGHT: Final = 10**11
_WEIGHT: Final = re.compile(r"0|[1-9][0-9]{0,11}")


@dataclass(frozen=True, slots=True)
class PublicCredential:
    """A line of the list: key, weight, and the user name that some servers add: §8.4."""

    key: Element
    weight: int = 1
    username: str | None = None

    @classmethod
    def decode(cls, text: str) -> "PublicCredential":
        """Read ``KEY``, ``KEY,weight``, ``KEY,,username`` or ``KEY,weight,username``: §8.4."""
        key, *rest = text.split(",")
        if len(rest) > 2 or rest == [""]:
            raise _malformed("a credential has another form than the four permitted ones")
        weight = 1
        if rest and rest[0]:
            if _WEIGHT.fullmatch(rest[0]) is None or int(rest[0]) > MAX_WEIGHT:
                raise _malformed(f"a weight is not a number from 0 to {MAX_WEIGHT}")
            weight = int(rest[0])
        return cls(Element.decode(key), weight, rest[1] if len(rest) == 2 else None)


@dataclass(frozen=True, slots=True)
class PublicCredentials:
    """All credentials that may vote, distinct, with the exact bytes of their list: §8.4."""

    items: tuple[PublicCredential, ...]
    data: bytes
    _weights: dict[Element, int] = field(repr=False, compare=False)

    @classmethod
    def decode(cls, data: bytes, *, ignore_unknown: bool = False) -> "PublicCredentials":
        """Read the list; in the Préau profile keys alone, sorted by their RFC 8032 bytes: §8.4.

        Raises:
            MalformedError: another shape, a key twice, a total weight of more than 10^11; in the
                Préau profile also a weight, a user name, or another order.
        """
        value = decode_datum(data, ignore_unknown=ignore_unknown)
        if not isinstance(value, list):
            raise _malformed("the public credentials are not an array")
        lines = texts(value, where="public credentials", section="8.4")
        items = tuple(map(PublicCredential.decode, lines))
        if not ignore_unknown:
            _check_plain_and_sorted(lines, items)
        return cls._of(items, data)

    @classmethod
    def of_keys(cls, keys: Iterable[Element]) -> "PublicCredentials":
        """Return the list of these keys as our elections publish it, sorted: §8.4."""
        items = tuple(PublicCredential(key) for key in sort_keys(keys))
        lines: list[JsonValue] = [item.key.encode() for item in items]
        return cls._of(items, encode_json(lines))

    @classmethod
    def _of(cls, items: tuple[PublicCredential, ...], data: bytes) -> "PublicCredentials":
        weights = {item.key: item.weight for item in items}
        if len(weights) != len(items):
            raise _malformed("a public credential is listed twice")
        if sum(weights.values()) > MAX_WEIGHT:
            raise _malformed(f"the total of all weights is more than {MAX_WEIGHT}")
        return cls(items, data, weights)

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, key: Element) -> bool:
        return key in self._weights

    def __iter__(self) -> Iterator[Element]:
        return (item.key for item in self.items)

    def keys(self) -> tuple[Element, ...]:
        """Return the keys in the order of the list."""
        return tuple(self)

    def weight_of(self, key: Element) -> int | None:
        """Return the weight of a credential, None for one that is not listed."""
        return self._weights.get(key)

    @property
    def total_weight(self) -> int:
        """The sum of all weights."""
        return sum(self._weights.values())

    def without_usernames(self) -> bytes:
        """Return the list as it is hashed where user names are removed: §8.5."""
        value = decode_json(self.data)
        lines = texts(value if isinstance(value, list) else [], where="list", section="8.4")
        return encode_json([_without_username(line) for line in lines])


def _without_username(line: str) -> str:
    key, *rest = line.split(",")
    return f"{key},{rest[0]}" if rest and rest[0] else key


def sort_keys(keys: Iterable[Element]) -> tuple[Element, ...]:
    """Return the keys in increasing order of the 32 bytes that RFC 8032 writes: §8.4."""
    return tuple(sorted(keys, key=Element.to_rfc8032))


def _check_plain_and_sorted(lines: tuple[str, ...], items: tuple[PublicCredential, ...]) -> None:
    if any("," in line for line in lines):
        raise _malformed("a public credential has a weight or a user name")
    keys = tuple(item.key for item in items)
    if keys != sort_keys(keys):
        raise _malformed("the public credentials are not sorted")


def _malformed(message: str) -> MalformedError:
    return MalformedError(message, section="8.4")
