# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote credentials check``: does this code belong to that list? §13.2, §13.3."""

from argparse import Namespace
from pathlib import Path

from evote.cli.inputs import read_as, read_code_of_letter, read_uuid
from evote.cli.parser import Group
from evote.credentials.checking import check_code
from protocol.public_credentials import PublicCredentials

_EPILOG = """\
Le code est demandé, ou lu dans un fichier, avec ou sans ses espaces, tel qu'il est imprimé.

codes de sortie : 0 ce code est bon, 1 mal recopié ou d'une autre élection, 2 illisible."""


def add_to(commands: Group) -> None:
    """Add the command; the five letters drawn at sealing are checked with it."""
    parser = commands.add_parser(
        "check",
        help="dire si un code est bien de cette élection",
        description="Dire si un code est bien recopié, et s'il est de cette élection.",
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add("--code-file", type=Path, metavar="F", help="fichier qui porte le code (sinon demandé)")
    add("--uuid", required=True, metavar="NUMÉRO", help="numéro de l'élection")
    add(
        "--credentials",
        required=True,
        type=Path,
        metavar="FICHIER",
        help="public-credentials.json, fait avec les codes",
    )
    parser.set_defaults(run=_check)


def _check(options: Namespace) -> int:
    uuid = read_uuid(options.uuid)
    credentials = read_as(
        options.credentials, PublicCredentials.decode, "une liste de codes publics"
    )
    check_code(uuid, read_code_of_letter(options.code_file), credentials)
    print("Ce code est bien recopié et donne accès à cette élection.")
    return 0
