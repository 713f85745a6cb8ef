# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote ballot record``: a ballot enters the box, or is told why not: docs/protocol.md §11.1."""

from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import Final

from evote.cli.parser import Group
from evote.election.box import Outcome, record_ballot, set_aside_interrupted
from evote.election.hours import OPTION, require_hours_to_record, write_exception
from evote.election.reading import find_archive
from evote.errors import Refusal
from protocol.bindings import EvoteBinding
from tally.files import read_file
from tally.french import count

_REFUSALS: Final = {
    Outcome.CREDENTIAL_USED: (
        "un bulletin a déjà été voté avec ce code, et un vote est définitif",
        "l'urne n'a pas changé ; si l'électeur n'a pas voté, voyez le bureau des codes",
    ),
    Outcome.RESERVE: (
        "ce code est une réserve qui n'a pas été activée",
        "l'urne n'a pas changé ; l'électeur vote avec le code de sa propre lettre",
    ),
    Outcome.UNKNOWN_CREDENTIAL: (
        "ce code n'est pas de cette élection",
        "l'urne n'a pas changé ; vérifiez la lettre",
    ),
    Outcome.COPIED: (
        "ce bulletin reprend une partie d'un autre bulletin",
        "l'urne n'a pas changé ; refaites un bulletin avec evote ballot make",
    ),
    Outcome.CLOSED: (
        "le vote est clos : plus aucun bulletin n'entre dans l'urne",
        "l'urne n'a pas changé ; l'électeur qui n'a pas pu voter le fait noter au procès-verbal",
    ),
}


def add_to(commands: Group) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "record",
        help="mettre un bulletin dans l'urne",
        description="Vérifier un bulletin comme le fera n'importe qui, et le mettre dans l'urne.",
        epilog="codes de sortie : 0 dans l'urne, 1 refusé et l'urne n'a pas changé, 2 illisible.",
    )
    add = parser.add_argument
    add("--archive", required=True, type=Path, metavar="ARCHIVE", help="l'archive ou son dossier")
    add("ballot", type=Path, metavar="BULLETIN", help="le fichier fait par evote ballot make")
    add(OPTION, metavar="RAISON", help="hors des heures annoncées : pourquoi (au procès-verbal)")
    parser.set_defaults(run=_record)


def _record(options: Namespace) -> int:
    data = read_file(options.ballot)
    archive = find_archive(options.archive)
    torn = set_aside_interrupted(archive)
    if torn is not None:
        left = count(torn.size, "octet")
        print(f"Un ajout interrompu avait laissé {left} : mis de côté, {torn.path}.")
    outcome, tracker = record_ballot(archive, data, partial(_admit, archive, options))
    if outcome in _REFUSALS:
        raise Refusal(*_REFUSALS[outcome])
    again = outcome is Outcome.ALREADY_RECORDED
    print("Ce bulletin était déjà dans l'urne." if again else "Le bulletin est dans l'urne.")
    print(f"Suivi du bulletin : {tracker}")
    return 0


def _admit(archive: Path, options: Namespace, evote: EvoteBinding) -> None:
    try:
        require_hours_to_record(evote)
    except Refusal:
        if options.outside_hours is None:
            raise
        write_exception(archive, "un bulletin présenté hors des heures", options.outside_hours)
