# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person types and reads: help, misuse, what the system refuses, Ctrl-C (§17.2)."""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit import cli
from audit.arguments import parser
from audit.help import GENERAL, OPENED, VERIFY
from audit.help_of_proofs import EVIDENCE, RECEIPT
from audit.help_of_watch import WATCH
from audit.help_of_witness import KEY, SERVE, WITNESS
from audit.system import explained
from audit.words import Text
from tests.unit.audit import peer

PAGES = {
    "": GENERAL,
    "verify": VERIFY,
    "opened": OPENED,
    "receipt": RECEIPT,
    "evidence": EVIDENCE,
    "witness": WITNESS,
    "witness key": KEY,
    "witness serve": SERVE,
    "watch": WATCH,
}
FULL = Path("/dev/full")


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def parsers(
    name: str = "", top: argparse.ArgumentParser | None = None
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    top = top or parser()
    yield name, top
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, one in action.choices.items():
                yield from parsers(f"{name} {word}".strip(), one)


def test_every_option_has_its_help_in_both_languages() -> None:
    found = dict(parsers())
    assert set(found) == set(PAGES)
    for name, one in found.items():
        for action in one._actions:
            for option in action.option_strings:
                assert all(option in page for page in PAGES[name])


@pytest.mark.parametrize("page", PAGES.values(), ids=[name or "general" for name in PAGES])
def test_help_fits_a_screen_and_ends_with_the_exit_statuses(page: Text) -> None:
    assert all(len(line) <= 80 for text in page for line in text.splitlines())
    assert page.fr.startswith("usage : evote-audit")
    assert page.en.startswith("usage: evote-audit")
    assert page.fr.splitlines()[-1] == "  130  interrompu par Ctrl-C"


@pytest.mark.parametrize("name", PAGES)
def test_help_is_french_unless_asked_otherwise(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    words = name.split()
    assert run(capsys, *words, "--help") == (0, PAGES[name].fr + "\n", "")
    assert run(capsys, *words, "-h", "--lang", "en") == (0, PAGES[name].en + "\n", "")
    assert run(capsys, "--lang=en", *words, "-h") == (0, PAGES[name].en + "\n", "")


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "--version")
    assert (status, out[:12], err) == (0, "evote-audit ", "")


MISUSES = {
    "il manque CHEMIN": ["verify"],
    "commande inconnue 'sing'": ["sing"],
    "--jobs : valeur incorrecte '-1'": ["verify", "a", "--jobs=-1"],
    "--jobs : valeur incorrecte 'x'": ["verify", "a", "--jobs", "x"],
    "--require : valeur inconnue 'z'": ["verify", "a", "--require", "z"],
    "il manque une valeur après --since": ["verify", "a", "--since"],
    "--json ne prend pas de valeur": ["verify", "a", "--json=1"],
    "argument inconnu : --js": ["verify", "a", "--js"],
    "--no-progress ne va pas avec --progress": ["verify", "a", "--progress", "--no-progress"],
    "il manque FICHIER": ["opened"],
    "il manque COMMANDE": ["witness"],
    "il manque --name, --out": ["witness", "key"],
    "il manque une valeur après --log": ["witness", "serve", "--log"],
}


@pytest.mark.parametrize(("said", "arguments"), MISUSES.items())
def test_misuse_is_said_in_french_with_advice(
    capsys: pytest.CaptureFixture[str], said: str, arguments: list[str]
) -> None:
    status, out, err = run(capsys, *arguments)
    sentence, hint = err.splitlines()
    assert (status, out) == (2, "")
    assert sentence.endswith(f" : {said}")
    assert hint.startswith("conseil : voir « evote-audit")


def test_misuse_is_said_in_english_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = run(capsys, "verify", "--lang", "en")
    assert err.startswith("evote-audit verify: the following arguments are required: PATH\nhint: ")
    _, _, err = run(capsys, "evidence", "a", "--fingerprint", "x", "--lang", "en")
    assert err.startswith("evote-audit evidence: argument --fingerprint: invalid value: 'x'\nhint")


def test_no_command_is_answered_with_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys) == (2, "", GENERAL.fr + "\n")


def test_what_the_system_refuses_is_said_in_french(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, _, err = run(capsys, "verify", tmp_path / "none")
    whole = f"Aucun verdict : fichier introuvable : {tmp_path}/none\n"
    advice = "conseil : vérifiez le nom, le dossier et les droits de ce fichier\n"
    assert err.replace("\n  ", " ") == whole + advice
    assert max(len(line) for line in err.splitlines()) <= max(80, len(str(tmp_path)) + 7)
    assert explained(OSError(9999, "Some English")).fr == "erreur 9999 du système"


@pytest.mark.skipif(not FULL.exists(), reason="a system without /dev/full")
@pytest.mark.parametrize("option", ["--json", "--lang=fr"])
def test_a_full_disk_is_one_sentence_and_no_verdict(option: str) -> None:
    command = [sys.executable, "-m", "audit", "verify", str(peer.archive("plain")), option]
    with FULL.open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "Aucun verdict : la sortie n'a pas pu être écrite : plus de place sur le disque\n"
    )


def test_an_interruption_during_the_imports_is_answered() -> None:
    program = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'nacl': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from audit.cli import main\n"
        "sys.exit(main(['verify', sys.argv[1]]))\n"
    )
    command = [sys.executable, "-c", program, str(peer.archive("plain"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "interrompu")


def test_memory_is_cleared_while_ballots_are_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["evote-audit", "verify", "/nowhere", "--jobs", "1"])
    try:
        assert cli.main() == 2
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.enable()
