# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote election open``: t signatures of the set-up open the vote: docs/protocol.md §7.13."""

from argparse import Namespace
from pathlib import Path

from evote.cli.parser import Group
from evote.election.opening import open_election
from evote.election.reading import find_archive
from tally.console import read_messages


def add_to(commands: Group) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "open",
        help="ouvrir le vote, avec les signatures du bureau",
        description="Réunir les signatures d'ouverture, les vérifier, et ouvrir le vote.",
    )
    add = parser.add_argument
    add("archive", type=Path, metavar="ARCHIVE", help="l'archive .bel ou son dossier")
    add("signatures", nargs="+", type=Path, metavar="SIGNATURE", help="les setup-signature-*.json")
    parser.set_defaults(run=_open)


def _open(options: Namespace) -> int:
    opened = open_election(find_archive(options.archive), read_messages(options.signatures))
    print(f"Le vote est ouvert. Ont signé : {', '.join(opened.signed)}.")
    if opened.missing:
        print(f"N'ont pas signé : {', '.join(opened.missing)}.")
    print(f"Signatures : {opened.path}")
    return 0
