# SPDX-License-Identifier: AGPL-3.0-or-later
"""Strict JSON in, canonical JSON out, hashes and base 58: docs/protocol.md §2.1 to §2.4.

One value has one text. What is hashed is the bytes received, kept as they came; what we write has
one form only. The order of an object's members is the business of the structure being written.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import Final, NoReturn, TypeAlias

from protocol.errors import MalformedError
from protocol.rng import Rng, system_rng

JsonValue: TypeAlias = "bool | int | str | list[JsonValue] | dict[str, JsonValue] | None"

MAX_DEPTH: Final = 32
MAX_INTEGER: Final = 2**53 - 1
MAX_BYTES: Final = 2**26
MAX_MARKS: Final = 2**21
MIN_UUID: Final = 14
MAX_UUID: Final = 22
BASE58_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _malformed(message: str, section: str = "2.1") -> MalformedError:
    return MalformedError(message, section=section)


def _refuse_number(_text: str) -> NoReturn:
    raise _malformed("a number is not an integer")


def _decode_integer(text: str) -> int:
    if text == "-0" or len(text) > len(str(-MAX_INTEGER)):
        raise _malformed("an integer is not in its only form, or too large")
    return int(text)


def _decode_members(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _malformed("an object has two members of the same name")
    return members


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_decode_members,
    parse_float=_refuse_number,
    parse_int=_decode_integer,
    parse_constant=_refuse_number,
)


def decode_json(data: bytes) -> JsonValue:
    """Read one JSON text strictly: docs/protocol.md §2.1.

    Raises:
        MalformedError: more than 64 MiB, more than 2^21 of ``,:[{``, not UTF-8, a byte order
            mark, a repeated name, a number that is not an integer of at most 53 bits in its only
            form, more than 32 levels, a lone surrogate, or anything after the value.
    """
    if len(data) > MAX_BYTES:
        raise _malformed("the text is longer than 64 MiB")
    # Whatever is read, a value costs one of these characters, and far more memory than its text.
    if sum(data.count(mark) for mark in b",:[{") > MAX_MARKS:
        raise _malformed("the text has more than 2^21 of the characters , : [ {")
    try:
        value: JsonValue = _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError as cause:
        raise _malformed("the text is not UTF-8") from cause
    except (json.JSONDecodeError, RecursionError) as cause:
        raise _malformed("the text is not JSON") from cause
    _check_tree(value)
    return value


def encode_json(value: JsonValue) -> bytes:
    """Write the only canonical form of a JSON value: docs/protocol.md §2.2.

    No space, members in the order given, raw UTF-8, short escapes where JSON has them.
    """
    _check_tree(value)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # §2.2: the one control character that the standard library leaves as it is.
    return text.replace("\x7f", "\\u007f").encode("utf-8")


def decode_canonical_json(data: bytes) -> JsonValue:
    """Read a JSON text and require that it is the canonical one of its value: §2.1, §2.2."""
    value = decode_json(data)
    if encode_json(value) != data:
        raise _malformed("the text is not in canonical form", "2.2")
    return value


def _check_tree(value: JsonValue) -> None:
    # Level by level rather than recursively: the depth is bounded before it can hurt (§2.1). A
    # level is an array or an object; what stands in neither is at no level.
    level: list[JsonValue] = [value]
    for _ in range(MAX_DEPTH):
        level = _check_nodes(level)
    _check_nodes(level)
    if any(isinstance(node, (dict, list)) for node in level):
        raise _malformed(f"more than {MAX_DEPTH} levels of nesting")


def _check_nodes(nodes: list[JsonValue]) -> list[JsonValue]:
    """Check each, and return what stands in those of them that are arrays or objects."""
    inner: list[JsonValue] = []
    for node in nodes:
        if isinstance(node, str):
            if not node.isascii():
                _check_text(node)
        elif isinstance(node, dict):
            _check_names(node)
            inner.extend(node.values())
        elif isinstance(node, list):
            inner.extend(node)
        elif isinstance(node, int):
            if abs(node) > MAX_INTEGER:
                raise _malformed("an integer is too large")
        elif node is not None:
            raise _malformed("a value is not of a JSON type we write")
    return inner


def _check_names(names: Iterable[object]) -> None:
    for name in names:
        if not (isinstance(name, str) and name.isascii()):
            _check_text(name)


def _check_text(text: object) -> None:
    if not isinstance(text, str):
        raise _malformed("a member's name is not a text")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise _malformed("a text has a lone surrogate")


class Fields:
    """Reads the members of one JSON object, each exactly once, then ``finish()``: §2.1.

    Args:
        value: what should be an object.
        where: what it is, for the error, as in ``"ballot"``.
        section: the section that defines the structure.
    """

    def __init__(self, value: JsonValue, *, where: str, section: str) -> None:
        self._where = where
        self._section = section
        if not isinstance(value, dict):
            raise self.error("is not an object")
        self._members = value
        self._read: set[str] = set()

    def error(self, message: str) -> MalformedError:
        """Return (not raise) the error that this object gives, to be raised by the reader."""
        return MalformedError(f"{self._where} {message}", section=self._section)

    def has(self, name: str) -> bool:
        """Tell whether the member is there at all; ``null`` is there."""
        return name in self._members

    def raw(self, name: str) -> JsonValue:
        """Return the member as it is."""
        if name not in self._members:
            raise self.error(f"lacks member {name}")
        self._read.add(name)
        return self._members[name]

    def text(self, name: str, max_length: int = MAX_BYTES) -> str:
        """Return a text of at most ``max_length`` characters."""
        value = self.raw(name)
        if not isinstance(value, str) or len(value) > max_length:
            raise self.error(f"member {name} is not a text of at most {max_length} characters")
        return value

    def integer(self, name: str, low: int, high: int) -> int:
        """Return an integer of ``[low, high]``; ``true`` is not one."""
        value = self.raw(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(f"member {name} is not an integer from {low} to {high}")
        return value

    def boolean(self, name: str) -> bool:
        """Return ``true`` or ``false``."""
        value = self.raw(name)
        if not isinstance(value, bool):
            raise self.error(f"member {name} is not true or false")
        return value

    def items(self, name: str, count: int | None = None) -> list[JsonValue]:
        """Return an array, of exactly ``count`` items where that is given."""
        value = self.raw(name)
        if not isinstance(value, list):
            raise self.error(f"member {name} is not an array")
        if count is not None and len(value) != count:
            raise self.error(f"member {name} has {len(value)} items instead of {count}")
        return value

    def object(self, name: str) -> "Fields":
        """Return a reader of the object under ``name``."""
        return Fields(self.raw(name), where=f"{self._where}.{name}", section=self._section)

    def optional_raw(self, name: str) -> JsonValue:
        """Return the member as it is, or None where it is absent (or ``null``)."""
        return self.raw(name) if self.has(name) else None

    def optional_text(self, name: str, max_length: int = MAX_BYTES) -> str | None:
        """Return a text, or None where the member is absent."""
        return self.text(name, max_length) if self.has(name) else None

    def optional_integer(self, name: str, low: int, high: int) -> int | None:
        """Return an integer of ``[low, high]``, or None where the member is absent."""
        return self.integer(name, low, high) if self.has(name) else None

    def optional_boolean(self, name: str) -> bool | None:
        """Return a boolean, or None where the member is absent."""
        return self.boolean(name) if self.has(name) else None

    def optional_items(self, name: str, count: int | None = None) -> list[JsonValue] | None:
        """Return an array, or None where the member is absent."""
        return self.items(name, count) if self.has(name) else None

    def optional_object(self, name: str) -> "Fields | None":
        """Return a reader of an object, or None where the member is absent."""
        return self.object(name) if self.has(name) else None

    def finish(self, *, ignore_unknown: bool = False) -> None:
        """Refuse the members that nothing has read, unless the profile ignores them (§14)."""
        unread = [name for name in self._members if name not in self._read]
        if unread and not ignore_unknown:
            raise self.error(f"has the unknown member {unread[0][:40]!r}")


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as 64 lower-case hexadecimal digits: §2.3."""
    return hashlib.sha256(data).hexdigest()


def sha256_base64(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in standard base 64 without padding, 43 characters: §2.3."""
    return _base64(hashlib.sha256(data).digest())


def decode_base64_digest(text: str) -> bytes:
    """Read what ``sha256_base64`` writes, 43 characters, into 32 bytes: §2.3."""
    try:
        digest = b64decode(text + "=", validate=True)
    except ValueError as cause:
        raise _malformed("a digest is not in base 64", "2.3") from cause
    if len(digest) != 32 or _base64(digest) != text:
        raise _malformed("a digest is not in base 64", "2.3")
    return digest


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii").rstrip("=")


def verify_uuid(uuid: str, *, longest: int | None = MAX_UUID) -> None:
    """Check that a uuid is 14 to ``longest`` base-58 characters: §2.4."""
    bounded = MIN_UUID <= len(uuid) <= (longest or len(uuid))
    if not bounded or any(character not in BASE58_ALPHABET for character in uuid):
        raise _malformed("a uuid is not base 58 of the right length", "2.4")


def own_uuid(fields: Fields, name: str = "uuid") -> str:
    """Return a member that is a uuid of ours, 14 to 22 characters: §2.4."""
    uuid = fields.text(name)
    verify_uuid(uuid)
    return uuid


def random_base58(length: int, rng: Rng = system_rng) -> str:
    """Return ``length`` independent, uniform characters of the base-58 alphabet: §2.4."""
    text = ""
    while len(text) < length:
        # 232 = 4 * 58: bytes above are drawn again, so that no character is likelier.
        text += "".join(BASE58_ALPHABET[byte % 58] for byte in rng(2 * length) if byte < 232)
    return text[:length]
