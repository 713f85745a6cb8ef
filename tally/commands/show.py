# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally show``: what a key file says in clear, without its words: §7.14."""

import argparse
from pathlib import Path

from tally.console import Subparsers, add_command, tell
from tally.keyfile import read_public_header

_STEPS = {
    "certificate": "étape 1 faite (certificat)",
    "polynomial": "étape 2 faite (parts données)",
    "key": "étape 3 faite (clé de comptage fabriquée)",
    "sealed": "liée à l'élection, prête pour le comptage",
}


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "show",
        run,
        summary="dire ce qu'est un fichier de clé, sans l'ouvrir",
        text="Dit de quelle élection et de quel membre est un fichier de clé, et à quelle étape\n"
        "il en est. Ne demande pas les six mots et ne montre rien de secret.",
        example="show secret-1.key",
    )
    parser.add_argument("keyfile", metavar="CLÉ", type=Path, help="un fichier de clé secrète")


def run(arguments: argparse.Namespace) -> int:
    """Show the header."""
    header = read_public_header(arguments.keyfile)
    step = str(header.get("step"))
    tell(
        f"Élection  : {header.get('uuid')}",
        f"Membre    : n° {header.get('index')}",
        f"État      : {_STEPS.get(step, step)}",
    )
    if "fingerprint" in header:
        tell(f"Empreinte : {header['fingerprint']}")
    return 0
