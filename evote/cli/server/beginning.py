# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a draft to the opening: docs/protocol.md §7.13, §8.3, §17.4."""

from argparse import Namespace
from pathlib import Path

from evote.cli.hours import question_hours
from evote.cli.inputs import make_folder, read_roll, read_uuid
from evote.cli.server.opened import server
from evote.election.config import decode_config
from evote.election.reading import find_archive
from evote.election.roll_file import ROLL_NAME
from evote.lifecycle.boards import hosted_board
from evote.lifecycle.drafting import make_draft
from evote.lifecycle.hosting import SealedFiles, host_election
from evote.lifecycle.states import found
from evote.lifecycle.voting import open_vote
from evote.roll.model import Elector
from evote.roll.sealing import seal_roll
from evote.web.booth import booth_files
from protocol.encoding import random_base58
from tally.assembly import assemble_setup_signatures
from tally.boards import member_names
from tally.console import read_messages
from tally.files import NewFile, read_file, write_files

UUID_CHARACTERS = 14
SERVER_NAME = "server.json"


def draft(options: Namespace) -> int:
    """``evote election draft``."""
    config = decode_config(read_file(options.config))
    uuid = read_uuid(options.uuid or random_base58(UUID_CHARACTERS))
    make_folder(options.out)
    path = options.out / SERVER_NAME
    with server() as here:
        question_hours(config.opens_at, config.closes_at, yes=True, clock=here.clock)
        url = here.settings.public_url
        data = make_draft(here.database, here.keys, uuid, config, url, booth_files(uuid))
    write_files([NewFile(path, data)])
    print(f"Élection {uuid}, en préparation. Pour la sceller : {path}")
    print("Ensuite : codes (evote credentials make), clés (evote-tally certificate), puis")
    print(f"  evote election seal … --uuid {uuid} --server {path}")
    return 0


def host(options: Namespace) -> int:
    """``evote election host``."""
    archive = find_archive(options.folder)
    roll = archive.parent.parent / ROLL_NAME if options.roll is None else options.roll
    files = SealedFiles(
        archive=read_file(archive, limit=2**30),
        sign_in_numbers=read_file(options.sign_ins),
        sealed_roll=read_file(roll),
        electors=_electors(options.electors),
    )
    with server() as here:
        uuid = host_election(here.database, here.keys, files, here.clock)
    print(f"L'élection {uuid} est sur le serveur, scellée. Son journal commence.")
    print(
        f"Ensuite : evote pins make {uuid}, puis evote election start {uuid} avec les signatures."
    )
    return 0


def _electors(path: Path | None) -> tuple[Elector, ...]:
    if path is None:
        return ()
    return seal_roll(read_roll(path, settled=True).electors).electors


def start(options: Namespace) -> int:
    """``evote election start``."""
    uuid, files = read_uuid(options.uuid), read_messages(options.signatures)
    with server() as here:
        with here.database.read() as connection:
            found(connection, uuid)
        with hosted_board(here.database, uuid, until=0) as board:
            names = member_names(board)
            signatures = assemble_setup_signatures(
                board.trustees, board.setup_statement, files, names
            )
        open_vote(here.database, uuid, signatures.encode(), here.clock)
    signed = {each.trustee for each in signatures.signatures}
    print("Le vote est ouvert. Ont signé :", _names(names, signed))
    missing = set(range(1, len(names) + 1)) - signed
    if missing:
        print("N'ont pas signé :", _names(names, missing))
    return 0


def _names(names: tuple[str, ...], numbers: set[int]) -> str:
    return ", ".join(name for i, name in enumerate(names, 1) if i in numbers) + "."
