# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ``evote`` member of the election: docs/protocol.md §8.3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from audit.arithmetic import unchecked_point
from audit.plain_text import distinct, plain_text
from audit.proofs import Proof, decode_proof
from audit.server import Server, decode_server
from audit.strict_json import read_hash, read_integer, read_list, read_object, read_text
from audit.words import Malformed, Unsupported

VERSION_2 = 2
MAX_LISTS = 50
MAX_SEATS = 100
YEAR_10000 = 253402300800  # seconds since 1970 UTC; times are before it
_MEMBERS = (
    "version rehearsal school seats rule lists opens_at closes_at grace_seconds"
    " trustees_sha256 credentials_sha256 electors reserves roll_commitment ceremony"
)
_OF_VERSION_2 = " booth board_key journal_key witnesses?"
_UAI = re.compile("[0-9]{7}[A-Z]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hours:
    """When one may vote, in seconds since 1970 UTC (§8.3)."""

    opens_at: int
    closes_at: int
    grace_seconds: int


@dataclass(frozen=True, slots=True)
class CandidateList:
    """A list and its candidates, in order."""

    label: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the trustees committed to and signed (§7.11, §7.12)."""

    members: tuple[tuple[str, str], ...]
    commitments: tuple[str, ...]
    signatures: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """The bindings of a Préau election (§8.3); ``server`` is what makes them version 2."""

    rehearsal: bool
    school: str
    seats: int
    lists: tuple[CandidateList, ...]
    trustees_sha256: str
    credentials_sha256: str
    electors: int
    reserves: tuple[str, ...]
    ceremony: Ceremony
    hours: Hours
    server: Server | None

    @property
    def version(self) -> int:
        """The version that the bindings, and later the result, state (§8.3, §11.7)."""
        return 1 if self.server is None else 2


def require_version(value: Any, where: str, latest: int = 1) -> None:  # noqa: ANN401
    """A version of ours; a later one is unsupported, anything else malformed (§8.3)."""
    if type(value) is int and value > latest:
        raise Unsupported(
            f"« evote » de version {value} dans {where}", f"“evote” of version {value} in {where}"
        )
    read_integer(value, "version", 1, latest)


def decode_binding(value: Any, uuid: str) -> Binding:  # noqa: ANN401
    """``election.evote`` of the election ``uuid`` (§8.3).

    Raises:
        Unsupported: a version after 2. Malformed: anything else.
    """
    if isinstance(value, dict) and "version" in value:
        require_version(value["version"], "election", VERSION_2)
    served = isinstance(value, dict) and value.get("version") == VERSION_2
    fields = read_object(value, _MEMBERS + (_OF_VERSION_2 if served else ""), strict=True)
    if not isinstance(fields["rehearsal"], bool) or fields["rule"] != "largest-remainder":
        raise Malformed("« rehearsal » ou « rule » (§8.3)", "“rehearsal” or “rule” (§8.3)")
    seats = read_integer(fields["seats"], "seats", 1, MAX_SEATS)
    read_hash(fields["roll_commitment"], "roll_commitment")
    reserves = read_list(fields["reserves"], "reserves")
    for reserve in reserves:
        unchecked_point(reserve)  # C10 looks it up in the list, whose keys C09 checks
    return Binding(
        rehearsal=fields["rehearsal"],
        school=_school(fields["school"]),
        seats=seats,
        lists=_lists(fields["lists"], seats),
        trustees_sha256=read_hash(fields["trustees_sha256"], "trustees_sha256"),
        credentials_sha256=read_hash(fields["credentials_sha256"], "credentials_sha256"),
        electors=read_integer(fields["electors"], "electors", 1, 2**53 - 1),
        reserves=tuple(reserves),
        ceremony=_ceremony(fields["ceremony"]),
        hours=_sealed_hours(fields),
        server=decode_server(fields, uuid) if served else None,
    )


def decode_hours(fields: dict[str, Any]) -> Hours:
    """Three numbers within their bounds (§8.3); that they open before they close is not said."""
    return Hours(
        read_integer(fields["opens_at"], "opens_at", 0, YEAR_10000 - 1),
        read_integer(fields["closes_at"], "closes_at", 0, YEAR_10000 - 1),
        read_integer(fields["grace_seconds"], "grace_seconds", 0, 3600),
    )


def _sealed_hours(fields: dict[str, Any]) -> Hours:
    hours = decode_hours(fields)
    if hours.opens_at >= hours.closes_at:
        raise Malformed("l'ouverture n'est pas avant la clôture (§8.3)", "opens after it closes")
    return hours


def _school(value: Any) -> str:  # noqa: ANN401
    fields = read_object(value, "name uai kind", strict=True)
    if not _UAI.fullmatch(read_text(fields["uai"], "uai")):
        raise Malformed("UAI mal formé (§8.3)", "malformed uai (§8.3)")
    if fields["kind"] not in ("ecole", "eple"):
        raise Malformed("genre d'école inconnu (§8.3)", "unknown kind of school (§8.3)")
    return plain_text(fields["name"], "school.name")


def _lists(value: Any, seats: int) -> tuple[CandidateList, ...]:  # noqa: ANN401
    items = [
        read_object(item, "label candidates", strict=True) for item in read_list(value, "lists")
    ]
    if not 1 <= len(items) <= MAX_LISTS:
        raise Malformed("nombre de listes interdit (§8.3)", "forbidden number of lists (§8.3)")
    distinct([plain_text(item["label"], "label") for item in items], "label")
    lists = []
    for item in items:
        candidates = read_list(item["candidates"], "candidates")
        names = distinct([plain_text(name, "candidate") for name in candidates], "candidate")
        if not 2 <= len(names) <= 2 * seats:
            raise Malformed(
                "nombre de candidats interdit (§8.3)", "forbidden number of candidates (§8.3)"
            )
        lists.append(CandidateList(item["label"], names))
    return tuple(lists)


def _ceremony(value: Any) -> Ceremony:  # noqa: ANN401
    fields = read_object(value, "members commitments signatures", strict=True)
    members = [
        read_object(member, "name role", strict=True)
        for member in read_list(fields["members"], "members")
    ]
    commitments = read_list(fields["commitments"], "commitments", len(members))
    signatures = read_list(fields["signatures"], "signatures", len(members))
    distinct([plain_text(member["name"], "name") for member in members], "name")
    return Ceremony(
        tuple((member["name"], plain_text(member["role"], "role")) for member in members),
        tuple(read_hash(commitment, "commitment") for commitment in commitments),
        tuple(decode_proof(signature) for signature in signatures),
    )
