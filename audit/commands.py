# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each command does, and how each way of failing ends: docs/protocol.md §17.2."""

from __future__ import annotations

import argparse
import contextlib
import gc
import sys
import time
from collections.abc import Callable, Sequence

from audit.arguments import Asked, Misuse, language, parser
from audit.console import complain, prepare, write
from audit.help import GENERAL
from audit.system import explained
from audit.words import Malformed, Text, Unreadable, Unsupported, Unusable, cited, shown

VALID, INVALID, UNREADABLE = 0, 1, 2
_STATUSES = {"valid": VALID, "invalid": INVALID, "unreadable": UNREADABLE}
LONGEST = 600

_HINT = Text("conseil", "hint")
_NO_VERDICT = Text("Aucun verdict", "No verdict")
_WRONG = Text("Ce dossier n'est pas en règle", "This record is not in order")
_OUTPUT = Text("la sortie n'a pas pu être écrite", "the output could not be written")
_BUG = Text(
    "défaut du vérificateur, qui ne dit rien de l'élection ; merci de le signaler",
    "a fault of the verifier, which says nothing about the election; please report it",
)
Say = Callable[[Text], str]


def run(argv: Sequence[str]) -> int:
    """Run one command; the exit status. Every failure is a sentence, never a trace."""
    prepare()
    english = language(argv) == "en"

    def say(text: Text) -> str:
        return text.en if english else text.fr

    try:
        return _run(argv, say)
    except BrokenPipeError:
        return UNREADABLE
    except OSError as error:
        _refuse(explained(error).at(_OUTPUT).at(_NO_VERDICT), None, say)
        return UNREADABLE


def _run(argv: Sequence[str], say: Say) -> int:
    if not argv:
        complain(say(GENERAL))
        return UNREADABLE
    try:
        arguments = parser().parse_args(argv)
    except Asked as asked:
        write(say(asked.page))
        return VALID
    except Misuse as misuse:
        help_of = Text(f"voir « {misuse.prog} --help »", f"see “{misuse.prog} --help --lang en”")
        _refuse(misuse.text.at(Text(misuse.prog, misuse.prog)), help_of, say)
        return UNREADABLE
    return _obeyed(arguments, say)


def _obeyed(arguments: argparse.Namespace, say: Say) -> int:
    try:
        return _COMMANDS[arguments.command](arguments, say)
    except (Unreadable, Unsupported) as refusal:
        return _no_verdict(arguments, say, refusal.text, refusal.hint)
    except Unusable as refusal:
        _refuse(refusal.text, refusal.hint, say)
        return UNREADABLE
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 (the outermost frame: a bug must never look valid)
        name = f"{type(error).__name__}: {error}"
        return _no_verdict(arguments, say, _BUG.at(Text(name, name)))


def _refuse(text: Text, hint: Text | None, say: Say) -> None:
    """One sentence and, on a line of its own, what to do."""
    from audit.layout import wrapped  # noqa: PLC0415

    complain("\n".join(wrapped(shown(say(cited(text)), LONGEST), rest="  ")))
    if hint is not None:
        complain("\n".join(wrapped(say(hint.at(_HINT)), rest="  ")))


def _no_verdict(
    arguments: argparse.Namespace, say: Say, why: Text, hint: Text | None = None
) -> int:
    if getattr(arguments, "json", False):
        from audit.output import bare_object, dumps  # noqa: PLC0415

        write(dumps(bare_object("unreadable", (), say)))
    _refuse(why.at(_NO_VERDICT), hint, say)
    return UNREADABLE


def _verify(arguments: argparse.Namespace, say: Say) -> int:
    from audit.earlier import open_earlier  # noqa: PLC0415
    from audit.output import bare_object, dumps, verdict_object  # noqa: PLC0415
    from audit.progress import LABEL, Bar  # noqa: PLC0415
    from audit.record import open_record  # noqa: PLC0415
    from audit.verify import Options, refused, silent, verify  # noqa: PLC0415

    _loaded()
    wanted = arguments.progress
    if wanted is None:
        wanted = sys.stderr is not None and sys.stderr.isatty() and not arguments.json
    bar = Bar(say(LABEL))
    options = Options(
        require_preau=arguments.require == "preau",
        jobs=arguments.jobs,
        progress=bar if wanted else silent,
        clock=int(time.time()),
    )
    try:
        with contextlib.ExitStack() as stack:
            record = stack.enter_context(open_record(arguments.path))
            since = arguments.since and stack.enter_context(open_earlier(arguments.since))
            verdict = verify(record, since, options)
    except Malformed as refusal:
        if arguments.json:
            write(dumps(bare_object("invalid", refused(refusal), say)))
        else:
            write(say(cited(refusal.text.at(_WRONG))))
        return INVALID
    finally:
        bar.close()
    if arguments.json:
        write(dumps(verdict_object(verdict, say)))
    else:
        from audit.report import write_report  # noqa: PLC0415

        write("\n".join(write_report(verdict, say)))
    return _STATUSES[verdict.word]


def _loaded() -> None:
    """Search for garbage from now on, and never again among what stays until the end."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _opened(arguments: argparse.Namespace, say: Say) -> int:
    from audit.opened import check_opened  # noqa: PLC0415

    return _told(lambda: (VALID, check_opened(arguments.path, arguments.election)), say)


def _receipt(arguments: argparse.Namespace, say: Say) -> int:
    from audit.receipt_report import told_receipt  # noqa: PLC0415

    return _told(lambda: told_receipt(arguments.given, arguments.record), say)


def _evidence(arguments: argparse.Namespace, say: Say) -> int:
    from audit.evidence_report import told_evidence  # noqa: PLC0415

    return _told(lambda: (VALID, told_evidence(arguments.path, arguments.fingerprint)), say)


def _witness(arguments: argparse.Namespace, say: Say) -> int:
    from audit.witness_command import witness_key, witness_serve  # noqa: PLC0415

    _loaded()
    return (witness_key if arguments.step == "key" else witness_serve)(arguments, say)


def _watch(arguments: argparse.Namespace, say: Say) -> int:
    from audit.watching.command import OBSERVER, Asked, watch  # noqa: PLC0415
    from audit.watching.speaking import Speaker  # noqa: PLC0415

    _loaded()
    asked = Asked(
        arguments.url,
        arguments.store,
        arguments.every,
        arguments.once,
        arguments.fingerprint,
        tuple(arguments.promise),
        arguments.observer or OBSERVER,
    )
    speaker = Speaker(say, programs=arguments.json)
    try:
        return watch(asked, speaker)
    except Unusable as refusal:
        if arguments.json:
            speaker.event("refused", refusal.text)
        raise


def _told(tell: Callable[[], tuple[int, list[Text]]], say: Say) -> int:
    """Write what a file comes to, line by line, or why it is not in order."""
    from audit.layout import wrapped  # noqa: PLC0415

    try:
        status, lines = tell()
    except Malformed as refusal:
        status, lines = INVALID, [refusal.text]
        lines += [refusal.hint.at(_HINT)] if refusal.hint else []
    write("\n".join(row for line in lines for row in wrapped(say(cited(line)))))
    return status


_COMMANDS = {
    "verify": _verify,
    "opened": _opened,
    "receipt": _receipt,
    "evidence": _evidence,
    "witness": _witness,
    "watch": _watch,
}
