# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which key is sealed for a witness, whoever takes a name like its own. §8.3, §18.6."""

from __future__ import annotations

from collections.abc import Iterator

from audit.case import Case
from audit.layout import enumerated
from audit.notes import COSIGNATURE, VerifierKey, encode_key
from audit.words import Text, shown

LONGEST_NAME = 200
_KEYS = Text("Clés des témoins", "Keys of the witnesses")


def witness_lines(case: Case) -> Iterator[tuple[Text, Text]]:
    """The witnesses that the election names, each with the ID of its key; nothing without any."""
    keys = _keys(case)
    if keys:
        yield _KEYS, enumerated([_named(key) for key in keys])


def witness_keys(case: Case) -> list[str]:
    """The member ``witness_keys`` of the JSON: their verifier keys, in the election's order."""
    return [encode_key(key, COSIGNATURE) for key in _keys(case)]


def _keys(case: Case) -> tuple[VerifierKey, ...]:
    server = case.binding.server if case.binding else None
    return () if server is None else server.witnesses


def _named(key: VerifierKey) -> Text:
    name = f"{shown(key.name, LONGEST_NAME)} [{key.id.hex()}]"
    return Text(name, name)
