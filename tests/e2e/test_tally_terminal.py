# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally`` before a person at a terminal: words shown once, typed unseen, asked twice."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.e2e.bureau import WORDS, Bureau
from tests.e2e.terminal import terminal

At = Callable[[str], Bureau]


def asking(bureau: Bureau, step: str, *messages: str) -> list[str]:
    """Return the command of member 1 that asks for the words."""
    command = bureau.command(step, 1, *messages)
    place = command.index("--passphrase-file")
    return command[:place] + command[place + 2 :]


def test_new_words_are_shown_once_and_typed_again(at: At) -> None:
    bureau = at("new")
    with terminal(bureau.folder, "tally", *asking(bureau, "certificate")) as (screen, process):
        shown = screen.wait_for("Retapez votre phrase secrète : ")
        (words,) = re.findall(r"^    ([a-z ]+)\r?$", shown, re.MULTILINE)
        screen.type("abeille tortue")
        screen.wait_for("Retapez votre phrase secrète : ")
        assert not (bureau.folder / "secret-1.key").exists()
        screen.type(" ".join(reversed(words.split())))
        screen.wait_for("Retapez votre phrase secrète : ")
        screen.type(f"  {words.upper()} ")
        after = screen.wait_for("evote-tally polynomial")
        assert words not in after  # neither echoed nor shown again
    assert process.returncode == 0
    (bureau.folder / "words").write_text(words)
    assert bureau.run(*bureau.command("passphrase", 1), "--new-passphrase-file", "words") == 0


def test_words_not_typed_again_write_nothing(at: At) -> None:
    bureau = at("new")
    before = bureau.files()
    with terminal(bureau.folder, "tally", *asking(bureau, "certificate")) as (screen, process):
        for _ in range(3):
            screen.wait_for("Retapez votre phrase secrète : ")
            screen.type("non")
        screen.wait_for("rien n'a été écrit")
    assert process.returncode == 1
    assert bureau.files() == before


@pytest.mark.parametrize(("answer", "status"), [("oui", 0), ("non", 1), ("", 1)])
def test_the_election_is_shown_and_agreed_to(at: At, answer: str, status: int) -> None:
    bureau = at("sign")
    with terminal(bureau.folder, "tally", *asking(bureau, "check-setup", "Setup.bel")) as (
        screen,
        process,
    ):
        screen.wait_for("Votre phrase secrète : ")
        screen.type(WORDS)
        shown = screen.wait_for("Est-ce bien votre élection ? [oui/non] ")
        assert "École Jules Ferry" in shown
        assert WORDS not in shown
        screen.type(answer)
        screen.wait_for("Écrit : " if status == 0 else "pas confirmé")
    assert process.returncode == status
    assert (bureau.folder / "setup-signature-1.json").exists() is (status == 0)
