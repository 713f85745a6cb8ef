# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote credentials contested``: « quelqu'un a voté à ma place », at the desk: §17.4, §19.2."""

from argparse import Namespace
from typing import Final

from evote.cli.desk import add_desk_arguments, read_desk
from evote.cli.inputs import make_folder
from evote.cli.parser import Group
from evote.credentials.reissuing import contested
from tally.files import NewFile, write_files

_EPILOG: Final = """\
fichier écrit dans le dossier :
  contested.json   pour le serveur : evote election contested

Le bureau des codes cherche lui-même, dans l'archive publique, si un bulletin a été voté avec
le code de cette personne. Le fichier ne dit que oui ou non : le serveur n'apprend pas quel
bulletin c'est. Il porte le numéro d'émargement ; détruisez-le après l'envoi."""


def add_to(commands: Group) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "contested",
        help="« quelqu'un a voté à ma place » : ce que le bureau des codes constate",
        description="Constater si un bulletin a été voté avec le code d'un électeur.",
        epilog=_EPILOG,
    )
    add_desk_arguments(parser)
    parser.set_defaults(run=_contested)


def _contested(options: Namespace) -> int:
    desk = read_desk(options)
    message = contested(desk.memory, desk.numbers, desk.number, desk.voted)
    make_folder(options.out)
    path = options.out / "contested.json"
    write_files([NewFile(path, message.encode(), secret=True, replace=True)])
    found = "un bulletin a été voté" if message.credential_used else "aucun bulletin n'a été voté"
    print(f"Avec le code de cette personne, {found}.")
    print(f"Ensuite, sur le serveur : evote election contested {desk.memory.uuid} {path.name}")
    return 0
