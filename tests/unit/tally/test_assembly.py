# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the organiser assembles from the trustees' files: docs/protocol.md §7.12, §7.13, §17.1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.ceremony import sign_transcript
from protocol.first_message import FirstMessage, make_first_message
from protocol.pki import derive_keys
from protocol.trustee_signatures import sign_statement, verify_enough_signatures
from tally.assembly import (
    assemble_ceremony,
    assemble_setup_signatures,
    make_transcript,
)
from tally.errors import Refusal
from tally.messages import CeremonySignature, SetupSignatureMessage
from tally.read_aloud import words_of_transcript
from tests.ceremonies import NAMES, hold_ceremony
from tests.simulator import UUID, SimulatedElection

CEREMONY = hold_ceremony(UUID)
OTHER = hold_ceremony(UUID, seed="other")
FIRSTS = tuple(FirstMessage.decode(data) for data in CEREMONY.certificates.values())
ELECTION = SimulatedElection()


def test_a_finished_ceremony_is_assembled() -> None:
    found = assemble_ceremony(UUID, FIRSTS, CEREMONY.trustees, CEREMONY.signatures)
    assert [member.name for member in found.members] == list(NAMES[:3])
    assert found.commitments == tuple(first.commitment for first in FIRSTS)


def test_a_missing_signature_names_its_member() -> None:
    files = {name: data for name, data in CEREMONY.signatures.items() if "2" not in name}
    with pytest.raises(Refusal, match=r"il manque le fichier de : Bruno Carré \(n° 2\)"):
        assemble_ceremony(UUID, FIRSTS, CEREMONY.trustees, files)


def test_a_signature_of_other_keys_is_refused() -> None:
    files = CEREMONY.signatures | {"ceremony-2.json": OTHER.signatures["ceremony-2.json"]}
    with pytest.raises(Refusal, match="signe d'autres clés réunies"):
        assemble_ceremony(UUID, FIRSTS, CEREMONY.trustees, files)


def test_a_signature_in_another_s_name_is_refused() -> None:
    message = CeremonySignature.decode(CEREMONY.signatures["ceremony-1.json"])
    forged = replace(message, trustee=2).encode()
    with pytest.raises(Refusal, match=r"le fichier de Bruno Carré \(n° 2\) n'est pas valable"):
        assemble_ceremony(
            UUID, FIRSTS, CEREMONY.trustees, CEREMONY.signatures | {"ceremony-2.json": forged}
        )


@pytest.mark.parametrize("trustee", [4, 100])
def test_a_number_beyond_the_members_is_a_stranger_s(trustee: int) -> None:
    message = CeremonySignature.decode(CEREMONY.signatures["ceremony-1.json"])
    files = CEREMONY.signatures | {"x.json": replace(message, trustee=trustee).encode()}
    with pytest.raises(Refusal, match="ne vient d'aucun"):
        assemble_ceremony(UUID, FIRSTS, CEREMONY.trustees, files)


def test_a_changed_name_changes_the_words_and_breaks_the_signatures() -> None:
    renamed = (replace(FIRSTS[0], name="Aïcha Benali"), *FIRSTS[1:])
    words = {
        words_of_transcript(make_transcript(UUID, firsts, CEREMONY.trustees))
        for firsts in (FIRSTS, renamed)
    }
    assert len(words) == 2
    with pytest.raises(Refusal, match="n'est pas valable"):
        assemble_ceremony(UUID, renamed, CEREMONY.trustees, CEREMONY.signatures)


def test_a_certificate_that_its_member_did_not_sign_is_refused() -> None:
    firsts = (replace(FIRSTS[0], signature=FIRSTS[1].signature), *FIRSTS[1:])
    with pytest.raises(Refusal, match=r"le fichier de Aïcha Ben Ali \(n° 1\) n'est pas valable"):
        assemble_ceremony(UUID, firsts, CEREMONY.trustees, CEREMONY.signatures)


def test_coefficients_that_were_not_committed_to_are_refused_even_if_all_signed() -> None:
    keys = [derive_keys(memory.seed) for memory in CEREMONY.memories]
    uncommitted = make_first_message(
        keys[1],
        uuid=UUID,
        name=FIRSTS[1].name,
        role=FIRSTS[1].role,
        certificate=FIRSTS[1].certificate,
        commitment="0" * 64,
    )
    firsts = (FIRSTS[0], uncommitted, FIRSTS[2])
    transcript = make_transcript(UUID, firsts, CEREMONY.trustees)
    files = {
        f"ceremony-{i}.json": CeremonySignature(
            UUID, i, transcript.trustees_sha256, sign_transcript(key, transcript, i)
        ).encode()
        for i, key in enumerate(keys, 1)
    }
    with pytest.raises(Refusal, match=r"les valeurs de Bruno Carré \(n° 2\)"):
        assemble_ceremony(UUID, firsts, CEREMONY.trustees, files)


def _setup_file(trustee: int, election: SimulatedElection = ELECTION) -> bytes:
    statement = election.statement
    signed = sign_statement(election.keys(trustee), statement, trustee)
    return SetupSignatureMessage(
        statement.uuid, statement.fingerprint, statement.setup_event, trustee, signed.signature
    ).encode()


def test_set_up_signatures_are_put_in_order() -> None:
    files = {"b": _setup_file(3), "a": _setup_file(1)}
    found = assemble_setup_signatures(ELECTION.trustees, ELECTION.statement, files, NAMES[:3])
    assert [each.trustee for each in found.signatures] == [1, 3]
    parameters = ELECTION.trustees.threshold_parameters()
    verify_enough_signatures(parameters, ELECTION.statement, found.signatures)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"a": _setup_file(1)}, r"1 signature d'ouverture, il en faut 2"),
        ({"a": _setup_file(1), "b": _setup_file(1)}, "il en faut 2"),
        ({"a": _setup_file(1, SimulatedElection(seats=3)), "b": _setup_file(2)}, "« a » signe une"),
        ({"a": b"{}", "b": _setup_file(2)}, "ne vont pas ensemble"),
    ],
    ids=["one", "one twice", "another election", "another file"],
)
def test_set_up_signatures_that_do_not_do(files: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        assemble_setup_signatures(ELECTION.trustees, ELECTION.statement, files, NAMES[:3])


def test_a_set_up_signature_in_another_s_name_is_refused() -> None:
    forged = replace(SetupSignatureMessage.decode(_setup_file(1)), trustee=2).encode()
    files = {"a": _setup_file(1), "b": forged}
    with pytest.raises(Refusal, match=r"Bruno Carré \(n° 2\)"):
        assemble_setup_signatures(ELECTION.trustees, ELECTION.statement, files, NAMES[:3])
