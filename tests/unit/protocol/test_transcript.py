# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/protocol.md §2.5 and §3: hashes to the byte, and labels that no other use has."""

from __future__ import annotations

import importlib
import pkgutil
import re
from hashlib import sha256, sha512
from itertools import pairwise
from pathlib import Path

import protocol
from protocol.group import Q
from protocol.transcript import (
    hash_to_scalar,
    labelled_bytes,
    labelled_digest,
    labelled_scalar,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "protocol.md"


def labels() -> dict[str, str]:
    """Return every label that protocol/ hashes under, by the name of its constant."""
    found: dict[str, str] = {}
    for module in pkgutil.walk_packages(protocol.__path__, "protocol."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.endswith("_LABEL"):
                assert found.setdefault(name, value) == value, f"{name} means two things"
    return found


def test_a_text_is_hashed_big_endian_modulo_q() -> None:
    expected = int.from_bytes(sha256("sig|é|".encode()).digest(), "big") % Q
    assert hash_to_scalar("sig|é|").to_int() == expected


def test_parts_are_framed_by_eight_bytes_of_length() -> None:
    frame = b"\0" * 7 + b"\x02ab" + b"\0" * 7 + b"\x02\xc3\xa9" + b"\0" * 8
    assert labelled_digest("ab", ["é", b""]) == sha256(frame).hexdigest()
    assert labelled_bytes("ab", ["é", b""]) == sha512(frame).digest()
    wide = int.from_bytes(sha512(frame).digest(), "big")
    assert labelled_scalar("ab", ["é", b""]).to_int() == wide % Q


def test_no_label_serves_two_uses_or_begins_another() -> None:
    values = sorted(labels().values())
    assert len(values) >= 4
    assert len(set(values)) == len(values)
    for label, following in pairwise(values):
        assert not following.startswith(label)


def test_every_label_is_in_the_table_of_the_document() -> None:
    table = set(re.findall(r"(?m)^\| `(evote/v[12]/[a-z-]+)` \|", DOCUMENT.read_text()))
    assert set(labels().values()) <= table
