# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words that people read aloud are those of docs/protocol.md §17.4, to the bit."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from protocol.ceremony import Member, Transcript
from tally.passphrase import words
from tally.read_aloud import words_of_hash, words_of_transcript
from tests.vectors.make_vectors import HERE

VECTORS = json.loads((HERE / "words.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_words_by_the_letter_of_the_document(vector: dict[str, Any]) -> None:
    text = json.dumps(vector["parts"], ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    assert digest == vector["sha256"]
    z, expected = int(digest, 16), []
    for _ in range(6):
        expected.append(words()[z % 1024])
        z //= 1024
    assert " ".join(expected) == vector["words"] == words_of_hash(digest)


def test_words_of_a_transcript() -> None:
    vector = VECTORS[0]
    uuid, size, threshold, *people, trustees, zero = vector["parts"]
    assert zero == "0"
    triples = [tuple(people[i : i + 3]) for i in range(0, len(people), 3)]
    assert len(triples) == int(size)
    transcript = Transcript(
        uuid,
        int(threshold),
        tuple(Member(name, role) for name, role, _ in triples),
        tuple(commitment for *_, commitment in triples),
        trustees,
    )
    assert words_of_transcript(transcript) == vector["words"]
    assert len(vector["words"].split()) == 6
