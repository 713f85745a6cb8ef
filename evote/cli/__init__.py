# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ``evote`` command: one file per group of commands, none of which a traceback leaves."""

import importlib
import io
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from evote.cli.commands import COMMANDS
from evote.cli.words import LONGEST, explain_system_error, printable
from evote.errors import Refusal, Unreadable

REFUSED, UNREADABLE, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141
EXIT_STATUSES = (
    "Codes de sortie : 0 tout va bien, 1 à régler, 2 illisible ou mal appelé, 130 Ctrl-C."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; every failure is one sentence, never a trace."""
    _write_utf8()
    try:
        status = _dispatch(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return _fail("interrompu", "", INTERRUPTED)
    except BrokenPipeError:
        _silence_output()
        return BROKEN_PIPE
    except OSError as error:
        _silence_output()
        return _refuse(explain_system_error(error))
    except Refusal as refusal:
        return _refuse(refusal)
    except Exception as error:  # noqa: BLE001 -- the outermost frame: a person reads what follows
        return _refuse(_internal(error))


def _dispatch(arguments: list[str]) -> int:
    if not arguments:
        print(_help(), file=sys.stderr)
        return UNREADABLE
    if arguments[0] in ("-h", "--help"):
        print(_help())
        return 0
    if arguments[0] == "--version":
        print(f"evote {_version()}")
        return 0
    for command in COMMANDS:
        if command.name == arguments[0]:
            return _call(command.module, arguments[1:])
    raise Unreadable(f"commande inconnue : {printable(arguments[0])}", "voir « evote --help »")


def _call(module: str, arguments: list[str]) -> int:
    try:
        status: int = importlib.import_module(module).main(arguments)
    except SystemExit as request:  # --help of the command's own parser
        return request.code if isinstance(request.code, int) else 0
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] in ("", "evote", "tally", "audit", "protocol"):
            raise  # a fault of ours
        raise Unreadable(
            f"il manque le paquet {missing.name}, dont le serveur a besoin",
            "installez preau avec son supplément : preau[server]",
        ) from missing
    return status


def _help() -> str:
    width = max(len(command.name) for command in COMMANDS)
    lines = [f"  {command.name:<{width}}  {command.summary}" for command in COMMANDS]
    return "\n".join(
        [
            "usage : evote COMMANDE …",
            "",
            "L'élection des représentants des parents d'élèves, côté organisateur.",
            "",
            "commandes :",
            *lines,
            "",
            "Chaque commande a son aide : evote COMMANDE --help",
            EXIT_STATUSES,
        ]
    )


def _version() -> str:
    # Read where it is asked for: reading it takes longer than most commands' own modules.
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("preau")
    except PackageNotFoundError:
        return "(non installé)"


def _refuse(refusal: Refusal) -> int:
    status = UNREADABLE if isinstance(refusal, Unreadable) else REFUSED
    return _fail(str(refusal), refusal.advice, status)


def _fail(message: str, advice: str, status: int) -> int:
    try:
        # A refusal may quote what somebody else wrote.
        print(f"evote : {printable(message, LONGEST)}", file=sys.stderr)
        if advice:
            print(f"conseil : {printable(advice, LONGEST)}", file=sys.stderr)
    except OSError:
        pass  # nobody reads the standard error any more; the status still tells
    return status


def _internal(error: Exception) -> Unreadable:
    # The place and the kind only: the message of an unforeseen error might hold a name or a code.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__}, {Path(frame.filename).name}:{frame.lineno}"
    return Unreadable(
        f"erreur inattendue du logiciel ({where})",
        "signaler cette phrase aux auteurs ; aucun résultat ne doit être tiré de cet essai",
    )


def _write_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _silence_output() -> None:
    """Let the interpreter's own last flush go nowhere: the failure has been told."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = io.StringIO()
