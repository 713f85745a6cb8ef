# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally``: a committee member's whole work on an offline laptop: docs/trustees.md.

Exit status: 0 done, 1 refused, 2 a file could not be read or written or wrong usage, 130 stopped
by Ctrl-C. Whatever is refused, nothing is half-written.
"""

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Final

from tally.commands import (
    assemble,
    certificate,
    check_setup,
    combine,
    decrypt,
    key,
    paper,
    passphrase,
    polynomial,
    resend,
    restore,
    show,
    sign,
    sign_amendment,
)
from tally.console import PROGRAM, FrenchParser
from tally.errors import Refusal
from tally.screen import say_apart

EXIT_UNREADABLE: Final = 2
EXIT_INTERRUPTED: Final = 130

_COMMANDS: Final = (
    certificate,
    polynomial,
    key,
    sign,
    check_setup,
    sign_amendment,
    decrypt,
    combine,
    paper,
    restore,
    resend,
    show,
    passphrase,
    assemble,
)


def build_parser() -> FrenchParser:
    """Return the parser of all commands."""
    parser = FrenchParser(
        prog=PROGRAM,
        description="Le travail d'un membre du bureau : fabriquer ensemble la clé de l'élection,\n"
        "vérifier l'élection avant l'ouverture, compter après la clôture.\n"
        "Chaque étape dit quelle est la suivante. Rien n'est envoyé sur Internet.",
        epilog=f"exemple :\n  {PROGRAM} certificate --help",
    )
    commands = parser.add_subparsers(
        title="étapes et outils", metavar="ÉTAPE", dest="command", required=True
    )
    for module in _COMMANDS:
        module.add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        parsed = build_parser().parse_args(arguments)
        status: int = parsed.run(parsed)
        sys.stdout.flush()
        return status
    except Refusal as refusal:
        return _explain(refusal)
    except KeyboardInterrupt:
        say_apart("", "Interrompu : rien n'a été écrit.")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output went away: say nothing more, to nobody.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_UNREADABLE
    except Exception as bug:  # noqa: BLE001  (the outermost frame: no traceback for a person)
        # Its type only: the text of an exception may quote what it was about, secrets too.
        say_apart(
            f"{PROGRAM} : erreur imprévue ({type(bug).__name__}).",
            "  conseil : signalez-la aux auteurs du programme.",
        )
        return EXIT_UNREADABLE


def _explain(refusal: Refusal) -> int:
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    say_apart(f"{PROGRAM} : {refusal.message}.", f"  conseil : {refusal.advice}.")
    return refusal.exit_status
