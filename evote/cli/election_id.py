# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote election id``: the number of a new election, drawn by lot: docs/protocol.md §2.4."""

from argparse import Namespace
from typing import Final

from evote.cli.parser import Group
from protocol.encoding import random_base58

UUID_CHARACTERS: Final = 14


def add_to(commands: Group) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "id",
        help="tirer le numéro d'une nouvelle élection",
        description="Tirer le numéro d'une nouvelle élection, et l'écrire à l'écran.",
    )
    parser.set_defaults(run=_print_new)


def _print_new(_options: Namespace) -> int:
    print(random_base58(UUID_CHARACTERS))
    return 0
