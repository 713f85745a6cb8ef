# SPDX-License-Identifier: AGPL-3.0-or-later
"""Command lines read and explained in French; a misuse is ``Unreadable``, never an exit."""

import argparse
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeAlias

from evote.cli.words import printable
from evote.errors import Unreadable
from tally.misuse import translate


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        # parse_intermixed_args hands back its own usage, cut after the English prefix.
        own = usage.lstrip() if usage else usage
        super().add_usage(own, actions, groups, "usage : " if prefix is None else prefix)


class FrenchParser(argparse.ArgumentParser):
    """An argument parser whose help is in French and whose errors are ``Unreadable``.

    Args:
        prog: the command as typed, for instance ``"evote roll check"``.
        description: one or two sentences.
        epilog: worked examples, exit statuses.
    """

    def __init__(self, prog: str, description: str = "", epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=_Formatter,
            add_help=False,
            allow_abbrev=False,
        )
        self._positionals.title = "arguments"
        self._optionals.title = "options"
        self.add_argument("-h", "--help", action="help", help="montrer cette aide")

    def error(self, message: str) -> NoReturn:
        """Refuse the command line in one French sentence."""
        raise Unreadable(printable(translate(message)), f"voir « {self.prog} --help »")


# What ``add_subparsers`` returns, for the functions that add one command to a group.
Group: TypeAlias = "argparse._SubParsersAction[FrenchParser]"  # noqa: SLF001 -- no public name


def run_group(
    prog: str, description: str, commands: Iterable[Callable[[Group], None]], arguments: list[str]
) -> int:
    """Run one command of a group, such as ``check`` of ``evote roll``, and return its status.

    Each of ``commands`` adds its parser to the group, and sets the default ``run``, a function
    from the parsed options to the exit status.
    """
    parser = FrenchParser(prog, description)
    group: Group = parser.add_subparsers(title="commandes", metavar="COMMANDE", required=True)
    for add_to in commands:
        add_to(group)
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status
