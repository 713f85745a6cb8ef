# SPDX-License-Identifier: AGPL-3.0-or-later
"""How ``evote-tally`` speaks with a person: French options, questions, confirmations, next step."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NoReturn, TypeAlias

from protocol.secret import Secret
from tally.errors import Refusal, Unreadable
from tally.files import read_file
from tally.keyfile import load_keyfile
from tally.memory import TrusteeMemory
from tally.misuse import translate
from tally.passphrase import PassphraseSource
from tally.screen import prompt, say

PROGRAM: Final = "evote-tally"
YES: Final = frozenset({"oui", "o", "yes", "y"})

Command: TypeAlias = Callable[[argparse.Namespace], int]
Subparsers: TypeAlias = "argparse._SubParsersAction[FrenchParser]"  # noqa: SLF001


class FrenchParser(argparse.ArgumentParser):
    """An argument parser whose own words are French; wrong usage is Unreadable, exit status 2."""

    def __init__(self, **options: object) -> None:
        super().__init__(
            add_help=False,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **options,  # type: ignore[arg-type]
        )
        self._positionals.title = "à donner"
        self._optionals.title = "options"
        self.add_argument("-h", "--help", action="help", help="montre cette aide et s'arrête")

    def format_usage(self) -> str:
        """Return the usage line, in French."""
        return super().format_usage().replace("usage:", "usage :", 1)

    def format_help(self) -> str:
        """Return the whole help, in French."""
        return super().format_help().replace("usage:", "usage :", 1)

    def error(self, message: str) -> NoReturn:
        """Say that the command is mistyped."""
        raise Unreadable(
            f"la commande est incomplète ou mal écrite ({translate(message)})",
            f"voyez {self.prog} --help",
        )


def add_command(
    commands: Subparsers, name: str, run: Command, *, summary: str, text: str, example: str
) -> FrenchParser:
    """Add one command; its help ends with one worked example."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=text,
        epilog=f"exemple :\n  {PROGRAM} {example}",
    )
    parser.set_defaults(run=run)
    return parser


def add_keyfile(parser: FrenchParser) -> None:
    """Add the key file and what opens it."""
    parser.add_argument("keyfile", metavar="CLÉ", type=Path, help="votre fichier de clé secrète")
    add_passphrase(parser)


def add_passphrase(parser: FrenchParser) -> None:
    """Add the option that names a file with the words, for scripts."""
    parser.add_argument(
        "--passphrase-file",
        metavar="FICHIER",
        type=Path,
        help="lit la phrase secrète dans un fichier au lieu de la demander (pour un script)",
    )


def add_out(parser: FrenchParser) -> None:
    """Add the folder into which messages are written."""
    parser.add_argument(
        "--out",
        metavar="DOSSIER",
        type=Path,
        default=Path(),
        help="où écrire les fichiers (le dossier courant si rien n'est dit)",
    )


def open_key(arguments: argparse.Namespace) -> tuple[TrusteeMemory, Secret[str]]:
    """Ask for the words, open the key file; return what it knows and the words."""
    path: Path = arguments.keyfile
    read_file(path)  # says that the file is missing before asking for the words
    passphrase = PassphraseSource(arguments.passphrase_file).existing()
    return load_keyfile(path, passphrase), passphrase


def read_messages(paths: Sequence[Path]) -> dict[str, bytes]:
    """Return the content of each file by its name, by its path where names repeat.

    A pattern that the shell left as it is (Windows) is expanded here.
    """
    expanded = [found for path in paths for found in _expand(path)]
    names = [path.name for path in expanded]
    labels = [p.name if names.count(p.name) == 1 else str(p) for p in expanded]
    return {label: read_file(path) for label, path in zip(labels, expanded, strict=True)}


def _expand(path: Path) -> list[Path]:
    if "*" not in path.name or path.exists():
        return [path]
    return sorted(path.parent.glob(path.name)) or [path]


def tell(*lines: str) -> None:
    """Print lines on the screen."""
    say(*lines)


def tell_next(written: Sequence[Path], *steps: str) -> None:
    """End a step: which files were written, and what comes next."""
    say("", *(f"Écrit : {path}" for path in written))
    for index, step in enumerate(steps):
        say(f"{'Étape suivante : ' if index == 0 else '                 '}{step}")


def confirm(question: str, *, yes: bool) -> None:
    """Go on only if the person agrees, or ``--yes`` was given.

    Raises:
        Refusal: the answer is no.
    """
    if yes:
        return
    if ask(f"{question} [oui/non] ").casefold() not in YES:
        raise Refusal(
            "vous n'avez pas confirmé : rien n'a été écrit",
            "relancez la même commande quand vous serez d'accord",
        )


def ask(question: str) -> str:
    """Return what the person types, trimmed.

    Raises:
        Unreadable: nobody is there to answer.
    """
    prompt(question)
    line = sys.stdin.readline()
    if not line:
        raise Unreadable(
            "la question est restée sans réponse : rien n'a été écrit",
            "lancez la commande dans un terminal, où l'on peut répondre",
        )
    return line.strip()
