# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally paper``: the key in sixteen groups, to copy by hand: §7.15."""

import argparse

from tally.console import Subparsers, add_command, add_keyfile, open_key, tell
from tally.errors import Refusal
from tally.paper import PaperKey, encode_paper
from tally.steps import next_step


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "paper",
        run,
        summary="afficher une copie de votre clé, à recopier sur papier",
        text="Affiche votre clé en seize groupes de sept caractères. Qui les lit peut compter à\n"
        "votre place : recopiez-les à la main, sous enveloppe fermée, loin de l'ordinateur.",
        example="paper secret-1.key",
    )
    add_keyfile(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show the copy."""
    memory, _ = open_key(arguments)
    if memory.decryption_key is None:
        raise Refusal(
            "il est trop tôt : votre clé de comptage n'existe pas encore",
            f"l'étape suivante est : {next_step(memory)}",
        )
    lines = encode_paper(
        PaperKey(memory.index, memory.seed, memory.decryption_key), memory.uuid
    ).reveal()
    tell(
        "COPIE DE SECOURS D'UNE CLÉ DE COMPTAGE – SECRET",
        f"Élection : {memory.uuid}",
        f"Membre n° {memory.index} {memory.name}".rstrip(),
        "",
        *(f"    {line}" for line in lines),
        "",
        "Le dernier caractère de chaque groupe permet de trouver une faute de copie.",
        "Pour la relire : evote-tally restore --uuid … --archive …",
    )
    return 0
