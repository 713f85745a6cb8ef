# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step 4, ``evote-tally sign``: put all keys together, sign the whole ceremony: §7.9, §7.12."""

import argparse
from pathlib import Path

from tally.console import (
    Subparsers,
    add_command,
    add_keyfile,
    add_out,
    open_key,
    read_messages,
    tell,
    tell_next,
)
from tally.files import NewFile, read_file
from tally.keyfile import save_step
from tally.trustee import sign_ceremony


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "sign",
        run,
        summary="étape 4 : réunir les clés de tous, signer la cérémonie",
        text="Vérifie les clés de tous, les réunit, et signe ce qui s'est passé. Affiche les\n"
        "mots de contrôle, à lire à voix haute : tous les membres doivent avoir les mêmes.",
        example="sign secret-1.key key-*.json",
    )
    add_keyfile(parser)
    parser.add_argument("messages", metavar="CLÉS", type=Path, nargs="+", help="key-*.json de tous")
    add_out(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the keys together and our signature."""
    memory, passphrase = open_key(arguments)
    signed, ceremony = sign_ceremony(memory, read_messages(arguments.messages))
    trustees: Path = arguments.out / "trustees.json"
    path: Path = arguments.out / f"ceremony-{memory.index}.json"
    files = [NewFile(path, ceremony.signature.encode())]
    if not _is_there(trustees, ceremony.trustees):
        files.append(NewFile(trustees, ceremony.trustees))
    tell(
        "Lisez ces MOTS DE CONTRÔLE à voix haute : tous les membres doivent avoir les mêmes.",
        "Sinon, quelqu'un a reçu d'autres fichiers : ne donnez pas votre signature, recommencez.",
        "",
        f"    {ceremony.read_aloud}",
    )
    save_step(arguments.keyfile, signed, passphrase, tuple(files))
    tell_next(
        tuple(file.path for file in files),
        "seulement quand tous les membres ont lu les mêmes mots de contrôle,",
        f"donnez {path.name} et {trustees.name} à l'organisateur ; quand il vous donnera",
        "l'élection prête à ouvrir :",
        f"evote-tally check-setup {arguments.keyfile} ELECTION.bel",
    )
    return 0


def _is_there(path: Path, data: bytes) -> bool:
    # Members who share a folder all write the same bytes under this name.
    return path.is_file() and read_file(path) == data
