# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can go wrong in a ceremony: one sentence, the right status, nothing written: §7."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from protocol.dkg import PolynomialMessage, generate_polynomial
from protocol.encoding import encode_json
from protocol.first_message import FirstMessage, make_first_message
from protocol.group import ONE
from protocol.pki import derive_keys, send
from protocol.secret import Secret
from tally.joining import begin
from tally.keyfile import load_keyfile
from tally.memory import TrusteeMemory, encode_memory
from tally.trustee import deal
from tests.ceremonies import hold_ceremony
from tests.e2e.bureau import UUID, WORDS, Bureau
from tests.e2e.refusing import Refused

At = Callable[[str], Bureau]

OUT_OF_ORDER = [
    ("certificate", "key", "plus tard"),
    ("certificate", "sign", "plus tard"),
    ("polynomial", "polynomial", "déjà faite"),
    ("polynomial", "sign", "plus tard"),
    ("key", "polynomial", "déjà faite"),
    ("key", "key", "déjà faite"),
    ("sign", "key", "déjà faite"),
    ("sign", "sign", "déjà signé"),
    ("check-setup", "sign", "déjà faite"),
]


def memory_of(bureau: Bureau, index: int) -> TrusteeMemory:
    return load_keyfile(bureau.folder / f"secret-{index}.key", Secret(WORDS))


@pytest.mark.parametrize(("stage", "step", "sentence"), OUT_OF_ORDER)
def test_a_step_out_of_order_or_repeated(
    at: At, refused: Refused, stage: str, step: str, sentence: str
) -> None:
    bureau = at(stage)
    messages = {"polynomial": "certificate", "key": "polynomial", "sign": "key"}[step]
    for name in [*bureau.read(step), *bureau.read("ceremony")]:
        (bureau.folder / name).unlink()  # so that the step alone, not its files, is in the way
    every = [f"{messages}-*.json"] if bureau.read(messages) else ["certificate-1.json"]
    refused(bureau, 1, sentence, *bureau.command(step, 1, *every))


def test_a_certificate_is_not_made_twice(at: At, refused: Refused) -> None:
    bureau = at("certificate")
    refused(bureau, 1, "existe déjà", *bureau.command("certificate", 1))


@pytest.mark.parametrize("step", ["polynomial", "paper", "passphrase"])
def test_wrong_words(at: At, refused: Refused, step: str) -> None:
    bureau = at("certificate")
    (bureau.folder / "words").write_text("abeille tortue moulin pomme tasse viole")
    messages = ["certificate-1.json"] if step == "polynomial" else []
    command = [step, "secret-1.key", *messages, "--passphrase-file", "words"]
    refused(bureau, 1, "pas la bonne phrase secrète", *command)


def test_a_missing_file_names_its_member(at: At, refused: Refused) -> None:
    bureau = at("polynomial")
    command = bureau.command("key", 1, "polynomial-1.json", "polynomial-2.json")
    refused(bureau, 1, "il manque le fichier de : Chloé d'Aubigné (n° 3)", *command)


def test_two_files_of_one_member(at: At, refused: Refused) -> None:
    bureau = at("polynomial")
    (bureau.folder / "polynomial-4.json").write_bytes(
        bureau.read("polynomial")["polynomial-2.json"]
    )
    sentence = "viennent tous deux de Bruno Carré (n° 2)"
    refused(bureau, 1, sentence, *bureau.command("key", 1))


def test_a_share_from_a_stranger(at: At, refused: Refused) -> None:
    bureau = at("polynomial")
    stranger = hold_ceremony(UUID, seed="stranger").polynomials["polynomial-2.json"]
    (bureau.folder / "polynomial-2.json").write_bytes(stranger)
    sentence = "« polynomial-2.json » ne vient d'aucun des 3 membres"
    refused(bureau, 1, sentence, *bureau.command("key", 1))


def test_a_key_from_a_stranger(at: At, refused: Refused) -> None:
    bureau = at("key")
    stranger = hold_ceremony(UUID, seed="stranger").keys["key-3.json"]
    (bureau.folder / "key-3.json").write_bytes(stranger)
    refused(bureau, 1, "« key-3.json » ne vient d'aucun", *bureau.command("sign", 1))


def test_a_wrong_share_names_its_sender(at: At, refused: Refused) -> None:
    bureau = at("polynomial")
    keys = derive_keys(memory_of(bureau, 2).seed)
    recipient = derive_keys(memory_of(bureau, 1).seed).encryption_key
    path = bureau.folder / "polynomial-2.json"
    message = PolynomialMessage.decode(path.read_bytes())
    wrong = encode_json({"secret": ONE.encode()}).decode()
    forged = send(keys.signing, recipient, Secret(wrong))
    path.write_bytes(replace(message, secrets=(forged, *message.secrets[1:])).encode())
    sentence = (
        "la part secrète que Bruno Carré (n° 2) vous a envoyée est fausse, ou changée en route"
    )
    refused(bureau, 1, sentence, *bureau.command("key", 1))
    assert bureau.step("key", 3) == 0  # its own share was right: it cannot know


def test_a_share_damaged_on_its_way_names_its_sender(at: At, refused: Refused) -> None:
    bureau = at("polynomial")
    path = bureau.folder / "polynomial-3.json"
    message = PolynomialMessage.decode(path.read_bytes())
    secrets = (message.secrets[1], *message.secrets[1:])  # what was for number 2
    path.write_bytes(replace(message, secrets=secrets).encode())
    refused(bureau, 1, "Chloé d'Aubigné (n° 3)", *bureau.command("key", 1))


