# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote election seal``: from settled files to the archive with its ``Setup``: §8, §10.2."""

import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from evote.cli.hours import question_hours
from evote.cli.inputs import make_folder, read_as, read_roll, read_uuid
from evote.cli.parser import Group
from evote.cli.words import printable
from evote.credentials.files import decode_reserves
from evote.election.config import ElectionConfig, decode_config
from evote.election.reading import RECORD_NAME
from evote.election.roll_file import ROLL_NAME, encode_sealed_roll
from evote.election.sealing import SetUp, read_ceremony, seal_election
from evote.errors import Refusal
from evote.roll.sealing import SealedRoll, commit_to_roll, new_salt, seal_roll
from protocol.group import Element
from protocol.public_credentials import PublicCredentials
from protocol.server_binding import ServerBinding, decode_server_file
from tally.console import read_messages
from tally.describe import describe_witnesses
from tally.files import NewFile, read_file, write_files
from tally.french import count

_EPILOG = """\
fichiers écrits dans le dossier :
  record/NUMÉRO.bel    l'archive publique de l'élection, à remettre à chaque membre du bureau
  roll-sealed.json     la liste électorale scellée : elle porte des noms et reste à l'école

La configuration est décrite dans docs/schemas/election-config.schema.json. Elle peut nommer des
témoins (« witnesses ») : ceux qui, ailleurs, signeront l'état de l'urne et du journal.

Avec --server, l'élection se tiendra sur un serveur, qui en fera respecter les heures : celles qui
sont inhabituelles (midi, minuit, un dimanche…) sont dites, et il faut --yes pour sceller."""


def add_to(commands: Group) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "seal",
        help="tout vérifier et sceller l'élection",
        description="Vérifier la configuration, la liste, les codes et les clés, et tout sceller.",
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add("config", type=Path, metavar="CONFIG.json", help="ce que l'école a décidé")
    add("--uuid", required=True, metavar="NUMÉRO", help="numéro de l'élection")
    add("--roll", required=True, type=Path, metavar="LISTE.csv", help="l'export ONDE")
    add("--settled", action="store_true", help="les points de la liste ont été examinés")
    add("--credentials", required=True, type=Path, metavar="F", help="public-credentials.json")
    add("--reserves", required=True, type=Path, metavar="F", help="reserves.json")
    add("--trustees", required=True, type=Path, metavar="F", help="trustees.json")
    add("--certificates", required=True, nargs="+", type=Path, metavar="F", help="certificate-*")
    add("--ceremony", required=True, nargs="+", type=Path, metavar="F", help="ceremony-*")
    add("--server", type=Path, metavar="F", help="server.json, pour voter sur ce serveur")
    add("--out", required=True, type=Path, metavar="DOSSIER", help="où écrire")
    add("--yes", action="store_true", help="sceller même si les heures sont inhabituelles")
    parser.set_defaults(run=_seal)


def _seal(options: Namespace) -> int:
    uuid = read_uuid(options.uuid)
    config = decode_config(read_file(options.config))
    server = None if options.server is None else _read_server(options.server, uuid)
    if server is not None:
        question_hours(config.opens_at, config.closes_at, yes=options.yes)
    roll = seal_roll(read_roll(options.roll, settled=options.settled).electors)
    salt = new_salt()
    setup = _gather(options, uuid, config, roll, commit_to_roll(roll, salt))
    setup = replace(setup, server=server)
    archive = seal_election(setup, int(time.time()))
    record = options.out / RECORD_NAME
    make_folder(record)
    sealed = encode_sealed_roll(uuid, setup.roll_commitment, salt, roll.canonical())
    write_files(
        [
            NewFile(record / f"{uuid}.bel", archive),
            NewFile(options.out / ROLL_NAME, sealed, secret=True),
        ]
    )
    _show(config, setup, record / f"{uuid}.bel")
    return 0


def _gather(
    options: Namespace, uuid: str, config: ElectionConfig, roll: SealedRoll, commitment: str
) -> SetUp:
    trustees = read_file(options.trustees)
    ceremony = read_ceremony(
        uuid, trustees, read_messages(options.certificates), read_messages(options.ceremony)
    )
    return SetUp(
        uuid=uuid,
        config=config,
        electors=len(roll.electors),
        roll_commitment=commitment,
        credentials=read_as(
            options.credentials, PublicCredentials.decode, "une liste de codes publics"
        ),
        reserves=_read_reserves(options.reserves, uuid, roll),
        trustees_bytes=trustees,
        ceremony=ceremony,
    )


def _read_server(path: Path, uuid: str) -> ServerBinding:
    named, server = read_as(path, decode_server_file, "le fichier server.json d'un serveur")
    if named != uuid:
        raise Refusal(
            f"ce server.json est celui de l'élection {named}, pas de {uuid}",
            "donnez celui que evote election draft a écrit pour cette élection",
        )
    return server


def _read_reserves(path: Path, uuid: str, roll: SealedRoll) -> tuple[Element, ...]:
    reserves = read_as(path, decode_reserves, "la liste des codes de réserve")
    if reserves.uuid != uuid:
        raise Refusal(
            f"les codes de réserve sont ceux de l'élection {printable(reserves.uuid)}, "
            f"pas de {uuid}",
            "donnez les fichiers faits par evote credentials make pour cette élection",
        )
    if reserves.roll_sha256 != roll.digest():
        raise Refusal(
            "les codes ont été faits pour une autre liste électorale que celle-ci",
            "scellez avec la liste qui a servi aux codes, ou refaites codes et lettres "
            "avec evote credentials make",
        )
    return reserves.keys


def _show(config: ElectionConfig, setup: SetUp, path: Path) -> None:
    print(f"L'élection {setup.uuid} est scellée : {count(setup.electors, 'électeur')},")
    print(f"{count(len(config.lists), 'liste')}, {count(config.seats, 'siège')} à pourvoir.")
    if setup.server is not None:
        print(f"Elle se tiendra sur le serveur {setup.server.host}.")
    if config.witnesses is not None:
        print(f"Témoins : {printable(describe_witnesses(config.witnesses), 2000)}.")
    if config.rehearsal:
        print("C'est une répétition : son résultat n'élit personne.")
    print(f"Archive : {path}")
    print("Ensuite : chaque membre du bureau la vérifie et la signe (evote-tally check-setup).")
