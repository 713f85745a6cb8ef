# SPDX-License-Identifier: AGPL-3.0-or-later
"""The election object: docs/protocol.md §8.2. Its exact bytes are kept, since they are hashed."""

from dataclasses import dataclass, field
from typing import Final

from protocol.ballot import BallotContext
from protocol.bindings import (
    EvoteBinding,
    verify_credentials_binding,
    verify_question,
    verify_trustees_binding,
    verify_trustees_size,
)
from protocol.datum import EVOTE, decode_datum, require_canonical
from protocol.encoding import (
    MAX_INTEGER,
    MAX_UUID,
    Fields,
    JsonValue,
    decode_json,
    encode_json,
    sha256_base64,
    verify_uuid,
)
from protocol.errors import ProofError, UnsupportedError
from protocol.group import GROUP_NAME, Element
from protocol.plain_text import verify_plain_text
from protocol.public_credentials import PublicCredentials
from protocol.questions import Question, decode_questions
from protocol.trustees import Trustees, verify_trustees

VERSION: Final = 1
MAX_DESCRIPTION: Final = 2000


@dataclass(frozen=True, slots=True)
class Election:
    """An election with one key and its questions: §8.2.

    Attributes:
        evote: our bindings, None in an election of Belenios.
        data: the exact bytes, from which the fingerprint comes.
    """

    uuid: str
    name: str
    description: str
    public_key: Element
    questions: tuple[Question, ...]
    evote: EvoteBinding | None
    data: bytes = field(repr=False)

    @classmethod
    def decode(cls, data: bytes) -> "Election":
        """Read an election, in the Préau profile if it has a member ``evote``: §8.2, §14.

        Raises:
            UnsupportedError: another version, group or kind of question.
            MalformedError: another shape; in the Préau profile also bytes that are not the only
                ones, an unknown member, or a question that is not one list or blank.
        """
        value = decode_json(data)
        ours = isinstance(value, dict) and EVOTE in value
        value = decode_datum(data, ignore_unknown=not ours)
        fields = Fields(value, where="election", section="8.2")
        _check_version(fields)
        uuid = fields.text("uuid")
        verify_uuid(uuid, longest=MAX_UUID if ours else None)
        election = cls(
            uuid=uuid,
            name=fields.text("name"),
            description=fields.text("description"),
            public_key=Element.decode(fields.raw("public_key")),
            questions=decode_questions(fields.items("questions"), ignore_unknown=not ours),
            evote=EvoteBinding.decode(fields.raw(EVOTE)) if ours else None,
            data=data,
        )
        if ours:
            fields.finish()
            election._check_own()
        else:
            _check_optional(fields)
        return election

    def _check_own(self) -> None:
        verify_plain_text(self.name, where="election name")
        if self.description:
            verify_plain_text(self.description, where="description", longest=MAX_DESCRIPTION)
        if self.evote is not None:
            verify_question(self.questions, self.evote.lists)
            self.evote.verify_server(self.uuid)
        require_canonical(_encode(self), self.data, where="the election")

    @property
    def fingerprint(self) -> str:
        """φ, the SHA-256 of the exact bytes in base 64, 43 characters: §8.2."""
        return sha256_base64(self.data)

    @property
    def context(self) -> BallotContext:
        """What ballots are made and verified against: §9.3."""
        return BallotContext(self.uuid, self.fingerprint, self.public_key, self.questions)

    @property
    def is_preau(self) -> bool:
        """Tell whether the Préau profile applies: §14."""
        return self.evote is not None


def make_election(
    *,
    uuid: str,
    name: str,
    description: str,
    public_key: Element,
    questions: tuple[Question, ...],
    evote: EvoteBinding | None,
) -> Election:
    """Write an election, and read it again with every check: §8.2."""
    draft = Election(uuid, name, description, public_key, questions, evote, b"")
    return Election.decode(_encode(draft))


def verify_setup(
    election: Election,
    trustees: Trustees,
    trustees_data: bytes,
    credentials: PublicCredentials,
) -> None:
    """Check all that an election's set-up can show by itself: §7.10, §8.3.

    The trustees' proofs and signatures; that the election's key is theirs; and, in the Préau
    profile, every binding.
    """
    if election.evote is not None:
        # Before the proofs, whose work grows with the number of trustees.
        verify_trustees_size(election.evote, trustees, trustees_data)
    verify_trustees(trustees, ignore_unknown=not election.is_preau)
    if election.public_key != trustees.election_key():
        raise ProofError("the election key is not that of the trustees", section="7.10")
    if election.evote is not None:
        verify_trustees_binding(election.uuid, election.evote, trustees)
        verify_credentials_binding(election.evote, credentials)


def _check_version(fields: Fields) -> None:
    if fields.integer("version", -MAX_INTEGER, MAX_INTEGER) != VERSION:
        raise UnsupportedError("the election is not of version 1", section="8.2")
    if fields.text("group") != GROUP_NAME:
        raise UnsupportedError(f"the election is not in the group {GROUP_NAME}", section="8.2")


def _check_optional(fields: Fields) -> None:
    fields.optional_text("administrator")
    fields.optional_text("credential_authority")
    language = fields.optional_items("language", 2)
    if language is not None and not all(isinstance(part, str) for part in language):
        raise fields.error("has a language that is not a pair of texts")
    fields.finish(ignore_unknown=True)


def _encode(election: Election) -> bytes:
    # The order of §8.2.
    members: dict[str, JsonValue] = {
        "version": VERSION,
        "description": election.description,
        "name": election.name,
        "group": GROUP_NAME,
        "public_key": election.public_key.encode(),
        "questions": [question.encode() for question in election.questions],
        "uuid": election.uuid,
    }
    if election.evote is not None:
        members[EVOTE] = election.evote.encode()
    return encode_json(members)
