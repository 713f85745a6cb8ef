# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step 1, ``evote-tally certificate``: a new key, and the message that announces it: §7.4."""

import argparse
from pathlib import Path

from tally import peer_ceremony
from tally.console import Subparsers, add_command, add_out, add_passphrase, tell, tell_next
from tally.errors import Refusal
from tally.files import NewFile, require_writable
from tally.joining import begin
from tally.keyfile import save_step
from tally.passphrase import PassphraseSource


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "certificate",
        run,
        summary="étape 1 : fabriquer votre clé et votre certificat",
        text="Fabrique votre clé secrète, fermée par une phrase secrète, et votre certificat.\n"
        "Chaque membre du bureau le fait sur son propre ordinateur.",
        example="certificate --uuid 3yKpQvX2mBtRwZ --index 1 --of 3 --threshold 2 \\\n"
        '      --name "Aïcha Ben Ali" --role "directrice"',
    )
    parser.add_argument("--uuid", required=True, metavar="U", help="l'identifiant de l'élection")
    parser.add_argument("--index", required=True, type=int, metavar="I", help="votre numéro")
    parser.add_argument("--of", required=True, type=int, metavar="N", help="combien de membres")
    parser.add_argument(
        "--threshold", required=True, type=int, metavar="T", help="combien suffisent au comptage"
    )
    parser.add_argument(
        "--name", default="", metavar="NOM", help="votre nom, tel qu'il sera publié"
    )
    parser.add_argument("--role", default="", metavar="RÔLE", help="votre rôle dans le bureau")
    parser.add_argument(
        "--belenios", action="store_true", help="pour une cérémonie menée avec l'outil de Belenios"
    )
    add_out(parser)
    add_passphrase(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the key file and the certificate."""
    folder: Path = arguments.out
    context = {
        "uuid": arguments.uuid,
        "size": arguments.of,
        "threshold": arguments.threshold,
        "index": arguments.index,
    }
    if arguments.belenios:
        memory, message = peer_ceremony.begin(**context)
    elif not (arguments.name and arguments.role):
        raise Refusal("il faut votre nom et votre rôle", 'ajoutez --name "…" --role "…"')
    else:
        memory, message = begin(name=arguments.name, role=arguments.role, **context)
    keyfile = folder / f"secret-{memory.index}.key"
    certificate = folder / f"certificate-{memory.index}.json"
    require_writable((keyfile, certificate))
    passphrase = PassphraseSource(arguments.passphrase_file).new()
    save_step(keyfile, memory, passphrase, (NewFile(certificate, message),), new=True)
    if memory.threshold == memory.size:
        tell(
            "Attention : tous les membres seront indispensables au comptage. Si un seul perd sa",
            "clé, personne ne pourra jamais compter les votes.",
        )
    tell_next(
        (keyfile, certificate),
        f"donnez {certificate.name} à tous les membres, et gardez {keyfile.name} pour vous ;",
        "quand vous aurez le certificat de chacun :",
        f"evote-tally polynomial {keyfile} certificate-*.json",
    )
    return 0
