# SPDX-License-Identifier: AGPL-3.0-or-later
"""The key ceremony file by file, the peer's and ours in one: §7.4, §7.6 to §7.9."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from protocol.blame import TrusteeFault
from protocol.certificates import (
    Certificate,
    decode_certificates,
    encode_certificates,
    find_own_index,
    make_certificate,
    verify_certificate,
    verify_certificates,
)
from protocol.dkg import (
    PolynomialMessage,
    certificates_text,
    coefficient_exponentials,
    decode_exponentials,
    encode_polynomials,
    evaluate,
    exponential_at,
    generate_polynomial,
    make_polynomial_message,
    open_own_polynomial,
    verify_polynomial_message,
)
from protocol.encoding import JsonValue, encode_json
from protocol.errors import MalformedError, ProtocolError
from protocol.group import GENERATOR, Element, Scalar, generator_power
from protocol.pki import SignedMessage, TrusteeKeys, derive_keys, generate_seed, send, sign_message
from protocol.secret import Secret
from protocol.trustees import (
    ThresholdParameters,
    decode_threshold_file,
    encode_threshold_file,
    make_threshold_parameters,
    verify_threshold_parameters,
)
from protocol.vinput import Vinput, make_vinput, open_vinput
from protocol.voutput import make_single, make_voutput, open_decryption_key, verify_voutput
from tests.peer_secrets import (
    NUMBERS,
    SECRETS,
    certificates,
    file_of,
    keys_of,
    peer_board,
    polynomials,
    vinput_of,
    voutput_of,
)
from tests.rng import seeded_rng

EVE = derive_keys(generate_seed(seeded_rng("eve")))


def exponentials() -> list[tuple[Element, ...]]:
    return [decode_exponentials(message.coefexps, 2) for message in polynomials()]


def signed_exponentials(keys: TrusteeKeys, elements: list[str]) -> SignedMessage:
    texts: list[JsonValue] = list(elements)
    return sign_message(keys.signing, encode_json({"coefexps": texts}).decode())


# -------------------------------------------------------------------- certificates (§7.4)


def test_the_peers_certificates_hold_and_are_written_as_the_peer_writes_them() -> None:
    verify_certificates(certificates())
    assert encode_certificates(certificates()) == (SECRETS / "certs.jsons").read_bytes()
    assert [find_own_index(keys_of(i), certificates()) for i in NUMBERS] == [1, 2, 3]


def test_our_own_certificate_must_be_there() -> None:
    with pytest.raises(ProtocolError, match="our own"):
        find_own_index(EVE, certificates())


def own(index: int, size: int = 3, threshold: int = 2) -> Certificate:
    return make_certificate(EVE, size=size, threshold=threshold, index=index)


REFUSED_SETS: dict[str, Callable[[tuple[Certificate, ...]], list[Certificate]]] = {
    "of another order": lambda c: [c[1], c[0], c[2]],
    "one missing": lambda c: [c[0], c[1]],
    "one twice": lambda c: [c[0], c[1], c[1]],
    "another threshold": lambda c: [c[0], own(2, threshold=3), c[2]],
    "another size": lambda c: [c[0], own(2, size=4), c[2]],
    "one trustee in two places": lambda c: [c[0], own(2), own(3)],
    "an encryption key of another": lambda c: [
        c[0],
        make_certificate(
            replace(EVE, encryption_key=c[0].encryption_key), size=3, threshold=2, index=2
        ),
        c[2],
    ],
    "a signature of another": lambda c: [
        c[0],
        replace(c[1], signed=replace(c[1].signed, signature=c[0].signed.signature)),
        c[2],
    ],
    "none": lambda _: [],
}


@pytest.mark.parametrize("change", REFUSED_SETS.values(), ids=REFUSED_SETS)
def test_certificates_that_are_not_one_ceremony_are_refused(
    change: Callable[[tuple[Certificate, ...]], list[Certificate]],
) -> None:
    with pytest.raises(ProtocolError):
        verify_certificates(change(certificates()))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('\\"index\\":1', '\\"index\\":0'),
        ('\\"index\\":1', '\\"index\\":4'),
        ('\\"index\\":1', '\\"index\\":\\"1\\"'),
        ('\\"index\\":1', '\\"index\\":true'),
        ('\\"threshold\\":2', '\\"threshold\\":0'),
        ('\\"threshold\\":2', '\\"threshold\\":4'),
        ("Ed25519", "BELENIOS-2048"),
        ('{\\"context\\"', '{\\"x\\":1,\\"context\\"'),
        ('"message"', '"x":1,"message"'),
    ],
)
def test_a_malformed_certificate_is_refused(before: str, after: str) -> None:
    data = (SECRETS / "certs.jsons").read_text().splitlines()[0]
    assert before in data
    with pytest.raises(MalformedError):
        decode_certificates(data.replace(before, after, 1).encode())


def test_a_certificate_signed_with_another_key_is_refused() -> None:
    first = certificates()[0]
    forged = sign_message(EVE.signing, first.signed.message)
    with pytest.raises(ProtocolError):
        verify_certificate(replace(first, signed=forged))


# -------------------------------------------------------------------- polynomials (§7.6)


def test_the_peers_polynomials_hold_and_are_written_as_the_peer_writes_them() -> None:
    for index, message in enumerate(polynomials(), 1):
        verify_polynomial_message(certificates(), index, message)
    assert encode_polynomials(polynomials()) == (SECRETS / "polynomials.jsons").read_bytes()


@pytest.mark.parametrize("trustee", NUMBERS)
def test_the_polynomial_that_a_trustee_sent_itself_gives_its_exponentials(trustee: int) -> None:
    polynomial = open_own_polynomial(keys_of(trustee), polynomials()[trustee - 1].polynomial, 2)
    assert coefficient_exponentials(polynomial) == exponentials()[trustee - 1]


def test_a_share_is_the_exponent_of_what_everybody_can_compute() -> None:
    polynomial = generate_polynomial(4)
    for index in range(1, 6):
        public = exponential_at(coefficient_exponentials(polynomial), index)
        assert public == generator_power(evaluate(polynomial, index).reveal())
    assert evaluate(polynomial, 2).reveal() == sum(
        (a * Scalar.from_int(2**k) for k, a in enumerate(polynomial.reveal())),
        start=Scalar.from_int(0),
    )


def forged_message(count: int, last: str | None = None) -> PolynomialMessage:
    """A message of trustee 1, all signatures right, with ``count`` exponentials."""
    keys = keys_of(1)
    elements = list(coefficient_exponentials(generate_polynomial(count)))
    texts = [element.encode() for element in elements]
    signature = sign_message(keys.signing, certificates_text(certificates(), elements)).signature
    if last is not None:
        texts[-1] = last
    coefexps = signed_exponentials(keys, texts)
    return replace(polynomials()[0], coefexps=coefexps, signature=signature)


def test_a_forged_message_of_the_right_length_shows_that_the_others_fail_for_their_length() -> None:
    verify_polynomial_message(certificates(), 1, forged_message(2))


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_exponentials_is_the_threshold_exactly(count: int) -> None:
    with pytest.raises(TrusteeFault, match="exponentials instead of 2") as fault:
        verify_polynomial_message(certificates(), 1, forged_message(count))
    assert fault.value.trustee == 1


def test_no_exponential_is_the_identity() -> None:
    with pytest.raises(TrusteeFault, match="identity"):
        verify_polynomial_message(certificates(), 1, forged_message(2, "0" * 63 + "1"))


def test_a_polynomial_of_another_length_is_not_dealt() -> None:
    with pytest.raises(MalformedError):
        make_polynomial_message(keys_of(1), certificates(), generate_polynomial(3))


def test_exponentials_are_bound_to_the_certificates_of_all() -> None:
    # Trustee 1 is shown another certificate 3 than the others: its signature does not hold.
    split = [*certificates()[:2], own(3)]
    with pytest.raises(TrusteeFault):
        verify_polynomial_message(split, 1, polynomials()[0])


def test_a_message_of_another_trustee_is_refused() -> None:
    with pytest.raises(TrusteeFault):
        verify_polynomial_message(certificates(), 2, polynomials()[0])


def test_exponentials_are_signed_by_their_trustee() -> None:
    # The second signature holds; the first one is by somebody else.
    message = polynomials()[0]
    forged = sign_message(EVE.signing, message.coefexps.message)
    with pytest.raises(TrusteeFault, match="signature of a message"):
        verify_polynomial_message(certificates(), 1, replace(message, coefexps=forged))


def test_transported_texts_have_a_greatest_length() -> None:
    message = polynomials()[0]
    shares = (message.secrets[0],) * 2
    for fits, too_long in (
        (replace(message, polynomial="p" * 65_536), replace(message, polynomial="p" * 65_537)),
        (
            replace(message, secrets=("s" * 4096, *shares)),
            replace(message, secrets=("s" * 4097, *shares)),
        ),
    ):
        assert PolynomialMessage.decode(fits.encode()) == fits
        with pytest.raises(MalformedError):
            PolynomialMessage.decode(too_long.encode())


def test_a_message_sends_one_share_to_each() -> None:
    message = replace(polynomials()[0], secrets=polynomials()[0].secrets[:2])
    with pytest.raises(TrusteeFault, match="one share"):
        verify_polynomial_message(certificates(), 1, message)


# -------------------------------------------------------------------- shares (§7.7)


@pytest.mark.parametrize("trustee", NUMBERS)
def test_the_carrier_gives_what_the_peers_carrier_gave(trustee: int) -> None:
    assert make_vinput(certificates(), polynomials(), trustee) == vinput_of(trustee)
    assert vinput_of(trustee).encode() + b"\n" == file_of(trustee, "vinput")


@pytest.mark.parametrize("trustee", NUMBERS)
def test_the_peers_shares_add_up_to_the_key_of_the_peers_trustee(trustee: int) -> None:
    keys = keys_of(trustee)
    share = open_vinput(keys, certificates(), vinput_of(trustee)).reveal()
    assert share == open_decryption_key(keys, file_of(trustee, "dkey")).reveal()
    assert share == open_decryption_key(keys, voutput_of(trustee).private_key).reveal()
    assert generator_power(share) == voutput_of(trustee).public_key.public_key


def with_share(vinput: Vinput, sender: int, text: str) -> Vinput:
    secrets = list(vinput.secrets)
    secrets[sender - 1] = text
    return replace(vinput, secrets=tuple(secrets))


def test_a_wrong_share_names_its_sender() -> None:
    text = encode_json({"secret": "12345"}).decode()
    wrong = send(keys_of(2).signing, keys_of(1).encryption_key, Secret(text))
    with pytest.raises(TrusteeFault, match="trustee 2: the share") as fault:
        open_vinput(keys_of(1), certificates(), with_share(vinput_of(1), 2, wrong))
    assert fault.value.trustee == 2


def test_a_share_that_is_no_message_for_us_names_its_sender() -> None:
    for text in (vinput_of(2).secrets[2], vinput_of(1).secrets[0], "{}"):
        with pytest.raises(TrusteeFault) as fault:
            open_vinput(keys_of(1), certificates(), with_share(vinput_of(1), 3, text))
        assert fault.value.trustee == 3


def test_exponentials_of_another_polynomial_than_ours_are_refused() -> None:
    # Somebody who holds our signing key replaced our exponentials while they travelled.
    forged = forged_message(2)
    vinput = vinput_of(1)
    changed = replace(
        vinput,
        coefexps=(forged.coefexps, *vinput.coefexps[1:]),
        signatures=(forged.signature, *vinput.signatures[1:]),
    )
    with pytest.raises(ProtocolError, match="our exponentials"):
        open_vinput(keys_of(1), certificates(), changed)


# -------------------------------------------------------------------- keys (§7.8, §7.9)


@pytest.mark.parametrize("trustee", NUMBERS)
def test_the_peers_voutput_holds_and_ours_too(trustee: int) -> None:
    assert voutput_of(trustee).encode() + b"\n" == file_of(trustee, "voutput")
    verify_voutput(certificates(), exponentials(), trustee, voutput_of(trustee))
    ours = make_voutput(keys_of(trustee), certificates(), vinput_of(trustee))
    verify_voutput(certificates(), exponentials(), trustee, ours)
    assert ours.public_key.public_key == voutput_of(trustee).public_key.public_key


def test_a_voutput_that_does_not_hold_names_its_trustee() -> None:
    good = voutput_of(2).public_key
    other = voutput_of(1).public_key
    for bad in (
        other,
        replace(good, public_key=good.public_key * GENERATOR),
        replace(good, pok=other.pok),
        replace(good, signature=other.signature),
        replace(good, signature=None),
        replace(good, name="Anne"),
    ):
        voutput = replace(voutput_of(2), public_key=bad)
        with pytest.raises(TrusteeFault) as fault:
            verify_voutput(certificates(), exponentials(), 2, voutput)
        assert fault.value.trustee == 2


def test_a_key_that_does_not_follow_from_the_polynomials_is_refused_however_well_signed() -> None:
    other = Secret(Scalar.from_int(7))
    key = make_single(other)
    signature = sign_message(keys_of(2).signing, key.public_key.encode()).signature
    voutput = replace(voutput_of(2), public_key=replace(key, signature=signature))
    with pytest.raises(TrusteeFault, match="does not follow"):
        verify_voutput(certificates(), exponentials(), 2, voutput)


def peer_parameters() -> ThresholdParameters:
    return make_threshold_parameters(
        certificates(), polynomials(), [voutput_of(index) for index in NUMBERS]
    )


def test_the_threshold_parameters_are_those_that_the_peer_published() -> None:
    parameters = peer_parameters()
    assert parameters == peer_board("plain").trustees.threshold_parameters()
    assert decode_threshold_file(encode_threshold_file(parameters)) == parameters


def test_a_whole_ceremony_of_ours_ends_in_a_key_that_any_two_of_three_hold() -> None:
    keys = [derive_keys(generate_seed()) for _ in range(3)]
    certs = [
        make_certificate(own, size=3, threshold=2, index=index) for index, own in enumerate(keys, 1)
    ]
    messages = [make_polynomial_message(own, certs, generate_polynomial(2)) for own in keys]
    voutputs = [
        make_voutput(own, certs, make_vinput(certs, messages, index))
        for index, own in enumerate(keys, 1)
    ]
    parameters = make_threshold_parameters(certs, messages, voutputs)
    verify_threshold_parameters(parameters)
    shares = [
        open_decryption_key(own, voutput.private_key).reveal()
        for own, voutput in zip(keys, voutputs, strict=True)
    ]
    two, three = Scalar.from_int(2), Scalar.from_int(3)
    secret = shares[0] * two - shares[1]  # the line through (1, S1) and (2, S2), at 0
    assert generator_power(secret) == parameters.joint_key()
    assert shares[1] * three - shares[2] * two == secret


CHANGED_PARAMETERS: dict[str, Callable[[ThresholdParameters], ThresholdParameters]] = {
    "a threshold below that of the certificates": lambda p: replace(p, threshold=1),
    "exponentials swapped": lambda p: replace(
        p, coefexps=(p.coefexps[1], p.coefexps[0], p.coefexps[2])
    ),
    "signatures swapped": lambda p: replace(
        p, signatures=(p.signatures[1], p.signatures[0], p.signatures[2])
    ),
    "keys swapped": lambda p: replace(
        p,
        verification_keys=(p.verification_keys[1], p.verification_keys[0], p.verification_keys[2]),
    ),
}


@pytest.mark.parametrize("change", CHANGED_PARAMETERS.values(), ids=CHANGED_PARAMETERS)
def test_changed_parameters_are_refused(
    change: Callable[[ThresholdParameters], ThresholdParameters],
) -> None:
    with pytest.raises(ProtocolError):
        verify_threshold_parameters(change(peer_parameters()))
