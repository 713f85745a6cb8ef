# SPDX-License-Identifier: AGPL-3.0-or-later
"""A ceremony in the format of Belenios, carried by ``evote-tally assemble``: docs/protocol.md §7.

tests/interop does the same with the peer's tool in one of the places.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from protocol.encoding import decode_json
from protocol.events import EventKind
from protocol.secret import Secret
from protocol.trustees import Trustees
from tally.keyfile import load_keyfile
from tests.ceremonies import FinishedCeremony
from tests.e2e.bureau import UUID, WORDS, Bureau, new_bureau
from tests.e2e.refusing import Refused
from tests.simulator import SimulatedElection

VOTES = (0, 1, None, 0, 1)
OPENING = ("--passphrase-file", "words")


def certified(folder: Path) -> Bureau:
    bureau = new_bureau(folder, 3, 2)
    for index in ("1", "2", "3"):
        place = ("--uuid", UUID, "--index", index, "--of", "3", "--threshold", "2")
        assert bureau.run("certificate", "--belenios", *place, *OPENING) == 0
    return bureau


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    """A bureau with its threshold key and a closed election."""
    bureau = certified(tmp_path_factory.mktemp("peer") / "bureau")
    certificates = [f"certificate-{i}.json" for i in (2, 1, 3)]
    assert bureau.run("assemble", "certs", *certificates) == 0
    certs = ("--certs", "certs.jsons")
    for i in (1, 2, 3):
        assert bureau.run("polynomial", f"secret-{i}.key", *certs, *OPENING) == 0
    assert bureau.run("assemble", "vinputs", "polynomial-*.json", *certs) == 0
    for i in (1, 2, 3):
        vinput = ("--vinput", f"vinput-{i}.json")
        assert bureau.run("key", f"secret-{i}.key", *certs, *vinput, *OPENING) == 0
    polynomials = ("--polynomials", "polynomials.jsons")
    assert bureau.run("assemble", "threshold", "key-*.json", *certs, *polynomials) == 0
    memories = tuple(
        load_keyfile(bureau.folder / f"secret-{i}.key", Secret(WORDS)) for i in (1, 2, 3)
    )
    trustees = (bureau.folder / "trustees.json").read_bytes()
    held = FinishedCeremony(UUID, memories, {}, {}, {}, trustees, {})
    election = SimulatedElection(votes=VOTES, uuid=UUID, held=held, preau=False)
    (bureau.folder / "Setup.bel").write_bytes(election.archive(EventKind.SETUP))
    (bureau.folder / "closed.bel").write_bytes(election.archive(EventKind.ENCRYPTED_TALLY))
    return bureau


@pytest.fixture
def bureau(made: Bureau, tmp_path: Path) -> Bureau:
    return made.copy(tmp_path / "bureau")


def test_a_plain_election_is_counted(bureau: Bureau, capsys: pytest.CaptureFixture[str]) -> None:
    for i in (1, 3):
        key = f"secret-{i}.key"
        assert bureau.run("check-setup", key, "Setup.bel", "--yes", *OPENING) == 0
        assert not (bureau.folder / f"setup-signature-{i}.json").exists()
        assert bureau.run("decrypt", key, "closed.bel", "--yes", *OPENING) == 0
        assert b"evote" not in (bureau.folder / f"decryption-{i}.json").read_bytes()
        assert (bureau.folder / f"owned-{i}.json").is_file()
    parts = ("decryption-3.json", "decryption-1.json")
    assert bureau.run("combine", "closed.bel", *parts, "--append", "final.bel") == 0
    result = decode_json((bureau.folder / "board-result.json").read_bytes())
    assert result == {"result": [[1, 2, 2, 0]]}
    assert "repose sur les seules preuves de ce format" in capsys.readouterr().out


def test_the_threshold_file_is_in_the_trustees(bureau: Bureau) -> None:
    threshold = (bureau.folder / "threshold.json").read_bytes()
    trustees = (bureau.folder / "trustees.json").read_bytes()
    assert trustees == b'[["Pedersen",' + threshold + b"]]"
    assert Trustees.decode(trustees).size == 3


def test_the_two_ceremonies_do_not_mix(tmp_path: Path, refused: Refused) -> None:
    bureau = certified(tmp_path / "bureau")
    key = ("secret-1.key", *OPENING)
    refused(bureau, 2, "il manque le fichier de tous les certificats", "polynomial", *key)
    refused(bureau, 2, "pas une liste de certificats", "polynomial", *key, "--certs", "words")
    (bureau.folder / "key-1.json").write_text("{}")
    refused(bureau, 1, "pas de ce genre", "sign", "secret-1.key", "key-1.json", *OPENING)


def test_certificates_that_were_exchanged_are_refused(bureau: Bureau, refused: Refused) -> None:
    other = certified(bureau.folder.parent / "other")
    shutil.copy(other.folder / "certificate-2.json", bureau.folder / "certificate-2.json")
    (bureau.folder / "certs.jsons").unlink()
    assert bureau.run("assemble", "certs", "certificate-*.json") == 0
    (bureau.folder / "polynomials.jsons").unlink()
    command = ("assemble", "vinputs", "--certs", "certs.jsons", "polynomial-*.json")
    refused(bureau, 1, "« polynomial-2.json » ne vient d'aucun", *command)


def test_a_part_for_another_box_is_set_aside(bureau: Bureau, refused: Refused) -> None:
    assert bureau.run("check-setup", "secret-1.key", "Setup.bel", "--yes", *OPENING) == 0
    assert bureau.run("decrypt", "secret-1.key", "closed.bel", "--yes", *OPENING) == 0
    folder = bureau.folder
    spoiled = (
        (folder / "decryption-1.json").read_bytes().replace(b'"challenge":"', b'"challenge":"1')
    )
    (folder / "decryption-2.json").write_bytes(spoiled)
    command = ("combine", "closed.bel", "decryption-1.json", "decryption-2.json")
    refused(bureau, 1, "1 part valable, il en faut 2", *command)
