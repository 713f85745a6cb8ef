# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote backup``: the recovery key, made off the server; and a backup of a running server."""

import importlib
from argparse import Namespace
from pathlib import Path
from typing import Final

from evote.backup.recovery import PUBLIC_SUFFIX, encode_recovery_key, make_recovery_key
from evote.cli.parser import FrenchParser
from tally.files import NewFile, require_writable, write_files
from tally.passphrase import PassphraseSource

KEY: Final = "key"
_KEY_EPILOG: Final = """\
fichiers écrits :
  FICHIER      la clé secrète, fermée par une phrase secrète de six mots : elle seule ouvre les
               sauvegardes ; gardez-la, avec une copie, loin du serveur et de ses sauvegardes
  FICHIER.pub  la clé publique, à mettre sur le serveur : elle ferme, et n'ouvre rien

À faire une fois, sur un ordinateur qui n'est pas le serveur. Sans la clé secrète ou sans sa
phrase, aucune sauvegarde ne peut plus être lue, par personne."""
_EPILOG: Final = """\
deux fichiers, du même instant, pendant que le serveur tourne :
  preau-….data   les données ; sans les clés elles ne disent aucun nom
  preau-….keys   les clés du serveur ; gardez-les ailleurs que les données (--keys)

La clé de secours se fait une fois, ailleurs : evote backup key --help
Pendant un vote, deux sauvegardes trop proches diraient, à qui a les deux et la clé de secours, qui
a voté entre elles (jamais quoi) : il faut une heure et dix bulletins nouveaux, ou --yes. La
première après la clôture fait paire avec la dernière du vote : ajoutez --yes, et détruisez celles
d'avant.
Sur le serveur, dont les réglages PREAU_… sont dans l'environnement (docs/operations.md).

Une urne abîmée dans la base se sauvegarde aussi, et c'est dit : evote restore refusera ces
fichiers-là, gardez donc ceux d'avant. Ce qu'il refait de l'urne (l'état publié) ne compte pas.

codes de sortie : 0 faite (ou pas encore due, avec --if-due), 1 refusée, ou faite mais une clé
manque ou n'est pas la bonne, 2 illisible ou mal appelé."""


def main(arguments: list[str]) -> int:
    """Make a recovery key, or a backup."""
    if arguments[:1] == [KEY]:
        return _make_key(_key_parser().parse_args(arguments[1:]))
    options = _parser().parse_args(arguments)
    # The packages of the server are needed for this alone.
    status: int = importlib.import_module("evote.cli.server.backing_up").back_up(options)
    return status


def _parser() -> FrenchParser:
    parser = FrenchParser("evote backup", "Sauvegarder un serveur, ou faire la clé.", _EPILOG)
    add = parser.add_argument
    add("folder", type=Path, metavar="DOSSIER", help="où écrire ; ou « key », pour faire la clé")
    add("--to", required=True, type=Path, metavar="F.pub", help="la clé publique de secours")
    add("--keys", type=Path, metavar="DOSSIER", help="où écrire les clés (sinon, le même dossier)")
    add(
        "--if-due",
        action="store_true",
        help="ne rien faire s'il est trop tôt ou que rien n'a changé (pour un minuteur)",
    )
    add("--yes", action="store_true", help="sauvegarder même s'il est trop tôt")
    return parser


def _key_parser() -> FrenchParser:
    parser = FrenchParser(f"evote backup {KEY}", "Faire la clé de secours.", _KEY_EPILOG)
    add = parser.add_argument
    add("--out", required=True, type=Path, metavar="FICHIER", help="où écrire la clé secrète")
    add(
        "--passphrase-file",
        type=Path,
        metavar="F",
        help="sa phrase secrète (sinon une est tirée, et montrée une fois)",
    )
    return parser


def _make_key(options: Namespace) -> int:
    public_path = Path(f"{options.out}{PUBLIC_SUFFIX}")
    # Nobody notes words down for files that cannot be written.
    require_writable([options.out, public_path])
    passphrase = PassphraseSource(options.passphrase_file).new("la clé de secours")
    key = make_recovery_key()
    line = key.public.encode()
    write_files(
        [
            NewFile(options.out, encode_recovery_key(key, passphrase), secret=True),
            NewFile(public_path, f"{line}\n".encode("ascii")),
        ]
    )
    print(f"Clé secrète de secours : {options.out} (à garder loin du serveur, avec une copie).")
    print(f"Clé publique, pour le serveur : {public_path}")
    print(f"  {line}")
    print(f"Ensuite, sur le serveur : evote backup DOSSIER --to {public_path.name}")
    return 0
