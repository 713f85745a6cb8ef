# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/protocol.md §2.1 to §2.4, refusal by refusal."""

from __future__ import annotations

import pytest

from protocol import encoding
from protocol.encoding import (
    BASE58_ALPHABET,
    Fields,
    decode_base64_digest,
    decode_canonical_json,
    decode_json,
    encode_json,
    random_base58,
    sha256_base64,
    sha256_hex,
)
from protocol.errors import MalformedError
from tests.rng import seeded_rng

REFUSED = {
    "nothing": b"",
    "bytes that are not UTF-8": b'"\xff"',
    "an overlong encoding": b'"\xc0\xaf"',
    "a raw surrogate": b'"\xed\xa0\x80"',
    "a byte order mark": b"\xef\xbb\xbf1",
    "text after the value": b"1 2",
    "a key twice": b'{"a":1,"a":1}',
    "a key twice, one of them escaped": b'{"a":1,"\\u0061":1}',
    "a key twice, deep inside": b'[{"b":[{"a":1,"a":2}]}]',
    "a fraction": b"1.0",
    "an exponent": b"1e3",
    "minus zero": b"-0",
    "a leading zero": b"01",
    "a plus sign": b"+1",
    "2^53": b"9007199254740992",
    "-2^53": b"-9007199254740992",
    "five thousand digits": b"1" * 5000,
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "full-width digits": "１".encode(),
    "an underscore in a number": b"1_0",
    "a comment": b"1 // one",
    "a trailing comma": b"[1,]",
    "single quotes": b"'a'",
    "a raw control character": b'"\n"',
    "a lone high surrogate": b'"\\ud800"',
    "a lone low surrogate": b'"\\udc00x"',
    "a lone surrogate in a key": b'{"\\udfff":1}',
    "33 levels": b"[" * 33 + b"]" * 33,
    "a hundred thousand levels": b"[" * 100_000,
    "no-break space between tokens": b"[1,\xc2\xa02]",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_json_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError, match=r"\(§2\.1\)$"):
        decode_json(data)


def test_json_at_its_limits_is_read() -> None:
    assert decode_json(b"[9007199254740991,-9007199254740991]") == [2**53 - 1, -(2**53) + 1]
    assert decode_json(b"[" * 32 + b"]" * 32) is not None
    assert decode_json(b' {"a" :\t[true,\r\n null]} ') == {"a": [True, None]}
    assert decode_json(b'"\\ud83d\\ude00"') == "😀"


def test_a_text_over_64_mib_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert encoding.MAX_BYTES == 64 * 1024 * 1024
    monkeypatch.setattr(encoding, "MAX_BYTES", 5)
    assert decode_json(b'"aaa"') == "aaa"
    with pytest.raises(MalformedError, match="64 MiB"):
        decode_json(b'"aaaa"')


@pytest.mark.parametrize("mark", [b",", b":", b"[", b"{"])
def test_each_of_four_characters_counts_and_no_other(mark: bytes) -> None:
    assert decode_json(b'"' + mark * 2**21 + b'}];"') is not None
    with pytest.raises(MalformedError, match=r"2\^21"):
        decode_json(b'"' + mark * (2**21 + 1) + b'"')


def test_a_list_of_as_many_values_as_permitted_is_read() -> None:
    most = b"[" + b"1," * (2**21 - 1) + b"1]"
    assert len(decode_json(most)) == 2**21  # type: ignore[arg-type]
    with pytest.raises(MalformedError, match=r"2\^21"):
        decode_json(b"[" + most + b"]")


WRITTEN = {
    '"\\"\\\\/"': '"\\/',
    '"\\b\\f\\n\\r\\t"': "\b\f\n\r\t",
    '"\\u0000\\u000b\\u001f\\u007f"': "\0\x0b\x1f\x7f",
    '"\\\\\\u007f"': "\\\x7f",
    '"École 😀 \u2028"': "École 😀 \u2028",
    '{"b":1,"a":[true,null]}': {"b": 1, "a": [True, None]},
    '{"\\n":""}': {"\n": ""},
    "[]": [],
}


