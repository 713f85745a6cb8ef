# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote election close``: nobody votes any more; the sum of the box is fixed: §10.2, §11.2."""

from argparse import Namespace
from functools import partial
from pathlib import Path

from evote.cli.parser import Group
from evote.election.closing import close_election
from evote.election.hours import OPTION, require_hours_to_close, write_exception
from evote.election.reading import find_archive
from evote.errors import Refusal
from protocol.bindings import EvoteBinding
from tally.french import count


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
    add(OPTION, metavar="RAISON", help="clore avant l'heure : pourquoi (au procès-verbal)")
    parser.set_defaults(run=_close)


def _close(options: Namespace) -> int:
    archive = find_archive(options.archive)
    closed = close_election(archive, options.sign_ins, partial(_admit, archive, options))
    ballots, electors = count(closed.ballots, "bulletin"), count(closed.electors, "électeur")
    print(f"Le vote est clos : {ballots} pour {electors}.")
    print(f"Ensuite : les membres du bureau dépouillent « {archive} » (evote-tally decrypt).")
    return 0


def _admit(archive: Path, options: Namespace, evote: EvoteBinding) -> None:
    try:
        require_hours_to_close(evote)
    except Refusal:
        if options.outside_hours is None:
            raise
        write_exception(archive, "clôture du vote avant l'heure", options.outside_hours)
