# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a school may decide, and the sentence for what it may not: the election's configuration."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from evote.election.config import ElectionConfig, at_hours, decode_config
from evote.election.config_writing import encode_config
from evote.errors import Refusal, Unreadable
from protocol import bindings
from protocol.cosignatures import CosignerKey
from protocol.election import MAX_DESCRIPTION
from protocol.secret import Secret
from protocol.witness_binding import MAX_WITNESSES
from tests.vectors.make_log_vectors import LOG_KEY

DOCS = Path(__file__).parents[4] / "docs"
SCHEMA = json.loads((DOCS / "schemas/election-config.schema.json").read_text("utf-8"))
VALID: dict[str, Any] = {
    "version": 1,
    "name": "Élection des représentants des parents d'élèves",
    "description": "Année 2026-2027",
    "school": {"name": "École Jules Ferry", "uai": "0750001A", "kind": "ecole"},
    "seats": 2,
    "lists": [
        {"label": "FCPE", "candidates": ["Ana A", "Bob B"]},
        {"label": "PEEP", "candidates": ["Cy C", "Dan D", "Eve E", "Fay F"]},
    ],
    "opens_at": "2026-10-06T08:00:00+02:00",
    "closes_at": "2026-10-09T18:00:00+02:00",
    "grace_seconds": 300,
}
Change = Callable[[dict[str, Any]], None]