@pytest.mark.parametrize(("text", "value"), WRITTEN.items())
def test_json_is_written_in_one_form(text: str, value: object) -> None:
    assert encode_json(value).decode() == text  # type: ignore[arg-type]
    assert decode_canonical_json(text.encode()) == value


@pytest.mark.parametrize(
    "value", [1.0, 2**53, "\ud800", {1: "a"}, {"\udc00": 1}, (1,), b"a", [[1.5]]]
)
def test_what_json_would_not_read_is_not_written(value: object) -> None:
    with pytest.raises(MalformedError):
        encode_json(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", [" 1", "1\n", "[1, 2]", '"\\/"', '"\\u0041"', '"\\u001F"', '"\x7f"', '"\\u000a"']
)
def test_json_in_another_form_is_not_canonical(text: str) -> None:
    decode_json(text.encode())
    with pytest.raises(MalformedError, match=r"canonical form \(§2\.2\)"):
        decode_canonical_json(text.encode())


def test_digests_are_those_of_the_standard() -> None:
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256_base64(b"abc") == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0"
    assert decode_base64_digest(sha256_base64(b"abc")).hex() == sha256_hex(b"abc")


@pytest.mark.parametrize(
    "text",
    [
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa1",  # the two last bits are not zero
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
        "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa",
        " ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
        "",
        "é" * 43,
    ],
)
def test_a_digest_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match=r"§2\.3"):
        decode_base64_digest(text)


def test_random_base58_uses_every_character_equally() -> None:
    every_byte_once = iter([bytes(range(256)), bytes(range(232, 256)) * 20, b"\0" * 1000])
    text = random_base58(240, lambda _: next(every_byte_once))
    assert text[:232] == BASE58_ALPHABET * 4
    assert text[232:] == "1" * 8
    assert len(set(random_base58(1000, seeded_rng("a")))) == 58


OBJECT = '{"text":"é","number":7,"flag":true,"items":[1,2],"object":{"inner":1},"null":null}'


def fields() -> Fields:
    return Fields(decode_json(OBJECT.encode()), where="thing", section="8.1")


def test_fields_reads_each_kind() -> None:
    reader = fields()
    assert reader.text("text", 1) == "é"
    assert reader.integer("number", 7, 7) == 7
    assert reader.boolean("flag") is True
    assert reader.items("items", 2) == [1, 2]
    inner = reader.object("object")
    assert inner.optional_integer("inner", 0, 1) == 1
    assert inner.optional_text("absent") is None
    inner.finish()
    assert reader.optional_raw("null") is None
    assert (reader.has("null"), reader.has("absent")) == (True, False)
    reader.finish()


@pytest.mark.parametrize(
    "read",
    [
        lambda f: f.text("absent"),
        lambda f: f.text("number"),
        lambda f: f.text("text", 0),
        lambda f: f.integer("number", 0, 6),
        lambda f: f.integer("number", 8, 9),
        lambda f: f.integer("flag", 0, 1),
        lambda f: f.integer("text", 0, 1),
        lambda f: f.boolean("number"),
        lambda f: f.items("object"),
        lambda f: f.items("items", 3),
        lambda f: f.object("items"),
        lambda f: f.optional_text("null"),
        lambda f: f.optional_integer("text", 0, 1),
        lambda f: f.optional_boolean("text"),
        lambda f: f.optional_items("text"),
        lambda f: f.optional_object("text"),
        lambda f: f.finish(),
        lambda _: Fields([], where="thing", section="8.1"),
    ],
)
def test_fields_refuses(read: object) -> None:
    with pytest.raises(MalformedError, match=r"thing.* \(§8\.1\)"):
        read(fields())  # type: ignore[operator]


def test_unknown_members_are_refused_unless_the_profile_ignores_them() -> None:
    reader = Fields({"known": 1, "unknown": 2}, where="thing", section="14")
    reader.raw("known")
    reader.finish(ignore_unknown=True)
    with pytest.raises(MalformedError, match="unknown member 'unknown'"):
        reader.finish()
