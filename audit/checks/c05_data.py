# SPDX-License-Identifier: AGPL-3.0-or-later
"""C05: every event has before it exactly the data it names. §10.2, §8.5.

The certificate of the credential authority, which a plain election may have, is verified here.
"""

from __future__ import annotations

from audit.arithmetic import read_element
from audit.case import Case
from audit.hashing import sha256_hex
from audit.outcome import Finding, judged
from audit.proofs import decode_proof, holds_message
from audit.strict_json import decode, decode_datum, encode, read_list, read_object
from audit.words import Malformed, Text

_CERTIFICATE = "uuid voter_list_length public_creds_hash verification_key encryption_key signature"


def check(case: Case) -> Finding:
    """What the pass collected, and the set-up data's own form (§8.5)."""
    faults = list(case.board.data_faults)
    setup = case.board.setup
    if setup and setup.payload and case.board.setup_data:
        try:
            value = decode_datum(case.read(setup.payload), canonical=case.strict)
            optional = "" if case.strict else " credentials_certificate?"
            read_object(value, "election trustees credentials" + optional, strict=case.strict)
            if "credentials_certificate" in case.board.setup_data:
                _verify_certificate(case)
        except Malformed as refusal:
            faults.append(refusal.text.at(Text("données de mise en place", "set-up data")))
    return judged(case.board.events, faults)


def _verify_certificate(case: Case) -> None:
    """The credential authority signed this list for this election (§8.5)."""
    certificate = case.setup_bytes("credentials_certificate")
    listed, election = case.setup_bytes("credentials"), case.setup_bytes("election")
    if certificate is None or listed is None or election is None:
        return
    fields = read_object(decode_datum(certificate, canonical=False), _CERTIFICATE, strict=False)
    credentials = read_list(decode(listed), "credentials")
    stripped = [",".join(str(item).split(",")[:2]).rstrip(",") for item in credentials]
    hashes = (sha256_hex(listed), sha256_hex(encode(stripped)))
    read_element(fields["encryption_key"])
    key = read_element(fields["verification_key"])
    message = sha256_hex(encode({name: fields[name] for name in _CERTIFICATE.split()[:-1]}))
    signed = read_object(fields["signature"], "message signature", strict=False)
    uuid = read_object(decode(election), "uuid", strict=False)["uuid"]
    length = fields["voter_list_length"]
    if (
        fields["uuid"] != uuid
        or type(length) is not int
        or length != len(credentials)
        or fields["public_creds_hash"] not in hashes
        or signed["message"] != message
        or not holds_message(key, message, decode_proof(signed["signature"], strict=False))
    ):
        raise Malformed(
            "le certificat de la liste ne tient pas (§8.5)",
            "the credentials certificate does not hold (§8.5)",
        )
