# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pair that every proof and signature consists of: docs/protocol.md §6."""

from dataclasses import dataclass

from protocol.encoding import Fields, JsonValue
from protocol.group import Element, Scalar, generator_power


@dataclass(frozen=True, slots=True)
class Proof:
    """A challenge and a response, scalars of ``[0, q)``, decimal on the wire: §6."""

    challenge: Scalar
    response: Scalar

    @classmethod
    def decode(cls, value: JsonValue, *, ignore_unknown: bool = False) -> "Proof":
        """Read ``{"challenge":…,"response":…}``, nothing more but in the plain profile: §6, §14."""
        fields = Fields(value, where="proof", section="6")
        challenge = Scalar.decode(fields.raw("challenge"))
        response = Scalar.decode(fields.raw("response"))
        fields.finish(ignore_unknown=ignore_unknown)
        return cls(challenge, response)

    def encode(self) -> JsonValue:
        """Return the object, its members in the order of §6."""
        return {"challenge": self.challenge.encode(), "response": self.response.encode()}

    def generator_commitment(self, public: Element) -> Element:
        """Return ``g^response * public^challenge``, the commitment A that it claims: §6."""
        return generator_power(self.response) * public**self.challenge

    def commitment(self, base: Element, power: Element) -> Element:
        """Return ``base^response * power^challenge``, the commitment B that it claims: §6."""
        return base**self.response * power**self.challenge


def respond(nonce: Scalar, secret: Scalar, challenge: Scalar) -> Proof:
    """Return the proof whose response is ``nonce - secret * challenge``: §6."""
    return Proof(challenge, nonce - secret * challenge)
