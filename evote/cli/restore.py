# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote restore``: a backup becomes a server again, and takes no election back in time."""

import importlib
from pathlib import Path
from typing import Final

from evote.cli.parser import FrenchParser
from evote.errors import Unreadable

_EPILOG: Final = """\
La base (PREAU_DATABASE_URL) doit être vide ; le dossier des clés (PREAU_KEY_FOLDER) aussi, ou être
celui du serveur perdu : son fichier heads.sqlite dit jusqu'où il a publié, gardez-le s'il existe.
Une copie de heads.sqlite faite avant la sauvegarde ne compte pas ; de celui qui compte, la commande
dit quand il a été écrit pour la dernière fois, et demande si le serveur a tourné après.

Une sauvegarde plus ancienne que ce qui a été publié est refusée. Ce qui manque se reprend :
  --seen      ce que d'autres ont vu après la sauvegarde : un point de contrôle, un reçu, une
              promesse, un dossier public, celui d'une surveillance (tout ce qu'elle a vu compte),
              ou un dossier qui en a plusieurs, sous n'importe quel nom ; ce qui est plus ancien
              que la sauvegarde ne dit rien
  --complete  un dossier public (dossier ou .zip, ou celui de evote-audit watch) qui a ce que
              la sauvegarde n'a pas
Les émargements des bulletins repris, le bureau des codes seul les connaît ; d'ici là le vote est
suspendu :
  au bureau des codes   evote credentials signed-in DOSSIER.zip …
  sur le serveur        evote restore --sign-ins signed-in.json
Avec une sauvegarde, --check fait tout cela et n'écrit rien. Pas à pas : docs/operations.md.

codes de sortie : 0 rétabli (ou tout irait bien, avec --check), 1 refusé, 2 illisible ou mal
appelé ; sauf avec 0, rien n'a été changé, ou il est dit de recommencer."""


def main(arguments: list[str]) -> int:
    """Restore a backup, or mark the sign-ins of ballots that came back."""
    options = _parser().parse_args(arguments)
    alone = options.data is None
    if not alone and (options.keys is None or options.recovery_key is None):
        raise Unreadable(
            "il faut les deux fichiers de la sauvegarde, et la clé de secours",
            "evote restore preau-….data preau-….keys --recovery-key FICHIER",
        )
    if alone and not options.sign_ins:
        raise Unreadable("il n'y a rien à rétablir", "voir « evote restore --help »")
    of_backup = (options.seen, options.complete, options.unseen, options.without, options.stopped)
    if alone and (options.check or any(of_backup)):
        raise Unreadable(
            "sans sauvegarde, --sign-ins ne va avec aucune autre option",
            "evote restore --sign-ins signed-in.json : il marque aussitôt",
        )
    work = importlib.import_module("evote.cli.server.restoring")
    status: int = work.mark(options) if alone else work.restore_backup(options)
    return status


def _parser() -> FrenchParser:
    parser = FrenchParser("evote restore", "Rétablir un serveur d'une sauvegarde.", _EPILOG)
    add = parser.add_argument
    add("data", nargs="?", type=Path, metavar="DONNÉES", help="preau-….data")
    add("keys", nargs="?", type=Path, metavar="CLÉS", help="preau-….keys, de la même sauvegarde")
    add("--recovery-key", type=Path, metavar="F", help="la clé secrète de secours")
    add("--passphrase-file", type=Path, metavar="F", help="sa phrase secrète (sinon demandée)")
    add(
        "--seen",
        action="append",
        default=[],
        type=Path,
        metavar="F",
        help="ce que d'autres ont vu, le plus récent possible (plusieurs fois s'il le faut)",
    )
    add(
        "--complete",
        action="append",
        default=[],
        type=Path,
        metavar="DOSSIER",
        help="d'où reprendre ce qui manque (une fois par élection)",
    )
    add(
        "--sign-ins",
        action="append",
        default=[],
        type=Path,
        metavar="F",
        help="signed-in.json, du bureau des codes ; seul, sur un serveur déjà rétabli",
    )
    add(
        "--unseen",
        action="append",
        default=[],
        metavar="NUMÉRO",
        help="élection, ou brouillon, dont personne n'a rien vu depuis la sauvegarde",
    )
    add(
        "--without",
        action="append",
        default=[],
        metavar="NUMÉRO",
        help="rétablir le reste sans elle : élection que la sauvegarde n'a pas, brouillon, ou vote "
        "dont plus a été publié que ce que quelqu'un a encore",
    )
    add("--check", action="store_true", help="tout essayer, et ne rien écrire")
    add(
        "--stopped",
        action="store_true",
        help="ne pas le demander : le serveur perdu n'a plus tourné après la dernière écriture de "
        "heads.sqlite, que --check dit",
    )
    add("--yes", action="store_true", help="ne pas demander de taper d'autres phrases")
    return parser
