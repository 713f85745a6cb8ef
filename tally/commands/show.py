# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally show``: what a key file says in clear, without its words: §7.14."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from protocol.certificates import MAX_TRUSTEES
from protocol.encoding import Fields, verify_uuid
from protocol.errors import ProtocolError
from tally.console import Subparsers, add_command, tell
from tally.errors import Unreadable
from tally.keyfile import read_public_header
from tally.messages import fingerprint_text
from tally.sealing import Members

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
    try:
        lines = list(_describe(read_public_header(arguments.keyfile)))
    except ProtocolError as cause:
        raise Unreadable("l'en-tête de la clé secrète est abîmé ou modifié") from cause
    tell(*lines, "Ceci est écrit en clair : seuls vos mots prouvent que c'est vrai.")
    return 0


def _describe(header: Members) -> Iterator[str]:
    fields = Fields(header, where="header", section="7.14")
    uuid, index = fields.text("uuid"), fields.integer("index", 1, MAX_TRUSTEES)
    verify_uuid(uuid, longest=None)
    yield f"Élection  : {uuid}"
    yield f"Membre    : n° {index}"
    step = fields.text("step")
    if step not in _STEPS:
        raise fields.error("has an unknown step")
    yield f"État      : {_STEPS[step]}"
    if fields.has("fingerprint"):
        yield f"Empreinte : {fingerprint_text(fields)}"
    fields.finish()
