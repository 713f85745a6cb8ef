# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step 2, ``evote-tally polynomial``: keep the certificates of all, deal the shares: §7.6."""

import argparse
from pathlib import Path

from protocol.first_message import FirstMessage
from tally import peer_ceremony
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
from tally.files import NewFile
from tally.keyfile import save_step
from tally.memory import Profile
from tally.trustee import deal


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "polynomial",
        run,
        summary="étape 2 : vérifier les certificats de tous, partager votre clé",
        text="Vérifie les certificats de tous les membres, les garde, et prépare pour chacun une\n"
        "part de votre clé. Ces parts sont chiffrées : le fichier peut circuler.",
        example="polynomial secret-1.key certificate-*.json",
    )
    add_keyfile(parser)
    parser.add_argument(
        "messages", metavar="CERTIFICAT", type=Path, nargs="*", help="certificate-*.json de tous"
    )
    parser.add_argument(
        "--certs", metavar="FICHIER", type=Path, help="certs.jsons (cérémonie de Belenios)"
    )
    add_out(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check the certificates, write our shares."""
    memory, passphrase = open_key(arguments)
    if memory.profile is Profile.BELENIOS:
        dealt, message = peer_ceremony.deal(memory, peer_ceremony.read_certs(arguments.certs))
    else:
        dealt, message = deal(memory, read_messages(arguments.messages))
    path: Path = arguments.out / f"polynomial-{memory.index}.json"
    save_step(arguments.keyfile, dealt, passphrase, (NewFile(path, message),))
    if memory.profile is Profile.PREAU:
        _show_members(dealt.certificates)
    tell_next(
        (path,),
        f"donnez {path.name} à tous les membres ; quand vous aurez celui de chacun :",
        f"evote-tally key {arguments.keyfile} polynomial-*.json",
    )
    return 0


def _show_members(certificates: tuple[str, ...]) -> None:
    tell("Les certificats sont valables. Les membres, dans l'ordre de leurs numéros :")
    for index, text in enumerate(certificates, 1):
        first = FirstMessage.decode(text.encode("utf-8"))
        tell(f"  {index}. {first.name}, {first.role}")
