# SPDX-License-Identifier: AGPL-3.0-or-later
"""What binds our key ceremony together: docs/protocol.md §7.11 to §7.13.

Coefficients are committed to before any exponential is seen; all trustees sign one transcript of
the ceremony; before opening, at least t of them sign the set-up that they have read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.blame import TrusteeFault, blame
from protocol.certificates import Certificate
from protocol.encoding import Fields, JsonValue
from protocol.errors import MalformedError, ProofError
from protocol.group import Element
from protocol.pki import TrusteeKeys
from protocol.plain_text import plain_text, verify_distinct
from protocol.proofs.proof import Proof
from protocol.proofs.signature import sign, verify_signature
from protocol.rng import Rng, system_rng
from protocol.transcript import labelled_digest
from protocol.trustees import ThresholdParameters

COEFFICIENTS_LABEL: Final = "evote/v1/coefficients"
CEREMONY_LABEL: Final = "evote/v1/ceremony"
SETUP_LABEL: Final = "evote/v1/setup"
MIN_MEMBERS: Final = 3
MAX_MEMBERS: Final = 100
MIN_THRESHOLD: Final = 2


def verify_committee(size: int, threshold: int) -> None:
    """Check that n members, of whom t decrypt, can hold a ceremony of ours: §8.3.

    With 2t > n no two groups of members can open two different counts.
    """
    if not MIN_MEMBERS <= size <= MAX_MEMBERS:
        raise ProofError(f"there are not {MIN_MEMBERS} to {MAX_MEMBERS} trustees", section="8.3")
    if not MIN_THRESHOLD <= threshold <= size or 2 * threshold <= size:
        raise ProofError("the threshold is not at least 2 and more than half", section="8.3")


def coefficient_commitment(
    *, uuid: str, size: int, threshold: int, index: int, exponentials: Sequence[Element]
) -> str:
    """Return the commitment of trustee ``index`` to its exponentials: §7.11."""
    numbers = (str(size), str(threshold), str(index))
    elements = (element.encode() for element in exponentials)
    return labelled_digest(COEFFICIENTS_LABEL, (uuid, *numbers, *elements))


def verify_coefficient_commitment(
    commitment: str,
    *,
    uuid: str,
    size: int,
    threshold: int,
    index: int,
    exponentials: Sequence[Element],
) -> None:
    """Check that trustee ``index`` had committed to these exponentials: §7.11.

    Raises:
        TrusteeFault: naming ``index``.
    """
    expected = coefficient_commitment(
        uuid=uuid, size=size, threshold=threshold, index=index, exponentials=exponentials
    )
    if commitment != expected:
        raise TrusteeFault(index, "exponentials are not those it had committed to", section="7.11")


def verify_commitments(
    uuid: str, parameters: ThresholdParameters, commitments: Sequence[str]
) -> None:
    """Check every trustee's exponentials against its commitment of round 1: §7.11."""
    if len(commitments) != parameters.size:
        raise MalformedError("there is not one commitment for each trustee", section="7.11")
    pairs = zip(commitments, parameters.exponentials, strict=True)
    for index, (commitment, exponentials) in enumerate(pairs, 1):
        verify_coefficient_commitment(
            commitment,
            uuid=uuid,
            size=parameters.size,
            threshold=parameters.threshold,
            index=index,
            exponentials=exponentials,
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A committee member, by name and role, both plain texts: §8.3."""

    name: str
    role: str

    @classmethod
    def decode(cls, value: JsonValue) -> "Member":
        """Read ``{"name":…,"role":…}``: §8.3."""
        fields = Fields(value, where="member", section="8.3")
        member = cls(plain_text(fields, "name"), plain_text(fields, "role"))
        fields.finish()
        return member

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §8.3."""
        return {"name": self.name, "role": self.role}


def verify_members(members: Sequence[Member]) -> None:
    """Check that the members are not too many, and no two of their names look alike: §8.3."""
    if len(members) > MAX_MEMBERS:
        raise MalformedError(f"there are more than {MAX_MEMBERS} members", section="8.3")
    verify_distinct([member.name for member in members], where="members' names")


@dataclass(frozen=True, slots=True)
class Transcript:
    """What every trustee signs at the end of the ceremony: §7.12.

    ``members`` and ``commitments`` have one item for each trustee, in order.
    """

    uuid: str
    threshold: int
    members: tuple[Member, ...]
    commitments: tuple[str, ...]
    trustees_sha256: str

    def parts(self, index: int) -> tuple[str, ...]:
        """Return what trustee ``index`` signs, its own number last: §7.12."""
        people = zip(self.members, self.commitments, strict=True)
        described = (
            text for member, commitment in people for text in (member.name, member.role, commitment)
        )
        numbers = (str(len(self.members)), str(self.threshold))
        return (self.uuid, *numbers, *described, self.trustees_sha256, str(index))


def sign_transcript(
    keys: TrusteeKeys, transcript: Transcript, index: int, rng: Rng = system_rng
) -> Proof:
    """Sign the transcript as trustee ``index``, who has compared its own part: §7.12."""
    return sign(CEREMONY_LABEL, transcript.parts(index), keys.signing, rng)


def verify_transcript_signature(
    verification_key: Element, transcript: Transcript, index: int, signature: Proof
) -> None:
    """Check trustee ``index``'s signature of the transcript; TrusteeFault names it: §7.12."""
    with blame(index, "ceremony's transcript"):
        verify_signature(CEREMONY_LABEL, transcript.parts(index), verification_key, signature)


def verify_transcript(
    certificates: Sequence[Certificate], transcript: Transcript, signatures: Sequence[Proof]
) -> None:
    """Check that all n trustees signed the transcript: §7.12."""
    counts = {len(transcript.members), len(transcript.commitments), len(signatures)}
    if counts != {len(certificates)}:
        raise MalformedError("there is not one signature for each trustee", section="7.12")
    pairs = zip(certificates, signatures, strict=True)
    for index, (certificate, signature) in enumerate(pairs, 1):
        verify_transcript_signature(certificate.verification_key, transcript, index, signature)


@dataclass(frozen=True, slots=True)
class SetupStatement:
    """The set-up that trustees sign before opening: uuid, φ, hash of the Setup event: §7.13."""

    uuid: str
    fingerprint: str
    setup_event: str

    @property
    def label(self) -> str:
        """The label of set-up signatures: §2.5."""
        return SETUP_LABEL

    @property
    def what(self) -> str:
        """What a fault calls such a signature."""
        return "set-up signature"

    @property
    def section(self) -> str:
        """Where docs/protocol.md says who signs it."""
        return "7.13"

    def parts(self, index: int) -> tuple[str, ...]:
        """Return what trustee ``index`` signs: §7.13."""
        return (self.uuid, self.fingerprint, self.setup_event, str(index))
