# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step 5, ``evote-tally check-setup``: read the election, bind the key to it, sign: §7.13."""

import argparse
from functools import partial
from pathlib import Path

from protocol.journal_state import JournalState
from protocol.server_binding import BoothFile
from tally.boards import is_served, require_own_election
from tally.booth_files import compare_booth, describe_booth
from tally.console import (
    Subparsers,
    add_command,
    add_keyfile,
    add_out,
    confirm,
    open_key,
    tell,
    tell_next,
)
from tally.describe import describe_election
from tally.errors import Refusal
from tally.files import NewFile
from tally.french import count
from tally.keyfile import save_step
from tally.record import (
    Record,
    is_before_journal,
    opened_record,
    require_grown,
    verify_whole_record,
)
from tally.setup_check import require_set_up, seal_to_election


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "check-setup",
        run,
        summary="étape 5 : vérifier l'élection avant l'ouverture, et la signer",
        text="Vérifie l'élection prête à ouvrir, montre ce qu'elle est et demande votre accord.\n"
        "Lie ensuite votre clé à cette élection et à aucune autre, et signe.",
        example="check-setup secret-1.key 3yKpQvX2mBtRwZ.bel",
    )
    add_keyfile(parser)
    parser.add_argument(
        "record", metavar="ÉLECTION", type=Path, help="l'élection : .bel, .zip ou dossier"
    )
    parser.add_argument(
        "--booth",
        metavar="DOSSIER",
        type=Path,
        help="compare les fichiers de la page de vote, téléchargés dans ce dossier",
    )
    parser.add_argument("--yes", action="store_true", help="ne demande pas votre accord")
    add_out(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check, show, ask, bind and sign."""
    memory, passphrase = open_key(arguments)
    accept = partial(require_own_election, memory)
    with opened_record(arguments.record, accept) as record:
        require_set_up(memory, record.board)
        if not is_before_journal(record):
            record.require_journal()
        require_grown(memory, record)
        state = verify_whole_record(record)
        booth = _booth(record, state)
        if arguments.booth is not None:
            _compare(booth, arguments.booth)
        tell("Tout ce qui peut être vérifié est juste. Relisez maintenant vous-même :", "")
        tell(*describe_election(record.board), *describe_booth(booth), "")
        confirm("Est-ce bien votre élection ?", yes=arguments.yes)
        position = None if state is None else state.position
        sealed, message = seal_to_election(memory, record.board, journal=position)
    written = []
    if message is not None:
        path = arguments.out / f"setup-signature-{memory.index}.json"
        written.append(NewFile(path, message.encode()))
    save_step(arguments.keyfile, sealed, passphrase, tuple(written))
    tell("Votre clé est maintenant liée à cette élection et ne peut servir à aucune autre.")
    if message is None:
        tell("Aucune signature n'est à donner pour cette élection dans cet état.")
        handing = "rien à donner ;"
    else:
        handing = f"donnez {written[0].path.name} à l'organisateur ;"
    tell_next(
        [file.path for file in written],
        f"{handing} après la clôture :",
        f"evote-tally decrypt {arguments.keyfile} {_next(record)}",
    )
    return 0


def _booth(record: Record, state: JournalState | None) -> tuple[BoothFile, ...]:
    """Return the files with which parents vote, as amended; none in an election on files."""
    if state is not None:
        return state.booth
    evote = record.board.election.evote
    return () if evote is None or evote.server is None else evote.server.booth


def _compare(booth: tuple[BoothFile, ...], folder: Path) -> None:
    if not booth:
        raise Refusal(
            "cette élection n'a pas de page de vote à comparer",
            "relancez sans --booth",
        )
    compare_booth(booth, folder)
    tell(f"La page de vote est celle de l'élection : {count(len(booth), 'fichier')}.")


def _next(record: Record) -> str:
    return "ELECTION.zip" if is_served(record.board.election) else "ELECTION.bel"
