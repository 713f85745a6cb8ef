# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally passphrase``: seal the key file under new words: §7.14."""

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
        summary="changer les six mots qui protègent votre clé",
        text="Protège votre clé par six nouveaux mots. Une ancienne copie du fichier garde les\n"
        "anciens mots : effacez-la.",
        example="passphrase secret-1.key",
    )
    add_keyfile(parser)
    parser.add_argument(
        "--new-passphrase-file",
        metavar="FICHIER",
        type=Path,
        help="lit les nouveaux mots dans un fichier (pour un script)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Seal again."""
    memory, _ = open_key(arguments)
    passphrase = PassphraseSource(arguments.new_passphrase_file).new()
    save_step(arguments.keyfile, memory, passphrase)
    tell("C'est fait : seuls les nouveaux mots ouvrent maintenant ce fichier.")
    return 0
