# SPDX-License-Identifier: AGPL-3.0-or-later
"""§2.1 and §2.2: one text, one value; and the other way round where it is demanded."""

from __future__ import annotations

import pytest

from audit.strict_json import decode, decode_datum, encode, read_count, read_object
from audit.words import Malformed

REFUSED = {
    "nothing": b"",
    "a byte-order mark": b'\xef\xbb\xbf{"a":1}',
    "not UTF-8": b'"\xff"',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "a key twice": b'{"a":1,"a":1}',
    "a key twice, deeper": b'[{"b":{"a":1,"a":2}}]',
    "a key twice, once escaped": b'{"a":1,"\\u0061":1}',
    "a fraction": b"1.0",
    "an exponent": b"1e3",
    "minus zero": b"-0",
    "a leading zero": b"01",
    "2^53": b"9007199254740992",
    "-2^53": b"-9007199254740992",
    "five thousand digits": b"1" * 5000,
    "NaN": b"[NaN]",
    "Infinity": b"Infinity",
    "a comment": b"1//",
    "two values": b"1 2",
    "a lone surrogate": b'"\\ud800"',
    "a lone surrogate as key": b'{"\\udc00":1}',
    "surrogates in the wrong order": b'"\\udc00\\ud800"',
    "a raw control character": b'"\x01"',
    "33 levels": b"[" * 33 + b"]" * 33,
    "100,000 levels": b"[" * 100_000,
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_an_ambiguous_text_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode(data)


def test_what_is_permitted_is_read() -> None:
    assert decode(b' {"a" : [1, -2, true, null, "\\ud83d\\ude00"]}\n') == {
        "a": [1, -2, True, None, "\U0001f600"]
    }
    assert decode(b"[" * 32 + b"]" * 32)
    assert decode(b"9007199254740991") == 2**53 - 1


@pytest.mark.parametrize("counted", [b",", b":", b"[", b"{", b"{:,["])
def test_a_text_has_at_most_2_21_values(counted: bytes) -> None:
    at_the_bound = b'"]};' + counted * (2**21 // len(counted)) + b'"'
    assert len(decode(at_the_bound)) == 2**21 + 3
    with pytest.raises(Malformed, match="too many values"):
        decode(b"[" + at_the_bound + b"]")


def test_a_full_array_is_read() -> None:
    assert len(decode(b"[" + b"0," * (2**21 - 1) + b"0]")) == 2**21
    with pytest.raises(Malformed, match="too many values"):
        decode(b"[" + b"0," * 2**21 + b"0]")


def test_canonical_text_is_unique() -> None:
    value = {"é": '"\\/\b\f\n\r\t\x01\x7f\u2028', "n": -5}
    text = encode(value)
    assert text == b'{"\xc3\xa9":"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f\xe2\x80\xa8","n":-5}'
    assert decode_datum(text, canonical=True) == value
    for other in (text.replace(b":-5", b": -5"), text.replace(b"/", b"\\/"), text + b" "):
        assert decode_datum(other, canonical=False) == value
        with pytest.raises(Malformed):
            decode_datum(other, canonical=True)


def test_members_are_named_known_and_in_order() -> None:
    spec = "a b? c"
    assert read_object({"a": 1, "c": 2}, spec, strict=True) == {"a": 1, "c": 2}
    assert read_object({"c": 2, "x": 0, "a": 1}, spec, strict=False)
    others: list[object] = [{"a": 1}, [], None, {"c": 1, "a": 1}, {"a": 1, "c": 1, "x": 1}]
    for value in others:
        with pytest.raises(Malformed):
            read_object(value, spec, strict=True)


@pytest.mark.parametrize(
    "value", [-1, True, 2**30, "5", "01073741824", "1e10", str(2**30 - 1), "²"]
)
def test_a_count_has_one_form(value: object) -> None:
    with pytest.raises(Malformed):
        read_count(value, "count")


def test_a_count_is_a_number_then_a_text() -> None:
    assert read_count(2**30 - 1, "count") == 2**30 - 1
    assert read_count(str(2**30), "count") == 2**30
