# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of ``evote-audit``, read; its help and its refusals in two languages."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

from audit import help as pages
from audit import help_of_proofs as proofs
from audit import help_of_witness as testimony
from audit.help_of_watch import WATCH
from audit.words import Text, shown

_FRENCH = (
    (r"the following arguments are required: (.*)", r"il manque \1"),
    (r"unrecognized arguments: (.*)", r"argument inconnu : \1"),
    (r"argument (\S*): expected (?:at least )?one argument", r"il manque une valeur après \1"),
    (r"argument COMMANDE: invalid choice: ('.*') .*", r"commande inconnue \1"),
    (r"argument (\S*): invalid choice: ('.*') .*", r"\1 : valeur inconnue \2"),
    (r"argument (\S*): invalid \w+ value: (.*)", r"\1 : valeur incorrecte \2"),
    (r"argument (\S*): ignored explicit argument (.*)", r"\1 ne prend pas de valeur"),
    (r"argument (\S*): not allowed with argument (\S*)", r"\1 ne va pas avec \2"),
)
WIDTH = 80
LONGEST_PAUSE = 3600
_OURS = (
    (r"\bCOMMANDE\b", "COMMAND"),
    (r"\bCHEMIN\b", "PATH"),
    (r"\bFICHIER\b", "FILE"),
    (r"\bDOSSIER\b", "RECORD"),
    (r"\bADRESSE\b", "URL"),
    (r"\binvalid _\w+ value\b", "invalid value"),  # the name of a function of ours
)


class Misuse(Exception):
    """A command line that cannot be obeyed: exit status 2."""

    def __init__(self, prog: str, text: Text) -> None:
        super().__init__(text.en)
        self.prog = prog
        self.text = text


class Asked(Exception):
    """The help or the version was asked for: print it, exit status 0."""

    def __init__(self, page: Text) -> None:
        super().__init__(page.en)
        self.page = page


class _Parser(argparse.ArgumentParser):
    """Refusals are ``Misuse``; an option is written in full."""

    def __init__(self, prog: str, **_: Any) -> None:  # noqa: ANN401
        # Of a fixed width, so that argparse does not load slow modules to measure the terminal.
        narrow = partial(argparse.HelpFormatter, width=WIDTH)
        super().__init__(prog, add_help=False, allow_abbrev=False, formatter_class=narrow)

    def error(self, message: str) -> NoReturn:
        english = message
        for own, word in _OURS:
            english = re.sub(own, word, english)
        raise Misuse(self.prog, Text(shown(_translated(message), 200), shown(english, 200)))


class _Show(argparse.Action):
    """Leave the parser with a page, or with the version."""

    def __call__(self, *_: object) -> NoReturn:
        raise Asked(self.const or _version())


def _translated(message: str) -> str:
    for english, french in _FRENCH:
        if re.fullmatch(english, message):
            return re.sub(english, french, message)
    return "commande mal écrite"


def language(arguments: Sequence[str]) -> str:
    """The language asked for, known before the rest is read: a refusal may be on its way."""
    asked = " ".join(arguments).replace("--lang=", "--lang ").split()
    return "en" if ("--lang", "en") in pairwise(asked) else "fr"


def _version() -> Text:
    # Slow to load, and asked for once in a while.
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        number = version("preau")
    except PackageNotFoundError:
        number = "?"
    return Text(f"evote-audit {number}", f"evote-audit {number}")


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = _Parser("evote-audit")
    _common(top, pages.GENERAL)
    commands = top.add_subparsers(
        dest="command", required=True, metavar="COMMANDE", parser_class=_Parser
    )
    verify = commands.add_parser("verify")
    verify.add_argument("path", type=Path, metavar="CHEMIN")
    verify.add_argument("--since", type=Path)
    verify.add_argument("--require", choices=["preau"])
    verify.add_argument("--json", action="store_true")
    verify.add_argument("--jobs", type=_jobs, default=0)
    bar = verify.add_mutually_exclusive_group()
    bar.add_argument("--progress", action="store_true", default=None, dest="progress")
    bar.add_argument("--no-progress", action="store_false", default=None, dest="progress")
    _common(verify, pages.VERIFY)
    opened = commands.add_parser("opened")
    opened.add_argument("path", type=Path, metavar="FICHIER")
    opened.add_argument("--election", type=Path)
    _common(opened, pages.OPENED)
    receipt = commands.add_parser("receipt")
    receipt.add_argument("given", metavar="FICHIER")
    receipt.add_argument("record", type=Path, metavar="DOSSIER", nargs="?")
    _common(receipt, proofs.RECEIPT)
    evidence = commands.add_parser("evidence")
    evidence.add_argument("path", type=Path, metavar="FICHIER")
    evidence.add_argument("--fingerprint", type=_fingerprint)
    _common(evidence, proofs.EVIDENCE)
    _witness(commands.add_parser("witness"))
    _watch(commands.add_parser("watch"))
    return top


def _witness(witness: argparse.ArgumentParser) -> None:
    """The two commands of whoever runs a witness."""
    _common(witness, testimony.WITNESS)
    commands = witness.add_subparsers(
        dest="step", required=True, metavar="COMMANDE", parser_class=_Parser
    )
    key = commands.add_parser("key")
    key.add_argument("--name", required=True)
    key.add_argument("--out", type=Path, required=True)
    _common(key, testimony.KEY)
    serve = commands.add_parser("serve")
    serve.add_argument("--key", type=Path, required=True)
    serve.add_argument("--store", type=Path, required=True)
    serve.add_argument("--listen", required=True)
    serve.add_argument("--log", nargs="+", action="extend", default=[])
    serve.add_argument("--election", nargs="+", action="extend", default=[], type=Path)
    _common(serve, testimony.SERVE)


def _watch(watch: argparse.ArgumentParser) -> None:
    watch.add_argument("url", metavar="ADRESSE")
    watch.add_argument("--store", type=Path)
    watch.add_argument("--every", type=_seconds, default=60)
    watch.add_argument("--once", action="store_true")
    watch.add_argument("--fingerprint", type=_fingerprint)
    watch.add_argument("--promise", type=Path, action="append", default=[])
    watch.add_argument("--observer", default=None)
    watch.add_argument("--json", action="store_true")
    _common(watch, WATCH)


def _common(one: argparse.ArgumentParser, page: Text) -> None:
    one.add_argument("--lang", choices=["fr", "en"])
    one.add_argument("-h", "--help", action=_Show, nargs=0, const=page)
    if page is pages.GENERAL:
        one.add_argument("--version", action=_Show, nargs=0)


def _seconds(text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= LONGEST_PAUSE:
        raise ValueError(text)
    return int(text)


def _fingerprint(text: str) -> str:
    if not re.fullmatch("[A-Za-z0-9+/]{43}", text):
        raise ValueError(text)
    return text


def _jobs(text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text):
        raise ValueError(text)
    return int(text)
