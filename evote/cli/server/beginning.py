# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a draft to the opening: docs/protocol.md §7.13, §8.3, §17.4."""

from argparse import Namespace
from pathlib import Path

from evote.cli.hours import question_hours
from evote.cli.inputs import new_folder, read_hosted_uuid, read_roll, read_uuid
from evote.cli.server.opened import Server, server
from evote.election.config import (
    ElectionConfig,
    at_hours,
    decode_config,
    decode_instant,
)
from evote.election.config_writing import CONFIG_NAME, encode_config
from evote.election.reading import find_archive
from evote.election.roll_file import ROLL_NAME
from evote.lifecycle.copying import cancelled_config
from evote.lifecycle.drafting import make_draft
from evote.lifecycle.hosting import SealedFiles, host_election
from evote.lifecycle.voting import open_with_signatures
from evote.roll.model import Elector
from evote.roll.sealing import seal_roll
from evote.web.booth import booth_files
from protocol.encoding import random_base58
from tally.console import ask, read_messages
from tally.files import NewFile, read_file, require_writable, write_files
from tally.french import count

UUID_CHARACTERS = 14
SERVER_NAME = "server.json"


def draft(options: Namespace) -> int:
    """``evote election draft``."""
    config = decode_config(read_file(options.config))
    uuid = read_uuid(options.uuid or random_base58(UUID_CHARACTERS))
    with server() as here:
        _begin(here, uuid, config, options.out)
    _tell_next(uuid, "…", options.out)
    return 0


def copy(options: Namespace) -> int:
    """``evote election copy``."""
    cancelled = read_hosted_uuid(options.uuid)
    uuid = read_uuid(options.new_uuid or random_base58(UUID_CHARACTERS))
    path = options.out / CONFIG_NAME
    with server() as here:
        decided = cancelled_config(here.database, cancelled)
        opens_at = _moment(options.opens_at, "Nouvelle ouverture")
        closes_at = _moment(options.closes_at, "Nouvelle fermeture")
        config = at_hours(decided, opens_at, closes_at)
        _begin(here, uuid, config, options.out, NewFile(path, encode_config(config)))
    lists, seats = count(len(config.lists), "liste"), count(config.seats, "siège")
    print(f"Repris de l'élection annulée {cancelled} : {config.school.name}, {lists}, {seats}.")
    print("Rien d'autre n'en sert : ni son numéro, ni ses clés, ni ses codes.")
    _tell_next(uuid, str(path), options.out)
    return 0


def _moment(typed: str | None, what: str) -> int:
    return decode_instant(typed or ask(f"{what}, comme 2026-10-08T08:00:00+02:00 : "))


def _begin(here: Server, uuid: str, config: ElectionConfig, out: Path, *more: NewFile) -> None:
    """Say the hours, make the draft, and write its files where they can be written."""
    path = out / SERVER_NAME
    with new_folder(out):
        require_writable([path, *(each.path for each in more)])
        question_hours(config.opens_at, config.closes_at, yes=True, clock=here.clock)
        url = here.settings.public_url
        data = make_draft(here.database, here.keys, uuid, config, url, booth_files(uuid))
        write_files([NewFile(path, data), *more])


def _tell_next(uuid: str, config: str, out: Path) -> None:
    path = out / SERVER_NAME
    print(f"Élection {uuid}, en préparation. Pour la sceller : {path}")
    print("Ensuite : codes (evote credentials make), clés (evote-tally certificate), puis")
    print(f"  evote election seal {config} --uuid {uuid} --server {path}")


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
        here.publisher.publish(uuid)
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
    uuid, files = read_hosted_uuid(options.uuid), read_messages(options.signatures)
    with server() as here, here.publisher.around(uuid, at_once=True):
        opened = open_with_signatures(here.database, uuid, files, here.clock)
    print(f"Le vote est ouvert. Ont signé : {', '.join(opened.signed)}.")
    if opened.missing:
        print(f"N'ont pas signé : {', '.join(opened.missing)}.")
    return 0
