# SPDX-License-Identifier: AGPL-3.0-or-later
"""Set-up data, and the certificate of credentials of some of Belenios: docs/protocol.md §8.5."""

from dataclasses import dataclass

from protocol.datum import decode_datum, hash_text, require_canonical
from protocol.encoding import Fields, JsonValue, encode_json, sha256_hex
from protocol.errors import ProofError
from protocol.group import Element
from protocol.pki import SignedMessage, verify_signed_message
from protocol.public_credentials import PublicCredentials


@dataclass(frozen=True, slots=True)
class SetupData:
    """The hashes of election, trustees, credentials and, in some of Belenios, certificate: §8.5."""

    election: str
    trustees: str
    credentials: str
    credentials_certificate: str | None = None

    @classmethod
    def decode(cls, data: bytes, *, ignore_unknown: bool = False) -> "SetupData":
        """Read the object; a certificate is refused in the Préau profile: §8.5, §14."""
        value = decode_datum(data, ignore_unknown=ignore_unknown)
        fields = Fields(value, where="set-up data", section="8.5")
        certified = ignore_unknown and fields.has("credentials_certificate")
        setup = cls(
            hash_text(fields, "election"),
            hash_text(fields, "trustees"),
            hash_text(fields, "credentials"),
            hash_text(fields, "credentials_certificate") if certified else None,
        )
        fields.finish(ignore_unknown=ignore_unknown)
        if not ignore_unknown:
            require_canonical(setup.encode(), data, where="set-up data")
        return setup

    @classmethod
    def of(cls, election: bytes, trustees: bytes, credentials: bytes) -> "SetupData":
        """Return the object that names these exact bytes: §8.5."""
        return cls(sha256_hex(election), sha256_hex(trustees), sha256_hex(credentials))

    def encode(self) -> bytes:
        """Return the canonical bytes, members in the order of §8.5."""
        members: dict[str, JsonValue] = {
            "election": self.election,
            "trustees": self.trustees,
            "credentials": self.credentials,
        }
        if self.credentials_certificate is not None:
            members["credentials_certificate"] = self.credentials_certificate
        return encode_json(members)


def verify_credentials_certificate(data: bytes, uuid: str, credentials: PublicCredentials) -> None:
    """Check the certificate that the credential authority of Belenios signs: §8.5.

    Raises:
        MalformedError: another shape.
        ProofError: of another election or other credentials, or not signed.
    """
    fields = Fields(decode_datum(data, ignore_unknown=True), where="certificate", section="8.5")
    length = fields.integer("voter_list_length", 0, 2**53 - 1)
    creds_hash = hash_text(fields, "public_creds_hash")
    key = Element.decode(fields.raw("verification_key"))
    encryption_key = Element.decode(fields.raw("encryption_key"))
    signed = SignedMessage.decode(fields.raw("signature"), ignore_unknown=True)
    if fields.text("uuid") != uuid or length != len(credentials):
        raise ProofError("the certificate is of other credentials", section="8.5")
    if creds_hash not in map(sha256_hex, (credentials.data, credentials.without_usernames())):
        raise ProofError("the certificate names another list of credentials", section="8.5")
    members: JsonValue = {
        "uuid": uuid,
        "voter_list_length": length,
        "public_creds_hash": creds_hash,
        "verification_key": key.encode(),
        "encryption_key": encryption_key.encode(),
    }
    if signed.message != sha256_hex(encode_json(members)):
        raise ProofError("the certificate signs something else", section="8.5")
    verify_signed_message(key, signed)
