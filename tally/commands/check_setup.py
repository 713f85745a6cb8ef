# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step 5, ``evote-tally check-setup``: read the election, bind the key to it, sign: §7.13."""

import argparse
from functools import partial
from pathlib import Path

from tally.boards import opened_board, require_own_election, verify_whole_board
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
from tally.files import NewFile
from tally.keyfile import save_step
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
    parser.add_argument("archive", metavar="ARCHIVE", type=Path, help="l'élection (.bel)")
    parser.add_argument("--yes", action="store_true", help="ne demande pas votre accord")
    add_out(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check, show, ask, bind and sign."""
    memory, passphrase = open_key(arguments)
    accept = partial(require_own_election, memory)
    with opened_board(arguments.archive, accept) as board:
        require_set_up(memory, board)
        verify_whole_board(board)
        tell("Tout ce qui peut être vérifié est juste. Relisez maintenant vous-même :", "")
        tell(*describe_election(board), "")
        confirm("Est-ce bien votre élection ?", yes=arguments.yes)
        sealed, message = seal_to_election(memory, board)
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
        f"evote-tally decrypt {arguments.keyfile} ELECTION.bel",
    )
    return 0
