# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote credentials make``: one code for each elector of the roll: docs/protocol.md §13."""

import sys
from argparse import Namespace
from pathlib import Path

from evote.cli.inputs import make_folder, read_roll, read_uuid
from evote.cli.parser import Group
from evote.cli.progress import ProgressBar
from evote.credentials.desk import Codes, make_codes, reserve_count
from evote.credentials.files import desk_files, desk_paths
from evote.credentials.letters import Sheet
from evote.credentials.sealed import seal_desk
from evote.roll.sealing import SealedRoll, seal_roll
from tally.files import require_writable, write_files
from tally.french import count
from tally.passphrase import PassphraseSource

_EPILOG = """\
fichiers écrits dans le dossier :
  public-credentials.json   codes publics, pour sceller l'élection
  reserves.json             codes de réserve et marque de la liste, pour sceller
  sign-in-numbers.json      numéros d'émargement, pour le serveur
  letters.txt               une feuille par électeur : à imprimer, puis à détruire
  desk-sealed               ce que le bureau des codes garde, fermé par une phrase secrète

Les codes ne sont écrits en clair que sur les lettres. Ni letters.txt ni desk-sealed ne
doivent aller sur le serveur."""


def add_to(commands: Group) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "make",
        help="un code par électeur, les lettres et les listes",
        description="Tirer un code par électeur et préparer les lettres, loin du serveur.",
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add("roll", type=Path, metavar="LISTE.csv", help="l'export ONDE des responsables")
    add("--uuid", required=True, metavar="NUMÉRO", help="numéro de l'élection")
    add("--out", required=True, type=Path, metavar="DOSSIER", help="où écrire")
    add("--school", default="Votre école", metavar="NOM", help="en tête de chaque lettre")
    add("--host", default="", metavar="ADRESSE", help="serveur, pour le lien des lettres")
    add("--settled", action="store_true", help="les points de la liste ont été examinés")
    add(
        "--passphrase-file",
        type=Path,
        metavar="FICHIER",
        help="phrase secrète de desk-sealed (sinon une est tirée, et montrée une fois)",
    )
    parser.set_defaults(run=_make)


def _make(options: Namespace) -> int:
    uuid = read_uuid(options.uuid)
    roll = seal_roll(read_roll(options.roll, settled=options.settled).electors)
    make_folder(options.out)
    codes = _draw(uuid, roll)
    sheet = Sheet(options.school, uuid, options.host)
    # Nobody notes words down for files that cannot be written.
    require_writable(desk_paths(options.out))
    passphrase = PassphraseSource(options.passphrase_file).new("ce que garde le bureau des codes")
    write_files(desk_files(options.out, codes, roll.electors, sheet, seal_desk(codes, passphrase)))
    reserves = count(len(codes.reserves), "code de réserve", "codes de réserve")
    print(f"{count(len(codes.electors), 'code')} et {reserves}.")
    print("À faire : imprimer letters.txt, distribuer les lettres, puis détruire ce fichier.")
    print("Ensuite : evote election seal, avec ces fichiers et cette même liste électorale.")
    return 0


def _draw(uuid: str, roll: SealedRoll) -> Codes:
    """Draw the codes, with a bar where a person looks on: a large school waits a while."""
    bar = ProgressBar(quiet=not sys.stderr.isatty())
    total = len(roll.electors) + reserve_count(len(roll.electors))
    return make_codes(uuid, roll, progress=lambda done: bar("Codes", done, total))
