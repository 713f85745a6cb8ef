# SPDX-License-Identifier: AGPL-3.0-or-later
"""ElGamal in the exponent: docs/protocol.md §5. Products of ciphertexts encrypt sums."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from protocol.encoding import Fields, JsonValue
from protocol.group import IDENTITY, ZERO, Element, Scalar, generator_power


@dataclass(frozen=True, slots=True)
class Ciphertext:
    """A pair ``(alpha, beta) = (g^r, y^r g^m)``: §5."""

    alpha: Element
    beta: Element

    @classmethod
    def decode(cls, value: JsonValue, *, allow_identity: bool = False) -> "Ciphertext":
        """Read ``{"alpha":…,"beta":…}``; the identity is legal in an encrypted tally alone: §5."""
        fields = Fields(value, where="ciphertext", section="5")
        alpha = Element.decode(fields.raw("alpha"), allow_identity=allow_identity)
        beta = Element.decode(fields.raw("beta"), allow_identity=allow_identity)
        fields.finish()
        return cls(alpha, beta)

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §5."""
        return {"alpha": self.alpha.encode(), "beta": self.beta.encode()}

    def text(self) -> str:
        """Return ``alpha,beta``, the form in which proofs hash a ciphertext: §6."""
        return f"{self.alpha.encode()},{self.beta.encode()}"

    def __mul__(self, other: "Ciphertext") -> "Ciphertext":
        return Ciphertext(self.alpha * other.alpha, self.beta * other.beta)

    def __pow__(self, weight: Scalar) -> "Ciphertext":
        return Ciphertext(self.alpha**weight, self.beta**weight)


NEUTRAL: Final = Ciphertext(IDENTITY, IDENTITY)


@dataclass(frozen=True, slots=True)
class Encryption:
    """A ciphertext with what opens it, as its maker knows it: the randomness r and m."""

    ciphertext: Ciphertext
    randomness: Scalar
    plaintext: int


def encrypt(y: Element, r: Scalar, m: int) -> Ciphertext:
    """Return the encryption of ``m`` under the public key ``y`` with randomness ``r``: §5."""
    return Ciphertext(generator_power(r), y**r * generator_power(Scalar.from_int(m)))


def combine(ciphertexts: Iterable[Ciphertext]) -> Ciphertext:
    """Return the pointwise product, an encryption of the sum; neutral where there is none: §5."""
    total = NEUTRAL
    for ciphertext in ciphertexts:
        total = total * ciphertext
    return total


def combine_encryptions(encryptions: Iterable[Encryption]) -> Encryption:
    """Return the product with what opens it: the sums of the randomness and of the plaintexts."""
    ciphertext, randomness, plaintext = NEUTRAL, ZERO, 0
    for part in encryptions:
        ciphertext = ciphertext * part.ciphertext
        randomness = randomness + part.randomness
        plaintext += part.plaintext
    return Encryption(ciphertext, randomness, plaintext)
