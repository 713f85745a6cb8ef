# SPDX-License-Identifier: AGPL-3.0-or-later
"""What others wrote cannot move the cursor or add lines on a trustee's screen."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.encoding import decode_json, encode_json
from protocol.errors import ProtocolError
from protocol.secret import Secret
from tally.cli import main
from tally.keyfile import encode_keyfile
from tally.messages import CeremonySignature, DecryptionMessage, SetupSignatureMessage
from tally.screen import printable, say
from tests.ceremonies import hold_ceremony
from tests.simulator import UUID

ROOT = Path(__file__).parents[3]
WORDS = Secret("abeille tortue moulin pomme tasse violon")
KEYFILE = encode_keyfile(hold_ceremony(UUID).memories[0], WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[2J",
        "a\nb",
        "a\rb",
        "\x07",
        "\u202e",
        "\u200b",
        "\u2028",
        "\x7f",
        "\x9b",
        "\udc80",
        "\u3000",
    ],
    ids=ascii,
)
def test_a_character_that_does_something_is_shown_by_its_number(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert re.search(r"\\u[0-9a-f]{4}", shown)


def test_plain_french_is_shown_as_it_is() -> None:
    text = "Élection de l'œuvre : « 1\u00a0000 électeurs » – oui"
    assert printable(text) == text


def test_a_line_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    say("une\ndeux", "trois")
    assert capsys.readouterr().out == "une\\u000adeux\ntrois\n"


def test_nothing_in_tally_prints_by_itself() -> None:
    printing = {
        path.name
        for path in (ROOT / "tally").rglob("*.py")
        if re.search(r"\bprint\(|\bsys\.std(out|err)\.write", path.read_text("utf-8"))
    }
    # boards.py shows a percentage of its own over and over on one line.
    assert printing == {"screen.py", "boards.py"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"uuid":"SimuLatedPreau"', b'"uuid":"\\u001b[2JSimuLatedPreau"'),
        (b'"uuid":"SimuLatedPreau"', b'"uuid":["SimuLatedPreau"]'),
        (b'"step":"key"', b'"step":"\\u001b[1mprete"'),
        (b'"index":1', b'"index":"1"'),
        (b'"step":"key"', b'"step":"key","more":"\\u001b[2J"'),
    ],
)
def test_a_forged_header_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: bytes, new: bytes
) -> None:
    assert old in KEYFILE
    path = tmp_path / "secret-1.key"
    path.write_bytes(KEYFILE)
    assert main(["show", str(path)]) == 0
    assert "Élection  : SimuLatedPreau\n" in capsys.readouterr().out
    path.write_bytes(KEYFILE.replace(old, new))
    assert main(["show", str(path)]) == 2
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err


def test_the_name_of_a_file_cannot_add_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "no\nsuch\x1b[2Jfile.key"]) == 2
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert said.count("\n") == 2  # the sentence and its advice


def test_an_unforeseen_error_says_its_kind_and_quotes_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise ValueError("abeille tortue moulin")

    monkeypatch.setattr("tally.commands.show.read_public_header", fail)
    assert main(["show", "secret-1.key"]) == 2
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "abeille" not in said


@pytest.mark.parametrize("uuid", ["\x1b[2Jfake", "short", "1" * 23, "O" * 14])
def test_no_message_brings_another_kind_of_uuid(uuid: str) -> None:
    proof = CeremonySignature.decode(hold_ceremony(UUID).signatures["ceremony-1.json"]).signature
    messages = (
        CeremonySignature(UUID, 1, "a" * 64, proof),
        SetupSignatureMessage(UUID, "A" * 43, "a" * 64, 1, proof),
        DecryptionMessage(UUID, "A" * 43, "a" * 64, 1, b"{}"),
    )
    for message in messages:
        assert type(message).decode(message.encode()) == message
        with pytest.raises(ProtocolError, match="uuid"):
            type(message).decode(replace(message, uuid=uuid).encode())
        if not isinstance(message, CeremonySignature):
            forged = replace(message, fingerprint="\x1b" * 43).encode()
            with pytest.raises(ProtocolError, match="base 64"):
                type(message).decode(forged)
        tree = decode_json(message.encode())
        assert encode_json(tree) == message.encode()
