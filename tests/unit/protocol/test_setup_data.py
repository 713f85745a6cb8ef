# SPDX-License-Identifier: AGPL-3.0-or-later
"""Set-up data and the peer's certificate of credentials: §8.5."""

from __future__ import annotations

import pytest

from protocol.encoding import JsonValue, encode_json, sha256_hex
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.pki import derive_keys, generate_seed, sign_message
from protocol.public_credentials import PublicCredentials
from protocol.setup_data import SetupData, verify_credentials_certificate
from tests.rng import seeded_rng
from tests.simulator import SimulatedElection

OURS = SimulatedElection()
UUID = "F3LXxMBpCrX1W9"
AUTHORITY = derive_keys(generate_seed(seeded_rng("authority")))


def test_set_up_data_name_the_exact_bytes() -> None:
    setup = SetupData.of(b"election", b"trustees", b"credentials")
    assert setup.election == sha256_hex(b"election")
    assert SetupData.decode(setup.encode()) == setup


def test_a_certificate_stands_in_the_plain_profile_alone() -> None:
    setup = SetupData("a" * 64, "b" * 64, "c" * 64, "d" * 64)
    assert SetupData.decode(setup.encode(), ignore_unknown=True) == setup
    with pytest.raises(MalformedError):
        SetupData.decode(setup.encode())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a" * 64, b"A" * 64),
        (b"a" * 64, b"a" * 63),
        (b'{"election"', b'{"x":1,"election"'),
        (b'"trustees"', b'"trustee"'),
        (b",", b", "),
    ],
)
def test_malformed_set_up_data_are_refused(before: bytes, after: bytes) -> None:
    data = SetupData("a" * 64, "b" * 64, "c" * 64).encode()
    assert before in data
    with pytest.raises(MalformedError):
        SetupData.decode(data.replace(before, after, 1))


def certificate(*, signed_hash: str | None = None, **members: JsonValue) -> bytes:
    raw: dict[str, JsonValue] = {
        "uuid": UUID,
        "voter_list_length": len(OURS.credentials),
        "public_creds_hash": sha256_hex(OURS.credentials.data),
        "verification_key": AUTHORITY.verification_key.encode(),
        "encryption_key": AUTHORITY.encryption_key.encode(),
        **members,
    }
    message = signed_hash or sha256_hex(encode_json(raw))
    return encode_json({**raw, "signature": sign_message(AUTHORITY.signing, message).encode()})


def test_a_certificate_of_these_credentials_holds() -> None:
    verify_credentials_certificate(certificate(), UUID, OURS.credentials)


def test_a_certificate_may_be_of_the_list_without_user_names() -> None:
    lines: list[JsonValue] = [f"{key.encode()},,anne" for key in OURS.credentials]
    named = PublicCredentials.decode(encode_json(lines), ignore_unknown=True)
    verify_credentials_certificate(certificate(), UUID, named)


@pytest.mark.parametrize(
    "members",
    [
        {"uuid": "AutreElection1"},
        {"public_creds_hash": "a" * 64},
        {"verification_key": AUTHORITY.encryption_key.encode()},
        {"encryption_key": "0" * 63 + "1"},
        {"signed_hash": "a" * 64},
    ],
)
def test_another_certificate_is_refused(members: dict[str, str]) -> None:
    with pytest.raises(ProtocolError):
        verify_credentials_certificate(certificate(**members), UUID, OURS.credentials)


def test_a_certificate_of_another_number_of_voters_is_refused() -> None:
    with pytest.raises(ProofError):
        verify_credentials_certificate(certificate(voter_list_length=1), UUID, OURS.credentials)


def test_a_certificate_signed_for_other_members_is_refused() -> None:
    data = certificate().replace(
        AUTHORITY.encryption_key.encode().encode(), AUTHORITY.verification_key.encode().encode()
    )
    with pytest.raises(ProofError, match="something else"):
        verify_credentials_certificate(data, UUID, OURS.credentials)
