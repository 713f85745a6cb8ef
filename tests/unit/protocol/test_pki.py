# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys and messages of the trustees, against the files of the peer's tool: §7.1 to §7.3, §7.5."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.encoding import encode_json
from protocol.errors import MalformedError, ProofError
from protocol.group import GENERATOR, ONE, Scalar
from protocol.pki import (
    EncryptedMessage,
    SignedMessage,
    decode_seed,
    decrypt_message,
    derive_keys,
    encrypt_message,
    generate_seed,
    receive,
    send,
    sign_message,
    verify_signed_message,
)
from protocol.proofs.proof import Proof
from protocol.secret import Secret
from tests.peer_secrets import NUMBERS, certificates, file_of, keys_of
from tests.rng import constant_rng, seeded_rng

ANNE, BOB, EVE = (derive_keys(generate_seed(seeded_rng(name))) for name in ("anne", "bob", "eve"))


@pytest.mark.parametrize("trustee", NUMBERS)
def test_a_seed_of_the_peer_gives_the_keys_of_its_certificate(trustee: int) -> None:
    keys, certificate = keys_of(trustee), certificates()[trustee - 1]
    assert keys.verification_key == certificate.verification_key
    assert keys.encryption_key == certificate.encryption_key


def test_a_seed_is_22_base58_characters() -> None:
    assert len(generate_seed().reveal()) == 22
    assert generate_seed().reveal() != generate_seed().reveal()


@pytest.mark.parametrize(
    "data",
    [b"", b"1" * 21, b"1" * 23, b"0" + b"1" * 21, b"l" * 22, b"1" * 22 + b"\n\n", b" " + b"1" * 21],
)
def test_another_text_is_no_seed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_seed(data)


def test_keys_do_not_show_themselves() -> None:
    assert ANNE.signing.reveal().encode() not in repr(ANNE)
    assert ANNE.decryption.reveal().encode() not in repr(ANNE)


def test_a_signature_holds_for_its_signer_and_text_alone() -> None:
    signed = sign_message(ANNE.signing, "bonjour")
    verify_signed_message(ANNE.verification_key, signed)
    wrong = [
        (BOB.verification_key, signed),
        (ANNE.verification_key, replace(signed, message="bonsoir")),
        (
            ANNE.verification_key,
            replace(signed, signature=replace(signed.signature, response=ONE)),
        ),
        (ANNE.verification_key, SignedMessage("bonjour", Proof(ONE, Scalar.from_int(0)))),
    ]
    for key, other in wrong:
        with pytest.raises(ProofError):
            verify_signed_message(key, other)


def test_a_broken_generator_alone_does_not_repeat_a_nonce() -> None:
    one = sign_message(ANNE.signing, "un", constant_rng).signature
    two = sign_message(ANNE.signing, "deux", constant_rng).signature
    assert one.generator_commitment(ANNE.verification_key) != two.generator_commitment(
        ANNE.verification_key
    )


@pytest.mark.parametrize("trustee", NUMBERS)
def test_a_message_that_the_peer_sent_is_received(trustee: int) -> None:
    keys = keys_of(trustee)
    text = file_of(trustee, "dkey").decode().strip()
    message = receive(keys, keys.verification_key, text).reveal()
    assert message.startswith('{"decryption_key":"')
    assert EncryptedMessage.decode(text).encode() == text


def test_what_is_sent_is_received_by_its_recipient_from_its_sender_alone() -> None:
    text = send(ANNE.signing, BOB.encryption_key, Secret("le secret d'été"))
    assert receive(BOB, ANNE.verification_key, text).reveal() == "le secret d'été"
    assert "secret" not in text
    with pytest.raises(ProofError):
        receive(BOB, EVE.verification_key, text)
    with pytest.raises(ProofError):
        receive(EVE, ANNE.verification_key, text)


def test_a_message_encrypted_anew_for_another_is_refused() -> None:
    # Bob opens what Anne signed for him and passes it on to Eve as if it were for her.
    text = send(ANNE.signing, BOB.encryption_key, Secret("pour Bob"))
    plain = decrypt_message(BOB.decryption, EncryptedMessage.decode(text))
    passed_on = encrypt_message(EVE.encryption_key, plain).encode()
    with pytest.raises(ProofError, match="another recipient"):
        receive(EVE, ANNE.verification_key, passed_on)


def test_a_changed_byte_of_a_message_is_noticed() -> None:
    message = encrypt_message(BOB.encryption_key, Secret("texte"))
    assert decrypt_message(BOB.decryption, message).reveal() == "texte"
    last = bytes([message.data[-1] ^ 1])
    for other in (
        replace(message, data=message.data[:-1] + last),
        replace(message, data=message.data[1:]),
        replace(message, alpha=message.alpha * GENERATOR),
        replace(message, beta=message.beta * GENERATOR),
    ):
        with pytest.raises(ProofError):
            decrypt_message(BOB.decryption, other)


def test_a_malformed_message_is_refused() -> None:
    text = encrypt_message(BOB.encryption_key, Secret("texte")).encode()
    identity = "0" * 63 + "1"
    message = EncryptedMessage.decode(text)
    for bad in (
        text.replace("AES-GCM", "AES-CCM"),
        text.replace('","', '", "', 1),
        text.replace(message.alpha.encode(), identity),
        text.replace(message.data.hex(), message.data.hex().upper()),
        text.replace(message.data.hex(), message.data.hex()[1:]),
        text.replace(message.data.hex(), "00" * 15),
        text[:-1] + ',"x":1}',
        encode_json("texte").decode(),
    ):
        assert bad != text
        with pytest.raises(MalformedError):
            EncryptedMessage.decode(bad)
