# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote credentials signed-in``: the desk's part of a restore: docs/protocol.md §17.4."""

from argparse import Namespace
from pathlib import Path
from typing import Final

from evote.cli.inputs import make_folder, read_as
from evote.cli.parser import Group
from evote.cli.words import printable
from evote.credentials.sealed import open_desk
from evote.credentials.signed_in import signed_in
from evote.errors import Refusal
from evote.roll.sign_in_file import decode_sign_in_numbers
from protocol.merkle import LogPosition
from tally.boards import require_uuid
from tally.console import confirm
from tally.files import NewFile, read_file, write_files
from tally.french import count
from tally.passphrase import PassphraseSource
from tally.record import opened_record, verify_whole_record

FEW: Final = 10
_EPILOG: Final = """\
fichier écrit dans le dossier :
  signed-in.json   pour le serveur : evote restore --sign-ins

À faire seulement après une panne, quand le serveur a été rétabli et que son administrateur le
demande. Le fichier donne les numéros d'émargement de tous les bulletins du dossier public, triés :
il ne dit pas quel bulletin est de qui. Mais qui en aurait deux, pour deux dossiers qui ne diffèrent
que d'un bulletin, le saurait : n'en faites qu'un par panne, avec le dossier complet, et
détruisez-le après l'envoi."""


def add_to(commands: Group) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "signed-in",
        help="après une panne du serveur : les émargements des bulletins de l'urne",
        description="Dire au serveur rétabli quels numéros d'émargement ont voté.",
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add("record", type=Path, metavar="DOSSIER.zip", help="le dossier public qui a complété l'urne")
    add("--desk", required=True, type=Path, metavar="F", help="desk-sealed")
    add("--sign-ins", required=True, type=Path, metavar="F", help="sign-in-numbers.json")
    add("--out", required=True, type=Path, metavar="DOSSIER", help="où écrire")
    add("--passphrase-file", type=Path, metavar="F", help="les mots qui ouvrent desk-sealed")
    add("--yes", action="store_true", help="même s'il y a très peu de bulletins")
    parser.set_defaults(run=_signed_in)


def _signed_in(options: Namespace) -> int:
    sealed = read_file(options.desk)
    words = PassphraseSource(options.passphrase_file).existing("Les six mots du bureau des codes")
    memory = open_desk(sealed, words)
    what = "le fichier des numéros d'émargement"
    numbers = read_as(options.sign_ins, decode_sign_in_numbers, what)
    if (numbers.uuid, numbers.roll_sha256) != (memory.uuid, memory.roll_sha256):
        raise Refusal(
            "ces numéros d'émargement ne vont pas avec ce bureau des codes",
            "donnez les deux fichiers du même bureau",
        )
    inside = options.record / "record"
    if inside.is_dir():
        raise Refusal(
            f"« {printable(options.record)} » n'est pas un dossier public : il en a un",
            f"donnez « {printable(inside)} »",
        )
    with opened_record(options.record) as record:
        require_uuid(record.board.election, memory.uuid)
        record.require_journal()
        state = verify_whole_record(record)
        revoked = [] if state is None else [credential for credential, _ in state.reissued]
        voted = [each.ballot.credential for each in record.board.ballots()]
        board = LogPosition.of_leaves(record.board.leaf_hashes)
    message = signed_in(memory, numbers, board, voted, revoked)
    if len(voted) < FEW:
        confirm(
            f"Il n'y a que {count(len(voted), 'bulletin')} : ce fichier dit presque de qui. "
            "Le faire quand même ?",
            yes=options.yes,
        )
    make_folder(options.out)
    path = options.out / "signed-in.json"
    write_files([NewFile(path, message.encode(), secret=True, replace=True)])
    print(f"{count(len(voted), 'émargement')}, {count(len(message.replaced), 'code remplacé')}.")
    print(f"Ensuite, sur le serveur : evote restore --sign-ins {path.name}")
    return 0
