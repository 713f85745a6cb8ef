# SPDX-License-Identifier: AGPL-3.0-or-later
"""First messages, commitments, transcript and set-up signatures: §7.4, §7.11 to §7.13, §17.1."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest

from protocol.blame import TrusteeFault
from protocol.ceremony import (
    Member,
    SetupStatement,
    Transcript,
    coefficient_commitment,
    sign_transcript,
    verify_commitments,
    verify_committee,
    verify_transcript,
)
from protocol.encoding import sha256_hex
from protocol.errors import MalformedError, ProofError, ProtocolError
from protocol.first_message import (
    FirstMessage,
    make_first_message,
    verify_first_message,
    verify_first_messages,
)
from protocol.setup_signatures import SetupSignatures
from protocol.trustee_signatures import TrusteeSignature, sign_statement, verify_enough_signatures
from tests.peer_secrets import NUMBERS, certificates, keys_of, peer_board
from tests.variants import changes

UUID = "ConseiLEcoLe24"
PARAMETERS = peer_board("plain").trustees.threshold_parameters()
COMMITMENTS = tuple(
    coefficient_commitment(uuid=UUID, size=3, threshold=2, index=index, exponentials=exponentials)
    for index, exponentials in enumerate(PARAMETERS.exponentials, 1)
)
MEMBERS = tuple(Member(name, "membre du bureau") for name in ("Anne", "Bob", "Chloé"))
TRANSCRIPT = Transcript(UUID, 2, MEMBERS, COMMITMENTS, sha256_hex(b"trustees"))
STATEMENT = SetupStatement(UUID, "f" * 43, sha256_hex(b"setup"))


def first_message(trustee: int, uuid: str = UUID) -> FirstMessage:
    return make_first_message(
        keys_of(trustee),
        uuid=uuid,
        name=MEMBERS[trustee - 1].name,
        role="directrice",
        certificate=certificates()[trustee - 1],
        commitment=COMMITMENTS[trustee - 1],
    )


def test_first_messages_are_read_as_written_and_hold() -> None:
    messages = [first_message(trustee) for trustee in NUMBERS]
    verify_first_messages(UUID, messages)
    for message in messages:
        assert FirstMessage.decode(message.encode()) == message
        assert message.encode().startswith(b'{"evote_certificate":1,"uuid":"ConseiLEcoLe24","name"')


@pytest.mark.parametrize("uuid", ["short", "1" * 23, "\x1b[2JfakefakefakE", "0" * 14])
def test_a_first_message_of_no_uuid_is_refused_before_it_is_shown(uuid: str) -> None:
    data = replace(first_message(1), uuid=uuid).encode()
    with pytest.raises(MalformedError, match="uuid"):
        FirstMessage.decode(data)


def test_names_that_look_alike_are_refused_and_the_later_one_is_named() -> None:
    messages = [first_message(trustee) for trustee in NUMBERS]
    messages[2] = replace(messages[2], name="ANNE")
    with pytest.raises(TrusteeFault, match="looks like") as fault:
        verify_first_messages(UUID, messages)
    assert fault.value.trustee == 3


@pytest.mark.parametrize(("size", "threshold"), [(3, 2), (4, 3), (5, 3), (100, 51), (100, 100)])
def test_a_committee_in_which_more_than_half_decrypt(size: int, threshold: int) -> None:
    verify_committee(size, threshold)


@pytest.mark.parametrize(
    ("size", "threshold"), [(2, 2), (3, 1), (4, 2), (6, 3), (100, 50), (101, 60), (3, 4)]
)
def test_another_committee_is_refused(size: int, threshold: int) -> None:
    with pytest.raises(ProofError):
        verify_committee(size, threshold)


def test_every_part_of_a_first_message_is_signed() -> None:
    message = first_message(1)
    other = first_message(2)
    own = message.certificate
    badly_signed = replace(
        own, signed=replace(own.signed, signature=other.certificate.signed.signature)
    )
    for changed in (
        replace(message, uuid="AutreElection1"),
        replace(message, name="Eve"),
        replace(message, role="élève"),
        replace(message, commitment=other.commitment),
        replace(message, certificate=other.certificate),
        replace(message, certificate=badly_signed),
        replace(message, signature=other.signature),
    ):
        with pytest.raises(ProtocolError):
            verify_first_message(changed)


def test_a_first_message_for_another_election_names_its_trustee() -> None:
    messages = [first_message(1), first_message(2, "AutreElection1"), first_message(3)]
    with pytest.raises(TrusteeFault) as fault:
        verify_first_messages(UUID, messages)
    assert fault.value.trustee == 2


def test_a_first_message_of_another_form_is_refused() -> None:
    data = first_message(1).encode()
    for bad in (
        data.replace(b'"evote_certificate":1', b'"evote_certificate":2'),
        data.replace(b"Anne", b"Anne "),
        data.replace(b'"role":"directrice"', b'"role":""'),
        data.replace(COMMITMENTS[0].encode(), COMMITMENTS[0].upper().encode()),
        data.replace(
            b'"uuid":"ConseiLEcoLe24","name":"Anne"', b'"name":"Anne","uuid":"ConseiLEcoLe24"'
        ),
        data[:-1] + b',"x":1}',
        data + b" ",
    ):
        assert bad != data
        with pytest.raises(MalformedError):
            FirstMessage.decode(bad)


def test_a_first_message_is_made_with_our_own_certificate() -> None:
    with pytest.raises(ProtocolError, match="not ours"):
        make_first_message(
            keys_of(1),
            uuid=UUID,
            name="Anne",
            role="directrice",
            certificate=certificates()[1],
            commitment=COMMITMENTS[0],
        )


def test_a_commitment_is_the_framed_hash_of_all_that_it_binds() -> None:
    parts = [b"evote/v1/coefficients", UUID.encode(), b"3", b"2", b"1"]
    parts += [element.encode().encode() for element in PARAMETERS.exponentials[0]]
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    assert COMMITMENTS[0] == sha256(framed).hexdigest()


def test_exponentials_are_those_that_were_committed_to() -> None:
    verify_commitments(UUID, PARAMETERS, COMMITMENTS)
    swapped = (COMMITMENTS[0], COMMITMENTS[2], COMMITMENTS[1])
    with pytest.raises(TrusteeFault) as fault:
        verify_commitments(UUID, PARAMETERS, swapped)
    assert fault.value.trustee == 2
    for uuid, commitments in (("AutreElection1", COMMITMENTS), (UUID, COMMITMENTS[:2])):
        with pytest.raises(ProtocolError):
            verify_commitments(uuid, PARAMETERS, commitments)


def test_all_trustees_sign_the_transcript() -> None:
    signatures = [sign_transcript(keys_of(i), TRANSCRIPT, i) for i in NUMBERS]
    verify_transcript(certificates(), TRANSCRIPT, signatures)
    with pytest.raises(MalformedError):
        verify_transcript(certificates(), TRANSCRIPT, signatures[:2])
    swapped = [signatures[0], signatures[2], signatures[1]]
    with pytest.raises(TrusteeFault) as fault:
        verify_transcript(certificates(), TRANSCRIPT, swapped)
    assert fault.value.trustee == 2
    again = [sign_transcript(keys_of(i), TRANSCRIPT, 1) for i in NUMBERS]
    with pytest.raises(TrusteeFault):
        verify_transcript(certificates(), TRANSCRIPT, again)


def test_every_part_of_the_transcript_is_signed() -> None:
    signatures = [sign_transcript(keys_of(i), TRANSCRIPT, i) for i in NUMBERS]
    changed = [other for _, other in changes(TRANSCRIPT) if isinstance(other, Transcript)]
    assert len(changed) > 20
    for transcript in changed:
        with pytest.raises(ProtocolError):
            verify_transcript(certificates(), transcript, signatures)


def signed(*trustees: int) -> list[TrusteeSignature]:
    return [sign_statement(keys_of(trustee), STATEMENT, trustee) for trustee in trustees]


@pytest.mark.parametrize("trustees", [(1, 2), (1, 3), (2, 3), (1, 2, 3)])
def test_enough_trustees_sign_the_set_up(trustees: tuple[int, ...]) -> None:
    verify_enough_signatures(PARAMETERS, STATEMENT, signed(*trustees))


def test_too_few_or_false_set_up_signatures_are_refused() -> None:
    one, two, three = signed(1, 2, 3)
    for bad in (
        [],
        [one],
        [one, one],
        [two, one],
        [one, replace(two, trustee=3)],
        [one, two, replace(three, signature=two.signature)],
        [one, two, replace(three, trustee=4)],
    ):
        with pytest.raises(ProtocolError):
            verify_enough_signatures(PARAMETERS, STATEMENT, bad)


def test_every_part_of_the_set_up_is_signed() -> None:
    for _, statement in changes(STATEMENT):
        with pytest.raises(ProtocolError):
            verify_enough_signatures(PARAMETERS, statement, signed(1, 2))


def test_the_file_of_set_up_signatures_is_read_as_written() -> None:
    file = SetupSignatures(UUID, STATEMENT.setup_event, tuple(signed(1, 3)))
    assert SetupSignatures.decode(file.encode()) == file
    data = file.encode()
    for bad in (
        data.replace(b'"version":1', b'"version":2'),
        data.replace(b'"trustee":1', b'"trustee":0'),
        data.replace(b'"trustee":1', b'"trustee":"1"'),
        data.replace(
            b'{"version":1,"uuid":"ConseiLEcoLe24",', b'{"uuid":"ConseiLEcoLe24","version":1,'
        ),
        data + b"\n",
    ):
        assert bad != data
        with pytest.raises(MalformedError):
            SetupSignatures.decode(bad)
