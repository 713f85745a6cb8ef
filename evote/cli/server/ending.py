# SPDX-License-Identifier: AGPL-3.0-or-later
"""The end of a vote on a server: closing, the members' decryptions, the result: §11."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Final

from evote.board.record import read_moment, record_archive, record_zip
from evote.cli.inputs import make_folder, read_birth, read_hosted_uuid
from evote.cli.server.opened import Server, server
from evote.cli.server.witnesses import await_witnesses
from evote.database.elections import State
from evote.lifecycle.closing import close_vote, is_early
from evote.lifecycle.counting import (
    Decryptions,
    decryptions_of,
    take_decryptions,
    tally_votes,
)
from evote.lifecycle.states import find_held, found
from evote.lifecycle.voting import SEALED_OR_LATER
from evote.minutes import read_outcome
from tally.console import confirm, read_messages
from tally.count import TieBreak
from tally.files import NewFile, write_files
from tally.french import count

NONE_TAKEN: Final = 1
_EARLY: Final = "Son heure de fermeture n'est pas passée. Clore cette répétition, sans retour ?"


def finish(options: Namespace) -> int:
    """``evote election finish``."""
    uuid = read_hosted_uuid(options.uuid)
    with server() as here:
        if is_early(here.database, uuid, here.clock()):
            confirm(_EARLY, yes=options.yes)
        with here.publisher.around(uuid):
            closed = close_vote(here.database, uuid, here.clock)
    ballots, electors = count(closed.ballots, "bulletin"), count(closed.electors, "électeur")
    print(f"Le vote est clos : {ballots} pour {electors}.")
    if not closed.separated:
        print(
            "Attention : l'ancien journal de la base est encore là (docs/operations.md) ; "
            "evote worker recommencera.",
            file=sys.stderr,
        )
    print(f"Ensuite : evote election record {uuid} DOSSIER.zip, et chaque membre qui dépouille :")
    print("  evote-tally decrypt CLÉ DOSSIER.zip")
    return 0


def decryptions(options: Namespace) -> int:
    """``evote election decryptions``; 1 where files were given and none was worth anything."""
    uuid = read_hosted_uuid(options.uuid)
    files = read_messages(options.files)
    with server() as here:
        known = (
            take_decryptions(here.database, uuid, files)
            if files
            else decryptions_of(here.database, uuid)
        )
    _say(known, uuid)
    return NONE_TAKEN if files and len(known.rejected) == len(files) else 0


def _say(known: Decryptions, uuid: str) -> None:
    for rejected in known.rejected:
        who = f" de {rejected.who}" if rejected.who else ""
        print(f"Mis de côté : « {rejected.label} »{who} : {rejected.reason}")
    print(f"Reçus : {', '.join(known.here) or 'aucun'}. Il en faut {known.needed}.")
    if known.missing:
        print(f"Pas reçus : {', '.join(known.missing)}.")
    if known.are_enough:
        print(f"Ensuite : evote election tally {uuid}")


def tally(options: Namespace) -> int:
    """``evote election tally``."""
    uuid = read_hosted_uuid(options.uuid)
    tie_break = TieBreak(dict(map(read_birth, options.born)), tuple(options.lot))
    with server() as here:
        with here.database.read() as connection:
            published = found(connection, uuid).state in (State.TALLIED, State.ARCHIVED)
        if not published or options.out is None:
            with here.publisher.around(uuid):
                tally_votes(here.database, uuid, here.clock, tie_break)
            print("Le résultat est publié.")
        if options.out is not None:
            _write_outcome(here, uuid, options.out)
    return 0


def _write_outcome(here: Server, uuid: str, folder: Path) -> None:
    make_folder(folder)
    here.publisher.publish_due(uuid)
    await_witnesses(here, uuid)
    files = _record_files(here, uuid)
    write_files([NewFile(folder / name, data, replace=True) for name, data in files.items()])
    outcome = read_outcome(folder)
    write_files(
        [
            NewFile(folder / "result.json", outcome.result, replace=True),
            NewFile(folder / "minutes.txt", outcome.minutes, replace=True),
        ]
    )
    print(outcome.minutes.decode("utf-8"))


def _record_files(here: Server, uuid: str) -> dict[str, bytes]:
    moment = read_moment(here.database, uuid)
    archive = b"".join(record_archive(here.database, moment))
    return {f"{uuid}.bel": archive, **moment.files}


def record(options: Namespace) -> int:
    """``evote election record``."""
    uuid, out = read_hosted_uuid(options.uuid), options.out
    with server() as here:
        what = "son dossier public commence au scellement"
        find_held(here.database, uuid, SEALED_OR_LATER, what)
        here.publisher.publish_due(uuid)
        if out.suffix == ".zip":
            moment = read_moment(here.database, uuid)
            data = b"".join(record_zip(here.database, moment))
            write_files([NewFile(out, data, replace=True)])
        else:
            make_folder(out)
            files = _record_files(here, uuid)
            write_files([NewFile(out / name, data, replace=True) for name, data in files.items()])
    print(f"Dossier public : {out}. Chacun peut le vérifier : evote-audit verify {out}")
    return 0