def encode(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def changed(change: Change) -> bytes:
    value = copy.deepcopy(VALID)
    change(value)
    return encode(value)


def test_a_valid_file_is_read_and_follows_its_schema() -> None:
    jsonschema.validate(VALID, SCHEMA)
    config = decode_config(encode(VALID))
    assert config.opens_at == 1_791_266_400
    assert config.closes_at - config.opens_at == 82 * 3600
    assert [each.label for each in config.lists] == ["FCPE", "PEEP"]
    assert not config.rehearsal


def test_what_is_written_follows_the_schema_and_is_read_as_the_same() -> None:
    config = decode_config(encode(VALID))
    written = json.loads(encode_config(config))
    jsonschema.validate(written, SCHEMA)
    assert written == VALID | {"rehearsal": False}
    witnessed = decode_config(changed(witnesses("b", "a", quorum=2)))
    full = replace(at_hours(witnessed, 1_800_000_001, 1_800_100_000), rehearsal=True)
    written = json.loads(encode_config(full))
    jsonschema.validate(written, SCHEMA)
    assert written.keys() - {"version"} == {each.name for each in fields(ElectionConfig)}
    assert decode_config(encode_config(full)) == full


def test_a_byte_order_mark_of_windows_is_taken() -> None:
    assert decode_config(b"\xef\xbb\xbf" + encode(VALID)) == decode_config(encode(VALID))


def lists(*labels: str) -> Change:
    items = [{"label": label, "candidates": ["Ana A", "Bob B"]} for label in labels]
    return lambda value: value.update(lists=items)


def candidates(*names: str) -> Change:
    return lambda value: value.update(lists=[{"label": "FCPE", "candidates": list(names)}])


def put(name: str, what: object) -> Change:
    return lambda value: value.update({name: what})


def witnesses(*names: str, quorum: object = 1, seed: bytes | None = None) -> Change:
    keys = [
        CosignerKey(name, Secret(seed or bytes([i]) * 32)).verifier_key.encode()
        for i, name in enumerate(names)
    ]
    return put("witnesses", {"quorum": quorum, "keys": keys})


REFUSED: dict[str, tuple[Change, str]] = {
    "no witness": (witnesses(), "de 1 à 16 témoins"),
    "17 witnesses": (witnesses(*(f"w{i}" for i in range(17))), "de 1 à 16 témoins"),
    "two witnesses of one name": (witnesses("a", "a"), "le même nom"),
    "witnesses of names that look alike": (
        witnesses("a.fr", "A.fr"),
        "deux noms de témoins se ressemblent",
    ),
    "two witnesses of one key": (witnesses("a", "b", seed=bytes(32)), "la même clé"),
    "a quorum of more than there are": (witnesses("a", "b", quorum=3), "en nomme 2"),
    "no list": (lists(), "de 1 à 50 listes"),
    "51 lists": (lists(*(f"Liste {number}" for number in range(51))), "de 1 à 50 listes"),
    "the same label twice": (lists("A", "A"), "deux listes ont le même nom"),
    "labels that look alike": (lists("FCPE", "fc pe"), "deux listes ont le même nom"),
    "a list called blank": (lists("FCPE", "Blanc"), "comme le vote blanc"),
    "one candidate": (candidates("Ana A"), "a 1 nom"),
    "more than twice the seats": (candidates(*"ABCDE"), "a 5 nom"),
    "the same candidate twice": (candidates("Ana A", "ANA A"), "deux candidats"),
    "a trailing space": (put("name", "Élection "), "n'est pas acceptable"),
    "an invisible sign": (lists("FC\u200bPE", "PEEP"), "n'est pas acceptable"),
    "a letter of another alphabet": (lists("F\u0421PE", "PEEP"), "n'est pas acceptable"),
    "a name on two lines": (put("name", "École\nSièges : 9"), "n'est pas acceptable"),
    "a description on two lines": (put("description", "Un.\nDeux."), "n'est pas acceptable"),
    "a long description": (put("description", "L" * 2001), "n'est pas acceptable"),
    "a name of 201 characters": (put("name", "L" * 201), "n'est pas acceptable"),
    "an hour before 1970": (put("opens_at", "1969-12-31T08:00:00Z"), "pas de notre époque"),
    "an hour after the year 9999": (
        put("closes_at", "9999-12-31T23:00:00-02:00"),
        "pas de notre époque",
    ),
    "closing first": (put("closes_at", "2026-10-06T07:59:00+02:00"), "ne vient pas après"),
    "under 24 hours": (put("closes_at", "2026-10-07T07:30:00+02:00"), "durerait 23 h 30 min"),
    "over 5 days": (put("closes_at", "2026-10-11T09:00:00+02:00"), "durerait 121 h"),
}
UNREADABLE: dict[str, tuple[Change, str]] = {
    "a quorum of none": (witnesses("a", quorum=0), "« quorum » va de 1 à 16"),
    "no quorum": (put("witnesses", {"keys": []}), "il manque « quorum »"),
    "a witness that is no key": (
        put("witnesses", {"quorum": 1, "keys": ["temoin.exemple.fr"]}),
        "« temoin.exemple.fr » n'est pas la clé d'un témoin",
    ),
    "a witness with the key of a log": (
        put("witnesses", {"quorum": 1, "keys": [LOG_KEY]}),
        "n'est pas la clé d'un témoin",
    ),
    "a witness that is a number": (put("witnesses", {"quorum": 1, "keys": [1]}), "« 1 »"),
    "witnesses in a list": (put("witnesses", []), "« witnesses » n'est pas du genre attendu"),
    "more than quorum and keys": (
        put("witnesses", {"quorum": 1, "keys": [], "url": ""}),
        "'url' n'y a pas sa place",
    ),
    "no seats": (lambda value: value.pop("seats"), "il manque « seats »"),
    "no zone": (put("opens_at", "2026-10-06T08:00:00"), "date"),
    "a date that is none": (put("opens_at", "2026-02-30T08:00:00+01:00"), "date"),
    "a UAI of another form": (lambda value: value["school"].update(uai="750001A"), "UAI"),
    "an unknown kind": (lambda value: value["school"].update(kind="lycée"), "type"),
    "an unknown member": (put("siege", 2), "n.y a pas sa place"),
    "a text for a number": (put("seats", "2"), "« seats » va de 1 à 100"),
    "true for a number": (put("seats", True), "seats"),
    "another version": (put("version", 2), "« version » va de 1 à 1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_rules_do_not_allow_is_refused_by_name(case: str) -> None:
    change, words = REFUSED[case]
    with pytest.raises(Refusal, match=words) as refusal:
        decode_config(changed(change))
    assert not isinstance(refusal.value, Unreadable)
    assert refusal.value.advice


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_not_of_the_schema_is_unreadable(case: str) -> None:
    change, words = UNREADABLE[case]
    with pytest.raises(Unreadable, match=words) as refusal:
        decode_config(changed(change))
    assert refusal.value.advice


def test_witnesses_are_read_in_any_order_and_follow_the_schema() -> None:
    data = changed(witnesses("b.example", "a.example", "é", quorum=2))
    jsonschema.validate(json.loads(data), SCHEMA)
    named = decode_config(data).witnesses
    assert named is not None
    assert [key.name for key in named.keys] == ["a.example", "b.example", "é"]
    assert named.quorum == 2
    assert decode_config(encode(VALID)).witnesses is None


def test_the_example_of_the_handbook_is_read() -> None:
    handbook = (DOCS / "server-election.md").read_text("utf-8")
    (example,) = re.findall(r"(?ms)^```json\n(.*?)^```$", handbook)
    config = VALID | json.loads(example)
    jsonschema.validate(config, SCHEMA)
    named = decode_config(encode(config)).witnesses
    assert named is not None
    assert len(named.keys) == 2


@pytest.mark.parametrize("key", ["temoin.exemple.fr", LOG_KEY, "a+00000000+BCms"])
def test_the_schema_knows_the_form_of_a_key(key: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**VALID, "witnesses": {"quorum": 1, "keys": [key]}}, SCHEMA)


def test_a_description_may_be_empty_or_long() -> None:
    for text in ("", "L" * 2000):
        assert decode_config(changed(put("description", text))).description == text
        jsonschema.validate(json.loads(changed(put("description", text))), SCHEMA)


def test_the_limits_of_the_schema_are_those_of_the_protocol() -> None:
    properties = SCHEMA["properties"]
    assert properties["seats"]["maximum"] == bindings.MAX_SEATS
    assert properties["lists"]["maxItems"] == bindings.MAX_LISTS
    assert properties["grace_seconds"]["maximum"] == bindings.MAX_GRACE_SECONDS
    assert properties["description"]["maxLength"] == MAX_DESCRIPTION
    witnesses = properties["witnesses"]["properties"]
    assert witnesses["quorum"]["maximum"] == witnesses["keys"]["maxItems"] == MAX_WITNESSES
    assert set(properties["school"]["properties"]["kind"]["enum"]) == set(bindings.KINDS)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"PK\x03\x04", b'{"version":1,"version":1}'])
def test_what_is_not_json_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_config(data)


@pytest.mark.parametrize("hours", [24, 120])
def test_the_shortest_and_the_longest_vote_are_allowed(hours: int) -> None:
    days, rest = divmod(8 + hours, 24)
    data = changed(put("closes_at", f"2026-10-{6 + days:02}T{rest:02}:00:00+02:00"))
    config = decode_config(data)
    assert config.closes_at - config.opens_at == hours * 3600


def test_a_rehearsal_may_be_short() -> None:
    def shorten(value: dict[str, Any]) -> None:
        value.update(rehearsal=True, closes_at="2026-10-06T09:00:00+02:00")

    assert decode_config(changed(shorten)).rehearsal
