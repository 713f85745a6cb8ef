# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words that seal a key file: docs/protocol.md §7.14.

Six words out of 1,024, drawn by the computer, are 60 bits; a person does not choose as well. No
two words of the list begin with the same four letters or differ by one letter only.
"""

import getpass
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from protocol.rng import Rng, system_rng
from protocol.secret import Secret
from tally.errors import Refusal, Unreadable
from tally.files import read_file
from tally.screen import prompt, say

WORD_COUNT: Final = 1024
DEFAULT_WORDS: Final = 6
MIN_CHARACTERS: Final = 12
ATTEMPTS: Final = 3
YOUR_KEY: Final = "votre clé secrète"


@cache
def words() -> tuple[str, ...]:
    """Return the 1,024 words, in alphabetical order."""
    text = resources.files("tally").joinpath("words.txt").read_text(encoding="ascii")
    return tuple(text.split())


def generate_passphrase(count: int = DEFAULT_WORDS, rng: Rng = system_rng) -> Secret[str]:
    """Return ``count`` independent, uniform words joined by spaces: 10 bits each."""
    numbers = (int.from_bytes(rng(2), "big") % WORD_COUNT for _ in range(count))
    return Secret(" ".join(words()[number] for number in numbers))


def normalise(text: str) -> str:
    """Return the text that is hashed, without case, accents or spare white space: §7.14.

    A person writes *Écaille* or *sœur* where the list has ``ecaille`` and ``soeur``.
    """
    plain = unicodedata.normalize("NFKD", text).casefold().replace("œ", "oe").replace("æ", "ae")
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


@dataclass(frozen=True, slots=True)
class PassphraseSource:
    """Where a passphrase comes from: a file if one is named, otherwise the person at the screen."""

    file: Path | None = None

    def existing(self, question: str = "Votre phrase secrète") -> Secret[str]:
        """Return the passphrase of a key file that exists."""
        if self.file is not None:
            return _read(self.file)
        return Secret(normalise(_ask(f"{question} : ")))

    def new(self, what: str = YOUR_KEY) -> Secret[str]:
        """Return a new passphrase for ``what``: from the file, or drawn, shown and typed again.

        Raises:
            Refusal: the file's is too short, or the words were not typed again correctly.
        """
        if self.file is not None:
            chosen = _read(self.file)
            if len(chosen.reveal()) < MIN_CHARACTERS:
                raise Refusal(
                    "la phrase secrète est trop courte : il faut au moins "
                    f"{MIN_CHARACTERS} caractères",
                    "écrivez-en une plus longue dans ce fichier, ou laissez l'ordinateur en tirer "
                    "une : la même commande sans --passphrase-file",
                )
            return chosen
        drawn = generate_passphrase()
        show_words(drawn, what)
        if sys.stdin.isatty():
            _ask_again(drawn)
        return drawn


def show_words(passphrase: Secret[str], what: str = YOUR_KEY) -> None:
    """Show the words on the screen, once, and say ``what`` they seal."""
    say(
        f"Voici votre PHRASE SECRÈTE, de six mots : elle ferme {what}. Notez-la",
        "sur papier, dans l'ordre, et gardez ce papier loin de l'ordinateur. Elle ne sera plus",
        "jamais affichée. Ne la lisez à personne.",
        "",
        f"    {passphrase.reveal()}",
        "",
    )


def _ask_again(drawn: Secret[str]) -> None:
    for _ in range(ATTEMPTS):
        if normalise(_ask("Retapez votre phrase secrète : ")) == drawn.reveal():
            return
        say("Ce n'est pas la même phrase. Regardez votre papier et recommencez.")
    raise Refusal(
        "la phrase secrète n'a pas été retapée correctement : rien n'a été écrit",
        "relancez la commande : une autre phrase sera tirée, notez-la avant de la retaper",
    )


def _ask(question: str) -> str:
    try:
        # Without a screen and keyboard, getpass would warn and echo: read the line as it comes.
        return getpass.getpass(question) if sys.stdin.isatty() else _read_line(question)
    except EOFError as cause:
        raise Unreadable(
            "aucune phrase secrète n'a été donnée",
            "tapez-la quand elle est demandée, ou nommez un fichier avec --passphrase-file",
        ) from cause


def _read_line(question: str) -> str:
    prompt(question, apart=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line


def _read(path: Path) -> Secret[str]:
    try:
        return Secret(normalise(read_file(path, limit=4096).decode("utf-8")))
    except UnicodeDecodeError as cause:
        raise Unreadable(
            f"le fichier « {path} » n'est pas un texte",
            "il doit contenir votre phrase secrète, en UTF-8",
        ) from cause
