# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command ``evote-audit``. Exit status as in docs/protocol.md §17.2; 130 on Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from audit.words import Malformed, Text, Unreadable, Unsupported

VALID, INVALID, UNREADABLE, INTERRUPTED = 0, 1, 2, 130

_NO_VERDICT = Text("Aucun verdict", "No verdict")
_BUG = Text(
    "défaut du vérificateur, qui ne dit rien de l'élection ; merci de le signaler",
    "a fault of the verifier, which says nothing about the election; please report it",
)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="evote-audit",
        description="Vérifie une élection à partir de son archive, hors ligne, sans rien croire.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMANDE")
    verify = commands.add_parser("verify", help="vérifier une archive .bel, un dossier ou un zip")
    verify.add_argument("path", type=Path, metavar="CHEMIN")
    verify.add_argument(
        "--since", type=Path, metavar="ANCIEN", help="un état antérieur à retrouver"
    )
    verify.add_argument("--require", choices=["preau"], help="exiger les garanties de Préau")
    verify.add_argument(
        "--json", action="store_true", help="le verdict en JSON, seul sur la sortie"
    )
    verify.add_argument("--jobs", type=int, default=0, metavar="N", help="processus (0 : tous)")
    bar = verify.add_mutually_exclusive_group()
    bar.add_argument("--progress", action="store_true", default=None, dest="progress")
    bar.add_argument("--no-progress", action="store_false", default=None, dest="progress")
    opened = commands.add_parser("opened", help="contrôler un bulletin d'essai ouvert")
    opened.add_argument("path", type=Path, metavar="FICHIER")
    opened.add_argument("--election", type=Path, metavar="ARCHIVE", required=True)
    for command in (verify, opened):
        command.add_argument("--lang", choices=["fr", "en"], default="fr")
    arguments = parser.parse_args(argv)
    if getattr(arguments, "jobs", 0) < 0:
        parser.error("--jobs : un nombre positif, ou 0")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    arguments = _arguments(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")

    def say(text: Text) -> str:
        return text.en if arguments.lang == "en" else text.fr

    run = _verify if arguments.command == "verify" else _opened
    try:
        return run(arguments, say)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            sys.stdout.close()
        return UNREADABLE
    except (Unreadable, Unsupported) as refusal:
        return _no_verdict(arguments, say, refusal.text)
    except Exception as error:  # noqa: BLE001 (the outermost frame: a bug must never look valid)
        name = f"{type(error).__name__}: {error}"
        return _no_verdict(arguments, say, _BUG.at(Text(name, name)))


def _no_verdict(arguments: argparse.Namespace, say: Callable[[Text], str], why: Text) -> int:
    from audit.words import shown  # noqa: PLC0415

    if getattr(arguments, "json", False):
        from audit.output import bare_object, dumps  # noqa: PLC0415

        print(dumps(bare_object("unreadable", (), say)))
    print(f"{say(_NO_VERDICT)} : {shown(say(why), 400)}", file=sys.stderr)
    return UNREADABLE


def _verify(arguments: argparse.Namespace, say: Callable[[Text], str]) -> int:
    from audit.output import bare_object, dumps, verdict_object  # noqa: PLC0415
    from audit.progress import LABEL, Bar  # noqa: PLC0415
    from audit.record import open_record  # noqa: PLC0415
    from audit.report import write_report  # noqa: PLC0415
    from audit.verify import Options, refused, silent, verify  # noqa: PLC0415

    wanted = arguments.progress
    if wanted is None:
        wanted = sys.stderr.isatty() and not arguments.json
    bar = Bar(say(LABEL))
    options = Options(
        require_preau=arguments.require == "preau",
        jobs=arguments.jobs,
        progress=bar if wanted else silent,
    )
    try:
        with contextlib.ExitStack() as stack:
            record = stack.enter_context(open_record(arguments.path))
            since = arguments.since and stack.enter_context(open_record(arguments.since))
            verdict = verify(record, since, options)
    except Malformed as refusal:
        if arguments.json:
            print(dumps(bare_object("invalid", refused(refusal), say)))
        print(say(refusal.text), file=sys.stderr if arguments.json else sys.stdout)
        return INVALID
    finally:
        bar.close()
    if arguments.json:
        print(dumps(verdict_object(verdict, say)))
    else:
        print("\n".join(write_report(verdict, say)))
    return VALID if verdict.valid else INVALID


def _opened(arguments: argparse.Namespace, say: Callable[[Text], str]) -> int:
    from audit.opened import check_opened  # noqa: PLC0415

    try:
        lines = check_opened(arguments.path, arguments.election)
    except Malformed as refusal:
        print(say(refusal.text))
        return INVALID
    print("\n".join(say(line) for line in lines))
    return VALID


if __name__ == "__main__":
    sys.exit(main())
