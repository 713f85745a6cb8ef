# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally passphrase``: seal the key file under a new passphrase: §7.14."""

import argparse
from pathlib import Path

from tally.console import Subparsers, add_command, add_keyfile, open_key, tell
from tally.keyfile import save_step
from tally.passphrase import PassphraseSource


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "passphrase",
        run,
        summary="changer la phrase secrète qui ferme votre clé",
        text="Ferme votre clé par une nouvelle phrase secrète. Une ancienne copie du fichier\n"
        "s'ouvre encore avec l'ancienne : effacez-la.",
        example="passphrase secret-1.key",
    )
    add_keyfile(parser)
    parser.add_argument(
        "--new-passphrase-file",
        metavar="FICHIER",
        type=Path,
        help="lit la nouvelle phrase dans un fichier (pour un script)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Seal again."""
    memory, _ = open_key(arguments)
    passphrase = PassphraseSource(arguments.new_passphrase_file).new()
    save_step(arguments.keyfile, memory, passphrase)
    tell("C'est fait : seule la nouvelle phrase secrète ouvre maintenant ce fichier.")
    return 0
