# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote election close``: nobody votes any more; the sum of the box is fixed: §10.2, §11.2."""

from argparse import Namespace
from pathlib import Path

from evote.cli.inputs import say_remark
from evote.cli.parser import Group
from evote.election.closing import close_election
from evote.election.hours import remark_on_closing
from evote.election.reading import find_archive


def add_to(commands: Group) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "close",
        help="clore le vote et sceller l'urne",
        description="Clore le vote : plus aucun bulletin n'entre, et le bureau peut dépouiller.",
    )
    add = parser.add_argument
    add("archive", type=Path, metavar="ARCHIVE", help="l'archive .bel ou son dossier")
    add("--sign-ins", type=int, metavar="N", help="nombre d'émargements, s'ils sont comptés à part")
    parser.set_defaults(run=_close)


def _close(options: Namespace) -> int:
    archive = find_archive(options.archive)
    closed = close_election(archive, options.sign_ins)
    print(f"Le vote est clos : {closed.ballots} bulletins pour {closed.electors} électeurs.")
    say_remark(archive, remark_on_closing)
    print(f"Ensuite : les membres du bureau dépouillent « {archive} » (evote-tally decrypt).")
    return 0
