# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bad files, bad folders, bad usage, a full disk, Ctrl-C: one sentence, nothing half-written."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from tally.cli import build_parser, main
from tests.e2e.bureau import ROOT, UUID, Bureau
from tests.e2e.refusing import Refused

At = Callable[[str], Bureau]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "n'est pas lisible"),
        (b"PK\x03\x04" + bytes(100), "n'est pas lisible"),
        (b'{"evote_certificate":1}', "n'est pas lisible"),
        (b'{"evote_certificate":1,"evote_certificate":1}', "n'est pas lisible"),
    ],
)
def test_a_file_of_another_kind(at: At, refused: Refused, content: bytes, sentence: str) -> None:
    bureau = at("certificate")
    (bureau.folder / "certificate-2.json").write_bytes(content)
    refused(bureau, 2, sentence, *bureau.command("polynomial", 1))


def test_a_file_of_another_step(at: At, refused: Refused) -> None:
    bureau = at("polynomial")
    command = bureau.command("key", 1, "certificate-*.json")
    refused(bureau, 2, "est un certificat (étape 1), pas", *command)


@pytest.mark.parametrize("path", ["nothing.key", "words", ".", "certificate-1.json"])
def test_a_key_file_that_is_none(at: At, refused: Refused, path: str) -> None:
    bureau = at("certificate")
    command = ["polynomial", path, "certificate-1.json", "--passphrase-file", "words"]
    refused(bureau, 2, "", *command)


@pytest.mark.parametrize("out", ["words/inside", "does/not/exist", "/proc/self"])
def test_a_folder_that_cannot_be_written(at: At, refused: Refused, out: str) -> None:
    bureau = at("polynomial")
    refused(bureau, 2, "impossible d'écrire", *bureau.command("key", 1), "--out", out)


def test_a_full_disk(at: At) -> None:
    bureau = at("new")
    before = bureau.files()

    def no_file_beyond_700_bytes() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))

    done = bureau.process(*bureau.command("certificate", 1), preexec_fn=no_file_beyond_700_bytes)
    assert done.status == 2
    assert "impossible d'écrire" in done.err
    assert "Traceback" not in done.err
    assert bureau.files() == before


@pytest.mark.parametrize("step", ["polynomial", "key"])
def test_ctrl_c_at_the_question(at: At, step: str) -> None:
    bureau = at("certificate" if step == "polynomial" else "polynomial")
    before = bureau.files()
    command = [sys.executable, "-m", "tally", *bureau.command(step, 1)[:-2]]
    with subprocess.Popen(
        command,
        cwd=bureau.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "PYTHONUTF8": "1"},
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read(len("Votre phrase secrète : ".encode()))
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=30)
    assert said.decode() == "Votre phrase secrète : "
    assert process.returncode == 130
    assert "Interrompu" in rest.decode()
    assert b"Traceback" not in rest
    assert bureau.files() == before


def test_nobody_to_type_the_words(at: At) -> None:
    bureau = at("certificate")
    done = bureau.process(*bureau.command("polynomial", 1)[:-2])
    assert done.status == 2
    assert "aucune phrase secrète" in done.err


@pytest.mark.parametrize(
    "numbers", [(1, 2, 2), (4, 3, 2), (0, 3, 2), (1, 3, 1), (1, 3, 4), (1, 101, 60)], ids=str
)
def test_numbers_that_make_no_ceremony(
    at: At, refused: Refused, numbers: tuple[int, int, int]
) -> None:
    index, size, threshold = map(str, numbers)
    command = ["certificate", "--uuid", UUID, "--index", index, "--of", size]
    command += ["--threshold", threshold, "--name", "A", "--role", "B"]
    refused(at("new"), 1, "il faut 3 à 100 membres", *command, "--passphrase-file", "words")


@pytest.mark.parametrize(
    ("size", "threshold", "least"), [("4", "2", "3"), ("6", "3", "4"), ("100", "50", "51")]
)
def test_half_of_the_members_are_too_few(
    at: At, refused: Refused, size: str, threshold: str, least: str
) -> None:
    command = ["certificate", "--uuid", UUID, "--index", "1", "--of", size]
    command += ["--threshold", threshold, "--name", "A", "--role", "B"]
    sentence = f"plus de la moitié des {size} membres pour dépouiller, donc au moins {least}"
    refused(at("new"), 1, sentence, *command, "--passphrase-file", "words")


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [("--uuid", "court", "identifiant"), ("--name", "A\nB", "nom"), ("--name", "", "nom")],
)
def test_words_that_make_no_certificate(
    at: At, refused: Refused, option: str, value: str, sentence: str
) -> None:
    bureau = at("new")
    refused(bureau, 1, sentence, *bureau.command("certificate", 1), option, value)


@pytest.mark.parametrize("command", [[], ["nothing"], ["polynomial"], ["paper", "a", "b"]])
def test_wrong_usage(at: At, refused: Refused, command: list[str]) -> None:
    refused(at("new"), 2, "la commande est incomplète", *command)


def command_names() -> list[str]:
    (commands,) = (each.choices for each in build_parser()._actions if each.dest == "command")
    return [str(name) for name in commands or ()]


@pytest.mark.parametrize("name", command_names())
def test_every_help_is_french_and_ends_with_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage : evote-tally {name}")
    assert f"exemple :\n  evote-tally {name} " in text
    for english in ("usage:", "positional arguments", "show this help"):
        assert english not in text
