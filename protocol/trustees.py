# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trustees of an election, as it publishes them: docs/protocol.md §7.9 and §7.10.

Trustees are numbered from 1 through the whole object; these numbers are the owners of partial
decryptions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from protocol.certificates import MAX_TRUSTEES, Certificate, verify_certificates
from protocol.datum import decode_datum, decode_file, require_canonical
from protocol.dkg import (
    DealtExponentials,
    Exponentials,
    PolynomialMessage,
    decode_exponentials,
    verify_exponentials,
)
from protocol.encoding import Fields, JsonValue, encode_json
from protocol.errors import MalformedError, ProtocolError
from protocol.group import Element, product
from protocol.pki import SignedMessage
from protocol.proofs.proof import Proof
from protocol.vinput import verify_polynomial_messages
from protocol.voutput import (
    VerificationKey,
    Voutput,
    verify_single,
    verify_verification_key,
    verify_voutput,
)

SINGLE = "Single"
PEDERSEN = "Pedersen"


@dataclass(frozen=True, slots=True)
class ThresholdParameters:
    """All that is public of n trustees of whom t decrypt; each array has n items: §7.9.

    ``exponentials`` are read from ``coefexps``, t of each trustee.
    """

    threshold: int
    certificates: tuple[Certificate, ...]
    coefexps: tuple[SignedMessage, ...]
    signatures: tuple[Proof, ...]
    verification_keys: tuple[VerificationKey, ...]
    exponentials: tuple[Exponentials, ...]

    @classmethod
    def decode(cls, value: JsonValue, *, ignore_unknown: bool = False) -> "ThresholdParameters":
        """Read the object; no signature or proof is verified yet: §7.9."""
        fields = Fields(value, where="threshold parameters", section="7.9")
        certs = fields.items("certs")
        size = len(certs)
        threshold = fields.integer("threshold", 1, min(size, MAX_TRUSTEES))
        coefexps = tuple(
            SignedMessage.decode(item, ignore_unknown=ignore_unknown)
            for item in fields.items("coefexps", size)
        )
        parameters = cls(
            threshold=threshold,
            certificates=tuple(
                Certificate.decode(item, ignore_unknown=ignore_unknown) for item in certs
            ),
            coefexps=coefexps,
            signatures=tuple(
                Proof.decode(item, ignore_unknown=ignore_unknown)
                for item in fields.items("signatures", size)
            ),
            verification_keys=tuple(
                VerificationKey.decode(item, ignore_unknown=ignore_unknown)
                for item in fields.items("verification_keys", size)
            ),
            exponentials=tuple(
                decode_exponentials(signed, threshold, ignore_unknown=ignore_unknown)
                for signed in coefexps
            ),
        )
        fields.finish(ignore_unknown=ignore_unknown)
        return parameters

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §7.9."""
        return {
            "threshold": self.threshold,
            "certs": [certificate.encode() for certificate in self.certificates],
            "coefexps": [signed.encode() for signed in self.coefexps],
            "signatures": [signature.encode() for signature in self.signatures],
            "verification_keys": [key.encode() for key in self.verification_keys],
        }

    @property
    def size(self) -> int:
        """The number n of trustees."""
        return len(self.certificates)

    def joint_key(self) -> Element:
        """Return the product of all first exponentials: §7.10."""
        return product(exponentials[0] for exponentials in self.exponentials)


def decode_threshold_file(data: bytes) -> ThresholdParameters:
    """Read a ``threshold.json`` file: §7.9."""
    return ThresholdParameters.decode(decode_file(data))


def encode_threshold_file(parameters: ThresholdParameters) -> bytes:
    """Write a ``threshold.json`` file, canonical: §7.9."""
    return encode_json(parameters.encode())


def make_threshold_parameters(
    certificates: Sequence[Certificate],
    messages: Sequence[PolynomialMessage],
    voutputs: Sequence[Voutput],
) -> ThresholdParameters:
    """Gather a finished ceremony, everything public in it checked: §7.9.

    Raises:
        TrusteeFault: naming the first whose part does not hold.
    """
    verify_polynomial_messages(certificates, messages)
    return gather_threshold_parameters(
        certificates, [DealtExponentials.of(message) for message in messages], voutputs
    )


def gather_threshold_parameters(
    certificates: Sequence[Certificate],
    dealt: Sequence[DealtExponentials],
    voutputs: Sequence[Voutput],
) -> ThresholdParameters:
    """Do so from what a trustee keeps of the polynomials, whose shares it has checked: §7.9.

    Raises:
        TrusteeFault: naming the first whose part does not hold.
    """
    verify_certificates(certificates)
    if len(dealt) != len(certificates):
        raise MalformedError("there is not one polynomial for each certificate", section="7.9")
    for index, each in enumerate(dealt, 1):
        verify_exponentials(certificates, index, each.coefexps, each.signature)
    if len(voutputs) != len(certificates):
        raise MalformedError("there is not one voutput for each certificate", section="7.9")
    threshold = certificates[0].threshold
    exponentials = tuple(decode_exponentials(each.coefexps, threshold) for each in dealt)
    for index, voutput in enumerate(voutputs, 1):
        verify_voutput(certificates, exponentials, index, voutput)
    return ThresholdParameters(
        threshold=threshold,
        certificates=tuple(certificates),
        coefexps=tuple(each.coefexps for each in dealt),
        signatures=tuple(each.signature for each in dealt),
        verification_keys=tuple(voutput.public_key for voutput in voutputs),
        exponentials=exponentials,
    )


def verify_threshold_parameters(
    parameters: ThresholdParameters, *, ignore_unknown: bool = False
) -> None:
    """Check all certificates, signatures, exponentials and keys: §7.4, §7.6, §7.8, §7.9.

    Raises:
        TrusteeFault: naming the trustee by its number in these parameters.
    """
    certificates = parameters.certificates
    verify_certificates(certificates)
    if parameters.threshold != certificates[0].threshold:
        raise ProtocolError("the certificates have another threshold", section="7.9")
    signed = zip(parameters.coefexps, parameters.signatures, strict=True)
    for index, (coefexps, signature) in enumerate(signed, 1):
        verify_exponentials(certificates, index, coefexps, signature, ignore_unknown=ignore_unknown)
    for index, key in enumerate(parameters.verification_keys, 1):
        verify_verification_key(certificates, parameters.exponentials, index, key)


@dataclass(frozen=True, slots=True)
class Trustees:
    """The ``trustees`` object: single keys and threshold groups, in order: §7.10."""

    items: tuple[VerificationKey | ThresholdParameters, ...]

    @classmethod
    def decode(cls, data: bytes, *, ignore_unknown: bool = False) -> "Trustees":
        """Read the object; no signature or proof is verified yet: §7.10."""
        value = decode_datum(data, ignore_unknown=ignore_unknown)
        if not isinstance(value, list) or not value:
            raise MalformedError("the trustees are not an array with an item", section="7.10")
        trustees = cls(tuple(_decode_item(item, ignore_unknown=ignore_unknown) for item in value))
        if not ignore_unknown:
            require_canonical(trustees.encode(), data, where="trustees")
        return trustees

    def encode(self) -> bytes:
        """Return the canonical bytes: §7.10."""
        return encode_json([_encode_item(item) for item in self.items])

    @property
    def keys(self) -> tuple[Element, ...]:
        """All verification keys, that of owner 1 first: §7.10."""
        return tuple(
            key.public_key
            for item in self.items
            for key in ((item,) if isinstance(item, VerificationKey) else item.verification_keys)
        )

    @property
    def size(self) -> int:
        """The number of all trustees, the highest owner."""
        return sum(_size(item) for item in self.items)

    @property
    def minimum(self) -> int:
        """The fewest partial decryptions that can count: every single one and t of each group."""
        return sum(
            1 if isinstance(item, VerificationKey) else item.threshold for item in self.items
        )

    def numbered(self) -> Iterator[tuple[int, VerificationKey | ThresholdParameters]]:
        """Yield each item with the number of its first trustee: §7.10."""
        owner = 1
        for item in self.items:
            yield owner, item
            owner += _size(item)

    def election_key(self) -> Element:
        """Return y, the product of all single keys and of the groups' joint keys: §7.10."""
        return product(
            item.public_key if isinstance(item, VerificationKey) else item.joint_key()
            for item in self.items
        )

    def verification_key(self, owner: int) -> Element:
        """Return g to the power of trustee ``owner``'s decryption key: §7.10.

        Raises:
            ProtocolError: there is no trustee of this number.
        """
        keys = self.keys
        if not 1 <= owner <= len(keys):
            raise ProtocolError(f"there is no trustee number {owner}", section="7.10")
        return keys[owner - 1]

    def threshold_parameters(self) -> ThresholdParameters:
        """Return the only item, a threshold group, as in every election of ours: §8.3, §14."""
        if len(self.items) == 1 and isinstance(self.items[0], ThresholdParameters):
            return self.items[0]
        raise ProtocolError("the trustees are not one threshold group", section="8.3")