@pytest.mark.parametrize("padding", ["\x01" * 1_000_000, "\\" * 4_000_000, "p" * 65_537])
def test_a_member_cannot_swell_the_key_files_of_the_others(
    at: At, refused: Refused, padding: str
) -> None:
    bureau = at("polynomial")
    path = bureau.folder / "polynomial-3.json"
    message = PolynomialMessage.decode(path.read_bytes())
    path.write_bytes(replace(message, polynomial=padding).encode())
    refused(bureau, 2, "n'est pas lisible", *bureau.command("key", 1))


def test_a_key_file_does_not_keep_what_a_member_padded(at: At) -> None:
    bureau = at("polynomial")
    path = bureau.folder / "polynomial-3.json"
    message = PolynomialMessage.decode(path.read_bytes())
    path.write_bytes(replace(message, polynomial="p" * 65_536).encode())
    assert bureau.step("key", 1) == 0
    assert (bureau.folder / "secret-1.key").stat().st_size < 24_000
    assert "ppp" not in encode_memory(memory_of(bureau, 1)).reveal().decode()


def test_coefficients_chosen_after_the_commitment(at: At, refused: Refused) -> None:
    bureau = at("polynomial")
    before = memory_of(at("certificate"), 3)
    _, message = deal(
        replace(before, coefficients=generate_polynomial(2)), bureau.read("certificate")
    )
    (bureau.folder / "polynomial-3.json").write_bytes(message)
    sentence = "les valeurs de Chloé d'Aubigné (n° 3) ne sont pas celles de son certificat"
    refused(bureau, 1, sentence, *bureau.command("key", 1))


def test_members_who_saw_different_certificates_cannot_go_on(at: At, refused: Refused) -> None:
    bureau = at("certificate")
    assert bureau.step("polynomial", 1) == 0
    honest = (bureau.folder / "certificate-3.json").read_bytes()
    _, other = begin(
        uuid=UUID, size=3, threshold=2, index=3, name="Chloé d'Aubigné", role="déléguée"
    )
    (bureau.folder / "certificate-3.json").write_bytes(other)
    assert bureau.step("polynomial", 2) == 0
    (bureau.folder / "certificate-3.json").write_bytes(honest)
    assert bureau.step("polynomial", 3) == 0
    sentence = "le fichier de Bruno Carré (n° 2) n'est pas valable"
    refused(bureau, 1, sentence, *bureau.command("key", 1))
    refused(bureau, 1, "n'est pas valable", *bureau.command("key", 3))
    refused(bureau, 1, "ne vient d'aucun", *bureau.command("key", 2))


def test_a_certificate_of_another_election(at: At, refused: Refused) -> None:
    bureau = at("certificate")
    other = hold_ceremony("AutreEcoLe1234").certificates["certificate-2.json"]
    (bureau.folder / "certificate-2.json").write_bytes(other)
    refused(bureau, 1, "autre élection (AutreEcoLe1234)", *bureau.command("polynomial", 1))


def test_a_certificate_for_another_threshold(at: At, refused: Refused) -> None:
    bureau = at("certificate")
    other = hold_ceremony(UUID, 3, 3).certificates["certificate-2.json"]
    (bureau.folder / "certificate-2.json").write_bytes(other)
    refused(bureau, 1, "3 membres nécessaires sur 3", *bureau.command("polynomial", 1))


def test_a_certificate_whose_name_was_changed(at: At, refused: Refused) -> None:
    bureau = at("certificate")
    path = bureau.folder / "certificate-2.json"
    message = FirstMessage.decode(path.read_bytes())
    path.write_bytes(replace(message, name="Bruno Caré").encode())
    sentence = "le fichier de Bruno Caré (n° 2) n'est pas valable"
    refused(bureau, 1, sentence, *bureau.command("polynomial", 1))


def test_a_key_that_takes_another_s_keys(at: At, refused: Refused) -> None:
    bureau = at("certificate")
    data = (bureau.folder / "certificate-2.json").read_bytes()
    (bureau.folder / "certificate-3.json").write_bytes(data)
    refused(bureau, 1, "viennent tous deux", *bureau.command("polynomial", 1))


@pytest.mark.parametrize(
    ("stage", "step", "kind"),
    [("certificate", "polynomial", "certificate"), ("polynomial", "key", "polynomial")],
)
def test_our_own_file_was_exchanged(
    at: At, refused: Refused, stage: str, step: str, kind: str
) -> None:
    bureau = at(stage)
    memory = memory_of(at("certificate") if stage != "certificate" else bureau, 1)
    if kind == "certificate":
        keys = derive_keys(memory.seed)
        message = FirstMessage.decode((bureau.folder / "certificate-1.json").read_bytes())
        data = make_first_message(
            keys,
            uuid=UUID,
            name="Aïcha Benali",
            role=message.role,
            certificate=message.certificate,
            commitment=message.commitment,
        ).encode()
    else:
        _, data = deal(memory, bureau.read("certificate"))
    (bureau.folder / f"{kind}-1.json").write_bytes(data)
    refused(bureau, 1, "votre propre fichier", *bureau.command(step, 1))
