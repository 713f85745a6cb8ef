# SPDX-License-Identifier: AGPL-3.0-or-later
"""The member ``evote`` of an election of ours: docs/protocol.md §8.3.

The peer's fingerprint covers the election object alone. This member lies in it and names all else
that the vote rests on: trustees, credentials, lists, seats, hours, and how the key was made.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.ceremony import (
    Member,
    Transcript,
    verify_commitments,
    verify_committee,
    verify_members,
    verify_transcript,
)
from protocol.datum import hash_text, is_hash, texts
from protocol.encoding import Fields, JsonValue, sha256_hex
from protocol.errors import MalformedError, ProofError, UnsupportedError
from protocol.group import Element
from protocol.plain_text import plain_text, verify_distinct, verify_plain_text
from protocol.proofs.proof import Proof
from protocol.public_credentials import PublicCredentials
from protocol.questions import Question
from protocol.server_binding import ServerBinding
from protocol.trustees import ThresholdParameters, Trustees
from protocol.witness_binding import Witnesses

VERSION: Final = 1
SERVER_VERSION: Final = 2
RULE: Final = "largest-remainder"
KINDS: Final = ("ecole", "eple")
MAX_SEATS: Final = 100
MAX_LISTS: Final = 50
MAX_TIME: Final = 253_402_300_800 - 1  # the year 10000
MAX_GRACE_SECONDS: Final = 3600
MAX_ELECTORS: Final = 2**30
WITNESSES: Final = "witnesses"
_UAI: Final = re.compile(r"[0-9]{7}[A-Z]")


@dataclass(frozen=True, slots=True)
class School:
    """The school: its name, its UAI number, and ``ecole`` or ``eple``: §8.3."""

    name: str
    uai: str
    kind: str

    @classmethod
    def decode(cls, value: JsonValue) -> "School":
        """Read ``{"name":…,"uai":…,"kind":…}``: §8.3."""
        fields = Fields(value, where="school", section="8.3")
        school = cls(plain_text(fields, "name"), fields.text("uai"), fields.text("kind"))
        fields.finish()
        if _UAI.fullmatch(school.uai) is None:
            raise fields.error("has a UAI that is not seven digits and a capital letter")
        if school.kind not in KINDS:
            raise fields.error("is neither ecole nor eple")
        return school

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §8.3."""
        return {"name": self.name, "uai": self.uai, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class CandidateList:
    """A list of candidates, in order: §8.3."""

    label: str
    candidates: tuple[str, ...]

    @classmethod
    def decode(cls, value: JsonValue, *, seats: int) -> "CandidateList":
        """Read ``{"label":…,"candidates":[…]}``: 2 to twice the seats, no two alike: §8.3."""
        fields = Fields(value, where="list", section="8.3")
        label = plain_text(fields, "label")
        items = fields.items("candidates")
        candidates = texts(items, where="candidates", section="8.3")
        fields.finish()
        if not 2 <= len(candidates) <= 2 * seats:
            raise fields.error(f"has not 2 to {2 * seats} candidates")
        for candidate in candidates:
            verify_plain_text(candidate, where="candidate")
        verify_distinct(candidates, where="candidates")
        return cls(label, candidates)

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §8.3."""
        return {"label": self.label, "candidates": list(self.candidates)}


@dataclass(frozen=True, slots=True)
class Ceremony:
    """Who made the key, their commitments and signatures, one of each a trustee: §8.3."""

    members: tuple[Member, ...]
    commitments: tuple[str, ...]
    signatures: tuple[Proof, ...]

    @classmethod
    def decode(cls, value: JsonValue) -> "Ceremony":
        """Read the object; the three arrays have as many items: §8.3."""
        fields = Fields(value, where="ceremony", section="8.3")
        members = tuple(Member.decode(item) for item in fields.items("members"))
        commitments = texts(
            fields.items("commitments", len(members)), where="commitments", section="8.3"
        )
        signatures = tuple(Proof.decode(item) for item in fields.items("signatures", len(members)))
        fields.finish()
        if not all(map(is_hash, commitments)):
            raise fields.error("has a commitment that is not a hash")
        verify_members(members)
        return cls(members, commitments, signatures)

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §8.3."""
        return {
            "members": [member.encode() for member in self.members],
            "commitments": list(self.commitments),
            "signatures": [signature.encode() for signature in self.signatures],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class EvoteBinding:
    """The member ``evote``; times are seconds since 1970 UTC: §8.3.

    Attributes:
        server: what version 2 names of the server; None in version 1, held on files.
        witnesses: whose co-signatures version 2 may demand; None where it demands none.
    """

    rehearsal: bool
    school: School
    seats: int
    lists: tuple[CandidateList, ...]
    opens_at: int
    closes_at: int
    grace_seconds: int
    trustees_sha256: str
    credentials_sha256: str
    electors: int
    reserves: tuple[Element, ...]
    roll_commitment: str
    ceremony: Ceremony
    server: ServerBinding | None = None
    witnesses: Witnesses | None = None

    @property
    def version(self) -> int:
        """1 for an election on files, 2 for one on a server: §8.3."""
        return VERSION if self.server is None else SERVER_VERSION

    @classmethod
    def decode(cls, value: JsonValue) -> "EvoteBinding":
        """Read the member; what it says of other data is verified by ``verify_bindings``: §8.3.

        Raises:
            UnsupportedError: a version other than 1 and 2.
            MalformedError: another shape, or a value out of its range.
        """
        fields = Fields(value, where="evote", section="8.3")
        version = fields.integer("version", 1, 2**30)
        if version not in {VERSION, SERVER_VERSION}:
            raise UnsupportedError("the bindings are not of version 1 or 2", section="8.3")
        seats = fields.integer("seats", 1, MAX_SEATS)
        binding = cls(
            rehearsal=fields.boolean("rehearsal"),
            school=School.decode(fields.raw("school")),
            seats=seats,
            lists=tuple(CandidateList.decode(i, seats=seats) for i in fields.items("lists")),
            opens_at=fields.integer("opens_at", 0, MAX_TIME),
            closes_at=fields.integer("closes_at", 0, MAX_TIME),
            grace_seconds=fields.integer("grace_seconds", 0, MAX_GRACE_SECONDS),
            trustees_sha256=hash_text(fields, "trustees_sha256"),
            credentials_sha256=hash_text(fields, "credentials_sha256"),
            electors=fields.integer("electors", 1, MAX_ELECTORS),
            reserves=tuple(Element.decode(item) for item in fields.items("reserves")),
            roll_commitment=hash_text(fields, "roll_commitment"),
            ceremony=Ceremony.decode(fields.raw("ceremony")),
            server=ServerBinding.read(fields) if version == SERVER_VERSION else None,
            witnesses=_read_witnesses(fields) if version == SERVER_VERSION else None,
        )
        if fields.text("rule") != RULE:
            raise fields.error("has an unknown rule of seats")
        fields.finish()
        if binding.opens_at >= binding.closes_at:
            raise fields.error("does not open before it closes")
        verify_labels([each.label for each in binding.lists])
        return binding

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §8.3."""
        return {
            "version": self.version,
            "rehearsal": self.rehearsal,
            "school": self.school.encode(),
            "seats": self.seats,
            "rule": RULE,
            "lists": [each.encode() for each in self.lists],
            "opens_at": self.opens_at,
            "closes_at": self.closes_at,
            "grace_seconds": self.grace_seconds,
            "trustees_sha256": self.trustees_sha256,
            "credentials_sha256": self.credentials_sha256,
            "electors": self.electors,
            "reserves": [key.encode() for key in self.reserves],
            "roll_commitment": self.roll_commitment,
            "ceremony": self.ceremony.encode(),
            **({} if self.server is None else self.server.members()),
            **({} if self.witnesses is None else {WITNESSES: self.witnesses.encode()}),
        }

    def verify_server(self, uuid: str) -> None:
        """Check that the keys of server and witnesses are those of this election: §8.3."""
        if self.server is not None:
            self.server.verify(uuid)
            if self.witnesses is not None:
                self.witnesses.verify(self.server)


def _read_witnesses(fields: Fields) -> Witnesses | None:
    return Witnesses.decode(fields.raw(WITNESSES)) if fields.has(WITNESSES) else None


def verify_labels(labels: Sequence[str]) -> None:
    """Check that there are 1 to 50 lists whose labels do not look alike: §8.3."""
    if not 1 <= len(labels) <= MAX_LISTS:
        raise MalformedError(f"there are not 1 to {MAX_LISTS} lists", section="8.3")
    verify_distinct(labels, where="labels")


def question_of_lists(text: str, lists: Sequence[CandidateList]) -> Question:
    """Return the only question of our elections: one list or blank: §8.3."""
    return Question(tuple(each.label for each in lists), True, 1, 1, text)


def verify_question(questions: Sequence[Question], lists: Sequence[CandidateList]) -> None:
    """Check that the only question, a plain text, offers the lists in order, and blank: §8.3."""
    if len(questions) != 1 or questions[0] != question_of_lists(questions[0].question, lists):
        raise MalformedError("the question is not one list or blank", section="8.3")
    verify_plain_text(questions[0].question, where="question")


def verify_trustees_size(binding: EvoteBinding, trustees: Trustees, trustees_data: bytes) -> None:
    """Check what costs nothing: the trustees' hash, and how many they are and need be: §8.3."""
    if sha256_hex(trustees_data) != binding.trustees_sha256:
        raise ProofError("the trustees are not those that the election names", section="8.3")
    parameters = trustees.threshold_parameters()
    verify_committee(parameters.size, parameters.threshold)


def verify_trustees_binding(
    uuid: str, binding: EvoteBinding, trustees: Trustees
) -> ThresholdParameters:
    """Check commitments and transcript of the trustees: §7.11, §7.12.

    Their size and the trustees themselves are verified already. Returns their only item.
    """
    parameters = trustees.threshold_parameters()
    ceremony = binding.ceremony
    verify_commitments(uuid, parameters, ceremony.commitments)
    transcript = Transcript(
        uuid,
        parameters.threshold,
        ceremony.members,
        ceremony.commitments,
        binding.trustees_sha256,
    )
    verify_transcript(parameters.certificates, transcript, ceremony.signatures)
    return parameters


def verify_credentials_binding(binding: EvoteBinding, credentials: PublicCredentials) -> None:
    """Check hash, number and reserves of the credentials: §8.3."""
    if sha256_hex(credentials.data) != binding.credentials_sha256:
        raise ProofError("the credentials are not those that the election names", section="8.3")
    reserves = set(binding.reserves)
    listed = tuple(item.key for item in credentials.items if item.key in reserves)
    if listed != binding.reserves:
        raise ProofError("the reserves are not listed credentials, in their order", section="8.3")
    if binding.electors + len(reserves) != len(credentials):
        raise ProofError("electors and reserves are not all credentials", section="8.3")