def _size(item: VerificationKey | ThresholdParameters) -> int:
    return 1 if isinstance(item, VerificationKey) else item.size


def _decode_item(
    value: JsonValue, *, ignore_unknown: bool
) -> VerificationKey | ThresholdParameters:
    if isinstance(value, list) and len(value) == 2:
        if value[0] == SINGLE:
            return VerificationKey.decode(value[1], ignore_unknown=ignore_unknown)
        if value[0] == PEDERSEN:
            return ThresholdParameters.decode(value[1], ignore_unknown=ignore_unknown)
    raise MalformedError("an item of the trustees is neither Single nor Pedersen", section="7.10")


def _encode_item(item: VerificationKey | ThresholdParameters) -> JsonValue:
    return [SINGLE if isinstance(item, VerificationKey) else PEDERSEN, item.encode()]


def verify_trustees(trustees: Trustees, *, ignore_unknown: bool = False) -> None:
    """Check every proof and signature of the trustees: §7.4 to §7.10.

    Raises:
        TrusteeFault: naming a trustee by its number inside its group.
        ProofError: a single key is not proved.
    """
    for item in trustees.items:
        if isinstance(item, VerificationKey):
            verify_single(item)
        else:
            verify_threshold_parameters(item, ignore_unknown=ignore_unknown)
