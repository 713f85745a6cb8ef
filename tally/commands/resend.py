# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally resend``: write again the public files that this key has already made: §7.14."""

import argparse

from tally.console import Subparsers, add_command, add_keyfile, add_out, open_key, tell_next
from tally.errors import Refusal
from tally.files import NewFile, write_files
from tally.steps import next_step


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "resend",
        run,
        summary="réécrire les fichiers que votre clé a déjà produits, s'ils sont perdus",
        text="Réécrit, à l'identique, les fichiers à donner que votre clé a déjà produits : ceux\n"
        "de la cérémonie jusqu'à l'étape 5, puis la signature et la part du comptage.",
        example="resend secret-1.key --out perdus",
    )
    add_keyfile(parser)
    add_out(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write them into the folder."""
    memory, _ = open_key(arguments)
    files = [NewFile(arguments.out / each.name, each.text.encode("utf-8")) for each in memory.sent]
    if not files:
        raise Refusal(
            "cette clé ne se souvient d'aucun fichier à donner",
            f"l'étape suivante est : {next_step(memory)}",
        )
    write_files(files)
    tell_next([file.path for file in files], next_step(memory))
    return 0
