# SPDX-License-Identifier: AGPL-3.0-or-later
"""What holds for every ``evote`` command: one sentence, a status, never a trace."""

import errno
import importlib
from pathlib import Path

import pytest

from evote import cli
from evote.cli import commands
from evote.cli.inputs import read_code_of_letter
from evote.cli.words import explain_system_error, printable
from evote.errors import Refusal, Unreadable

RAISED = {
    "refused": (Refusal("non", "essayer"), 1, "evote : non\nconseil : essayer\n"),
    "unreadable": (Unreadable("non", "essayer"), 2, "evote : non\nconseil : essayer\n"),
    "interrupted": (KeyboardInterrupt(), 130, "evote : interrompu\n"),
    "disk full": (OSError(errno.ENOSPC, "x"), 2, "plus de place"),
    "unforeseen": (RuntimeError("Jean MARTIN"), 2, "erreur inattendue"),
}


@pytest.mark.parametrize("case", RAISED.values(), ids=RAISED.keys())
def test_whatever_is_raised_becomes_one_sentence(
    case: tuple[BaseException, int, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    error, status, words = case

    def fail(_arguments: list[str]) -> int:
        raise error

    monkeypatch.setattr("evote.cli.seats.main", fail)
    assert cli.main(["seats"]) == status
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""
    assert "Traceback" not in said.err
    assert "MARTIN" not in said.err
    assert len(said.err.splitlines()) <= 2


def test_a_refusal_that_quotes_somebody_is_two_lines_that_a_terminal_only_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_arguments: list[str]) -> int:
        raise Refusal(
            "la liste « A\x1b[2J\nevote : tout va bien » : 2\u00a0noms", "voir \u202e ici"
        )

    monkeypatch.setattr("evote.cli.seats.main", fail)
    assert cli.main(["seats"]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first == "evote : la liste « A�[2J�evote : tout va bien » : 2\u00a0noms"
    assert second == "conseil : voir � ici"


def test_a_code_is_asked_for_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return "00000"

    monkeypatch.setattr("evote.cli.inputs.getpass.getpass", ask)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    with pytest.raises(Refusal, match="nombre de signes"):
        read_code_of_letter(None)
    assert len(asked) == 1
    (tmp_path / "code.txt").write_text("00000\n")
    with pytest.raises(Refusal, match="nombre de signes"):
        read_code_of_letter(tmp_path / "code.txt")
    assert len(asked) == 1


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in commands.COMMANDS:
        assert command.name in shown
        assert command.summary in shown


@pytest.mark.parametrize("command", commands.COMMANDS, ids=lambda c: c.name)
def test_every_command_has_its_help(
    command: commands.Command, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(importlib.import_module(command.module).main)
    assert cli.main([command.name, "--help"]) == 0
    assert f"evote {command.name}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["roll"], ["roll", "x"], ["--x"]])
def test_misuse_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("command", ["seel", "se\x1b[2J\nel"])
def test_a_mistyped_command_of_a_long_list_is_told_in_french(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["election", command]) == 2
    said = capsys.readouterr().err
    assert "est inconnu ; au choix : 'id', 'seal'" in said
    assert "invalid choice" not in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["start", "x"], "SIGNATURE"),
        (["reissue", "x"], "reissue-1.json"),
        (["contested", "x"], "contested.json"),
        (["open", "x.bel"], "SIGNATURE"),
    ],
)
def test_what_is_missing_is_named(
    arguments: list[str], missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["election", *arguments]) == 2
    assert f"il manque : {missing}\n" in capsys.readouterr().err


def test_terminal_obeys_nothing_that_is_printed() -> None:
    assert printable("a\x1b[2Jb\u202e") == "a�[2Jb�"
    assert len(printable("x" * 500)) == 200
    assert printable(b"\xff.csv") == "�.csv"


def test_system_error_names_the_file() -> None:
    error = explain_system_error(FileNotFoundError(errno.ENOENT, "x", "liste.csv"))
    assert str(error) == "ce fichier ou ce dossier n'existe pas : liste.csv"
    assert "EIO" in str(explain_system_error(OSError(errno.EIO, "x")))
