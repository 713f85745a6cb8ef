# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote credentials reissue``: a lost letter is replaced by a reserve: docs/protocol.md §19.5."""

from argparse import Namespace
from typing import Final

from evote.cli.desk import add_desk_arguments, read_desk
from evote.cli.inputs import make_folder
from evote.cli.parser import Group
from evote.credentials.files import recipient_of
from evote.credentials.letters import Sheet, write_letters
from evote.credentials.reissuing import reissue
from evote.credentials.sealed import seal_memory
from tally.files import NewFile, write_files
from tally.french import count

_EPILOG: Final = """\
fichiers écrits dans le dossier :
  letter-NOMBRE.txt    la nouvelle lettre : à imprimer, à remettre, puis à détruire
  reissue-NOMBRE.json  pour le serveur : evote election reissue
desk-sealed et sign-in-numbers.json sont récrits à leur place.

Le code lui-même n'est que sur la lettre. L'ancienne lettre ne sert plus dès que le serveur a
pris le fichier ; la personne reçoit aussi de nouveaux chiffres secrets."""


def add_to(commands: Group) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "reissue",
        help="remplacer une lettre perdue par un code de réserve",
        description="Remplacer le code d'un électeur qui n'a pas voté, par un code de réserve.",
        epilog=_EPILOG,
    )
    add_desk_arguments(parser)
    parser.add_argument("--school", default="Votre école", metavar="NOM", help="en tête")
    parser.add_argument("--host", default="", metavar="ADRESSE", help="serveur, pour le lien")
    parser.set_defaults(run=_reissue)


def _reissue(options: Namespace) -> int:
    desk = read_desk(options)
    done = reissue(desk.memory, desk.numbers, desk.number, desk.voted)
    make_folder(options.out)
    sheet = Sheet(options.school, desk.memory.uuid, options.host)
    letter = write_letters(sheet, [(recipient_of(desk.elector), done.code)])
    place = len(done.memory.replaced)
    sealed = seal_memory(done.memory, desk.passphrase)
    message = options.out / f"reissue-{place}.json"
    write_files(
        [
            NewFile(options.out / f"letter-{place}.txt", letter.reveal(), secret=True),
            NewFile(message, done.message.encode(), secret=True),
            NewFile(options.desk, sealed, secret=True, replace=True),
            NewFile(options.sign_ins, done.numbers.encode(), secret=True, replace=True),
        ]
    )
    print(f"Nouvelle lettre : {options.out / f'letter-{place}.txt'} (à imprimer, puis à détruire).")
    print(f"Il reste {count(len(done.memory.reserves), 'code')} de réserve.")
    print(f"Ensuite, sur le serveur : evote election reissue {desk.memory.uuid} {message.name}")
    return 0
