# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step 3, ``evote-tally key``: check every share received, make the decryption key: §7.7, §7.8."""

import argparse
from pathlib import Path

from tally import peer_ceremony
from tally.console import (
    Subparsers,
    add_command,
    add_keyfile,
    add_out,
    open_key,
    read_messages,
    tell_next,
)
from tally.files import NewFile
from tally.keyfile import save_step
from tally.memory import Profile
from tally.trustee import receive_shares


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "key",
        run,
        summary="étape 3 : vérifier les parts reçues, fabriquer votre clé de comptage",
        text="Vérifie la part que chaque membre vous a donnée et en fait votre clé de comptage.\n"
        "Si une part est fausse, dit de qui elle vient.",
        example="key secret-1.key polynomial-*.json",
    )
    add_keyfile(parser)
    parser.add_argument(
        "messages", metavar="PARTS", type=Path, nargs="*", help="polynomial-*.json de tous"
    )
    parser.add_argument(
        "--certs", metavar="FICHIER", type=Path, help="certs.jsons (cérémonie de Belenios)"
    )
    parser.add_argument(
        "--vinput", metavar="FICHIER", type=Path, help="votre .vinput (cérémonie de Belenios)"
    )
    add_out(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check the shares, write our public key."""
    memory, passphrase = open_key(arguments)
    path: Path = arguments.out / f"key-{memory.index}.json"
    if memory.profile is Profile.BELENIOS:
        certs = peer_ceremony.read_certs(arguments.certs)
        vinput = peer_ceremony.read_vinput(arguments.vinput)
        received, message = peer_ceremony.receive_shares(memory, certs, vinput)
        following = "donnez-le à l'organisateur ; quand l'élection est prête : check-setup"
    else:
        received, message = receive_shares(memory, read_messages(arguments.messages))
        following = f"evote-tally sign {arguments.keyfile} key-*.json"
    save_step(arguments.keyfile, received, passphrase, (NewFile(path, message),))
    tell_next(
        (path,),
        f"donnez {path.name} à tous les membres ; quand vous aurez celui de chacun :"
        if memory.profile is Profile.PREAU
        else f"donnez {path.name} à l'organisateur, puis :",
        following,
        "et, dès maintenant, une copie de secours à recopier sur papier :",
        f"evote-tally paper {arguments.keyfile}",
    )
    return 0
