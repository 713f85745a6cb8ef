# SPDX-License-Identifier: AGPL-3.0-or-later
"""The election object and its public credentials: docs/protocol.md §8.1, §8.2, §8.4."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from audit.arithmetic import read_element, unchecked_point
from audit.hashing import sha256_base64
from audit.strict_json import (
    decode_datum,
    read_integer,
    read_list,
    read_object,
    read_text,
)
from audit.words import Malformed, Unsupported, shown

MAX_ANSWERS = 1000
MAX_WEIGHT = 10**11
UUID = re.compile("[1-9A-HJ-NP-Za-km-z]{14,}")
_WEIGHT = re.compile("0|[1-9][0-9]{0,11}")
_ELECTION = "version description name group public_key questions uuid"
_IGNORED = " administrator? credential_authority? language?"  # plain profile alone (§14)


@dataclass(frozen=True, slots=True)
class Question:
    """One homomorphic question (§8.1)."""

    answers: tuple[str, ...]
    blank: bool
    low: int
    high: int
    text: str

    @property
    def choices(self) -> int:
        """How many ciphertexts an answer has: the blank comes first where there is one (§9.2)."""
        return len(self.answers) + self.blank

    @property
    def overall_branches(self) -> int:
        """How many branches the overall proof has (§9.2)."""
        return self.high - self.low + 1 + self.blank


@dataclass(frozen=True, slots=True, eq=False)  # there is one, and what is known of it is kept
class Election:
    """The election object (§8.2)."""

    uuid: str
    name: str
    description: str
    fingerprint: str
    key: bytes
    key_text: str
    questions: tuple[Question, ...]


def decode_election(data: bytes, *, strict: bool) -> tuple[Election, Any]:
    """The election object and the value of its ``evote`` member, None without one (§8.2).

    Raises:
        Unsupported: version, group or kind of question. Malformed: anything else.
    """
    value = decode_datum(data, canonical=strict)
    fields = read_object(value, _ELECTION + ("" if strict else _IGNORED) + " evote?", strict=strict)
    version = fields["version"]
    if type(version) is int and version != 1:
        raise Unsupported(f"élection de version {version}", f"election of version {version}")
    read_integer(version, "version", 1, 1)
    group = read_text(fields["group"], "group")
    if group != "Ed25519":
        raise Unsupported(f"groupe « {shown(group)} »", f"group “{shown(group)}”")
    questions = read_list(fields["questions"], "questions")
    if not questions:
        raise Malformed("aucune question (§8.1)", "no question (§8.1)")
    uuid = read_text(fields["uuid"], "uuid")
    if not UUID.fullmatch(uuid) or (strict and len(uuid) > 22):
        raise Malformed("uuid mal formé (§2.4)", "malformed uuid (§2.4)")
    election = Election(
        uuid=uuid,
        name=read_text(fields["name"], "name"),
        description=read_text(fields["description"], "description"),
        fingerprint=sha256_base64(data),
        key=read_element(fields["public_key"]),
        key_text=fields["public_key"],
        questions=tuple(_question(question, strict=strict) for question in questions),
    )
    return election, fields.get("evote")


def _question(value: Any, *, strict: bool) -> Question:  # noqa: ANN401
    if isinstance(value, dict) and "type" in value:
        raise Unsupported("une question qui n'est pas homomorphe", "a non-homomorphic question")
    fields = read_object(value, "answers blank? min max question", strict=strict)
    answers = read_list(fields["answers"], "answers")
    if not 1 <= len(answers) <= MAX_ANSWERS:
        raise Malformed("nombre de réponses interdit (§8.1)", "forbidden number of answers (§8.1)")
    blank = fields.get("blank", False)
    if not isinstance(blank, bool):
        raise Malformed("« blank » n'est pas un booléen", "“blank” is not a boolean")
    text = read_text(fields["question"], "question")
    high = read_integer(fields["max"], "max", 0, len(answers))
    low = read_integer(fields["min"], "min", 0, high)
    return Question(tuple(read_text(a, "answers") for a in answers), blank, low, high, text)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The public credentials: number in the list by text, and the weights in that order (§8.4).

    Membership of the keys is not yet checked here: there may be 100,000, and C09 shares them out.
    """

    index: dict[str, int]
    weights: array[int]

    def weight(self, credential: str) -> int:
        """The weight of a credential; 1 for one that is not in the list, which C14 reports."""
        number = self.index.get(credential)
        return 1 if number is None else self.weights[number]


def decode_credentials(data: bytes, *, strict: bool) -> Credentials:
    """The list of public credentials (§8.4), whose points are not yet checked."""
    index: dict[str, int] = {}
    weights = array("Q")
    for number, item in enumerate(read_list(decode_datum(data, canonical=strict), "credentials")):
        key, *rest = read_text(item, "credential").split(",")
        weight = rest[0] if rest and rest[0] else "1"
        if len(rest) > 2 or rest == [""] or (strict and rest) or not _WEIGHT.fullmatch(weight):
            raise _at(number, "entrée mal formée (§8.4)", "malformed entry (§8.4)")
        unchecked_point(key)
        if int(weight) > MAX_WEIGHT:
            raise _at(number, "poids trop grand (§8.4)", "weight too large (§8.4)")
        if index.setdefault(key, number) != number:
            raise _at(number, "deux fois la même clé (§8.4)", "the same key twice (§8.4)")
        weights.append(int(weight))
    if sum(weights) > MAX_WEIGHT:
        raise Malformed("poids total trop grand (§8.4)", "total weight too large (§8.4)")
    if strict and not _ordered(list(index)):
        raise Malformed("la liste n'est pas triée (§8.4)", "the list is not sorted (§8.4)")
    return Credentials(index, weights)


def _ordered(keys: list[str]) -> bool:
    """Whether the keys increase by the 32 bytes that RFC 8032 writes (§8.4)."""
    reverse = [bytes.fromhex(key)[::-1] for key in keys]
    return all(a < b for a, b in pairwise(reverse))


def _at(number: int, fr: str, en: str) -> Malformed:
    return Malformed(f"électeur n° {number + 1} : {fr}", f"credential {number + 1}: {en}")
