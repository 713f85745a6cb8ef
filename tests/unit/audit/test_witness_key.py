# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witness's secret file: made once, for its owner alone, recognised, and shown nowhere."""

from __future__ import annotations

import base64
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.notes import COSIGNATURE, decode_key
from audit.witness_key import FIRST_LINE, WitnessKey, make_key, read_key, write_key
from audit.words import Unusable
from tests.tamper.forge.logs import Cosigner
from tests.unit.audit.receipts import Tell

KEY = WitnessKey("w", b"s" * 32)
TEXT = b"origin\n0\nx\n"


def test_a_key_is_made_written_and_read_again(tmp_path: Path, tell: Tell) -> None:
    path = tmp_path / "secret"
    status, out = tell("witness", "key", "--name", "temoin.exemple.fr/é", "--out", path)
    assert status == 0
    vkey, sentence = out.split(" ", 1)
    assert sentence.startswith("Donnez cette ligne à qui prépare l'élection")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = read_key(path)
    assert key.vkey == vkey
    assert decode_key(vkey, COSIGNATURE) == key.verifier
    seed = base64.b64decode(path.read_text().rstrip().split("+", 4)[4])[1:]
    assert key.cosign(TEXT, 7) == Cosigner("temoin.exemple.fr/é", seed).line(TEXT, 7)


def test_a_person_and_a_scanner_recognise_the_file(tmp_path: Path) -> None:
    write_key(make_key("w"), tmp_path / "secret")
    first, second, end = (tmp_path / "secret").read_text().split("\n")
    assert (first, end) == (FIRST_LINE, "")
    assert first.startswith("EVOTE-WITNESS-SECRET-1 secret: never send")
    assert second.startswith("PRIVATE+KEY+w+")


def test_nothing_shows_the_secret() -> None:
    key = WitnessKey("w", b"s" * 32)
    for shown in (repr(key), str(key), f"{key}", repr([key]), repr(vars(type(key)))):
        for form in (b"s" * 32, (b"s" * 32).hex().encode(), base64.b64encode(b"s" * 32)):
            assert form.decode("latin-1") not in shown


def test_two_keys_are_not_the_same() -> None:
    assert make_key("w").vkey != make_key("w").vkey


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\u2009b", "a\u0007", "x" * 256, "https://w.fr"]
)
def test_a_name_that_no_key_can_have_is_refused(name: str, tmp_path: Path, tell: Tell) -> None:
    status, out = tell("witness", "key", "--name", name, "--out", tmp_path / "secret")
    assert (status, "ni espace, ni signe +" in out) == (2, True)
    assert not (tmp_path / "secret").exists()


def test_a_key_is_never_overwritten(tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "secret").write_text("precious")
    status, out = tell("witness", "key", "--name", "w", "--out", tmp_path / "secret")
    assert (status, "une clé ne s'écrase pas" in out) == (2, True)
    assert (tmp_path / "secret").read_text() == "precious"
    assert tell("witness", "key", "--name", "w", "--out", tmp_path / "no" / "s")[0] == 2


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    write_key(make_key("w"), tmp_path / "secret")
    for mode in (0o640, 0o604, 0o660, 0o602):
        (tmp_path / "secret").chmod(mode)
        with pytest.raises(Unusable, match="can read"):
            read_key(tmp_path / "secret")
    (tmp_path / "secret").chmod(0o400)
    assert read_key(tmp_path / "secret").verifier.name == "w"


DAMAGES: dict[str, Callable[[str], str]] = {
    "nothing": lambda _: "",
    "another first line": lambda text: text.replace("WITNESS", "TRUSTEE", 1),
    "no newline at the end": lambda text: text[:-1],
    "a line more": lambda text: text + "more\n",
    "no second line": lambda text: text.split("\n")[0] + "\n",
    "another prefix": lambda text: text.replace("PRIVATE+KEY+", "PUBLIC+KEY+"),
    "no prefix": lambda text: text.replace("PRIVATE+KEY+", ""),
    "another name": lambda text: text.replace("+w+", "+v+"),
    "another identifier": lambda text: text.replace(KEY.verifier.id.hex(), "00000000"),
    "a seed of 31 bytes": lambda text: kept(text, COSIGNATURE + b"s" * 31),
    "a seed of 33 bytes": lambda text: kept(text, COSIGNATURE + b"s" * 33),
    "another seed": lambda text: kept(text, COSIGNATURE + b"t" * 32),
    "the type of logs": lambda text: kept(text, b"\x01" + b"s" * 32),
    "loose base64": lambda text: text.replace("\n", "=\n").replace("=\n", "\n", 1),
}


def kept(text: str, data: bytes) -> str:
    head = text.split("+", 4)[:4]
    return "+".join([*head, base64.b64encode(data).decode()]) + "\n"


@pytest.mark.parametrize("phrase", DAMAGES)
def test_what_is_no_key_is_refused(phrase: str, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_key(KEY, path)
    assert read_key(path).vkey == KEY.vkey
    path.write_text(DAMAGES[phrase](path.read_text()))
    with pytest.raises(Unusable, match="no witness's key"):
        read_key(path)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(Unusable):
            read_key(path)
    (tmp_path / "b").write_bytes(b"\xff")
    (tmp_path / "b").chmod(0o600)
    with pytest.raises(Unusable, match="no witness's key"):
        read_key(tmp_path / "b")
