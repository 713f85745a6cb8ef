# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally restore``: a key file again, from its paper copy and the archive: §7.15."""

import argparse
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from protocol.board import Board
from protocol.encoding import sha256_hex
from tally.boards import (
    member_names,
    own_number,
    require_own_election,
    require_uuid,
)
from tally.console import Subparsers, add_command, add_out, add_passphrase, ask, tell, tell_next
from tally.errors import Refusal
from tally.files import read_file, require_writable
from tally.keyfile import save_step
from tally.memory import Profile, Step, TrusteeMemory
from tally.paper import LINES, PaperKey, decode_paper
from tally.passphrase import PassphraseSource
from tally.record import opened_record


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "restore",
        run,
        summary="refaire votre fichier de clé à partir de la copie sur papier",
        text="Demande les quatre lignes de la copie sur papier et refait le fichier de clé,\n"
        "fermé par une nouvelle phrase secrète. Une faute de frappe est signalée, avec son groupe.",
        example="restore --uuid 3yKpQvX2mBtRwZ --archive 3yKpQvX2mBtRwZ.bel",
    )
    parser.add_argument("--uuid", required=True, metavar="U", help="l'identifiant de l'élection")
    parser.add_argument(
        "--archive",
        required=True,
        metavar="ARCHIVE",
        type=Path,
        help="l'élection : .bel, .zip ou dossier",
    )
    parser.add_argument(
        "--paper-file",
        metavar="FICHIER",
        type=Path,
        help="lit la copie dans un fichier au lieu de la demander",
    )
    add_out(parser)
    add_passphrase(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read the copy, check it against the archive, write the key file."""
    accept = partial(require_uuid, uuid=arguments.uuid)
    with opened_record(arguments.archive, accept) as record:
        if arguments.paper_file is not None:
            text = read_file(arguments.paper_file, limit=4096).decode("utf-8", errors="replace")
            key = decode_paper(text, arguments.uuid)
        else:
            key = _type(arguments.uuid)
        memory = restored_memory(record.board, key, arguments.uuid)
        path: Path = arguments.out / f"secret-{key.index}.key"
    require_writable((path,))
    passphrase = PassphraseSource(arguments.passphrase_file).new()
    save_step(path, memory, passphrase, new=True)
    tell(
        "Votre clé est revenue, et c'est bien celle de cette élection.",
        "Attention : ce fichier a perdu la mémoire des urnes déjà vues et des comptages faits, que",
        "le papier ne dit pas. Il ne refusera donc pas de compter une seconde urne : si vous",
        "avez déjà donné votre part du comptage, ne recommencez pas sans l'accord du bureau.",
    )
    tell_next(
        (path,),
        "vérifiez l'élection et liez-lui votre clé :",
        f"evote-tally check-setup {path} {arguments.archive}",
    )
    return 0


def restored_memory(board: Board, key: PaperKey, uuid: str) -> TrusteeMemory:
    """Return the memory at step *key* of a trustee who has paper and archive only: §7.15.

    Raises:
        Refusal: the copy is not of a trustee of this election.
    """
    memory = TrusteeMemory(
        step=Step.KEY,
        profile=Profile.PREAU if board.is_preau else Profile.BELENIOS,
        uuid=uuid,
        index=key.index,
        size=board.trustees.size,
        threshold=board.trustees.minimum,
        name="",
        seed=key.seed,
        decryption_key=key.decryption_key,
        trustees=sha256_hex(board.trustees_data),
    )
    require_own_election(memory, board.election)
    own = own_number(memory, board)
    return replace(memory, name=member_names(board)[own - 1])


def _type(uuid: str) -> PaperKey:
    tell("Tapez les quatre lignes de la copie, quatre groupes par ligne.")
    while True:
        lines = [ask(f"Ligne {number} : ") for number in range(1, LINES + 1)]
        try:
            return decode_paper("\n".join(lines), uuid)
        except Refusal as refusal:
            if not sys.stdin.isatty():
                raise
            tell(f"{refusal.message}. Recommencez, ou Ctrl-C pour arrêter.")
