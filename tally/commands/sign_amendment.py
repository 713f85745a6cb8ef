# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-tally sign-amendment``: read what is to change after the sealing, and sign it: §19.4."""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from protocol.errors import ProtocolError
from tally.amendment_check import require_amendable, require_next_amendment, sign_amendment
from tally.amendments import AmendmentMessage
from tally.boards import require_own_election
from tally.console import (
    Subparsers,
    add_command,
    add_keyfile,
    add_out,
    confirm,
    open_key,
    tell,
    tell_next,
)
from tally.describe_journal import describe_amendment
from tally.errors import Unreadable, cite
from tally.files import NewFile, read_file
from tally.keyfile import save_step
from tally.messages import name_kind
from tally.record import opened_record, verify_whole_record


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "sign-amendment",
        run,
        summary="lire et signer un changement d'horaires ou de page de vote",
        text="Vérifie l'élection et son journal, montre ce que le changement demandé remplace et\n"
        "par quoi, demande votre accord et signe. Il faut les signatures de t membres.",
        example="sign-amendment secret-1.key amendment.json ELECTION.zip",
    )
    add_keyfile(parser)
    parser.add_argument(
        "amendment", metavar="CHANGEMENT", type=Path, help="amendment.json, de l'organisateur"
    )
    parser.add_argument(
        "record", metavar="DOSSIER", type=Path, help="le dossier de l'élection (dossier ou .zip)"
    )
    parser.add_argument("--yes", action="store_true", help="ne demande pas votre accord")
    add_out(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it now."""
    return run_at(arguments, time.time)


def run_at(arguments: argparse.Namespace, clock: Callable[[], float]) -> int:
    """Check, show what changes, ask, sign."""
    message = _read(arguments.amendment)
    memory, passphrase = open_key(arguments)
    accept = partial(require_own_election, memory)
    with opened_record(arguments.record, accept) as record:
        require_amendable(memory, record)
        state = verify_whole_record(record)
        if state is None:
            raise RuntimeError("an amendable record has a journal")
        require_next_amendment(message, record, state, int(clock()))
        tell("L'élection et son journal sont justes. Voici ce qui changerait :", "")
        tell(*describe_amendment(state, message.body), "")
        confirm("Voulez-vous ce changement ?", yes=arguments.yes)
        signed = sign_amendment(memory, message)
        remembered = replace(memory, seen=record.seen)
    path = arguments.out / f"amendment-{message.body.amendment}-signature-{memory.index}.json"
    file = NewFile(path, signed.encode())
    save_step(arguments.keyfile, remembered, passphrase, (file,))
    tell_next([path], f"donnez {path.name} à l'organisateur")
    return 0


def _read(path: Path) -> AmendmentMessage:
    data = read_file(path)
    try:
        return AmendmentMessage.decode(data)
    except ProtocolError as cause:
        kind = name_kind(data)
        found = f"est {kind}, pas" if kind else "n'est pas lisible comme"
        raise Unreadable(
            f"« {path} » {found} un changement à signer {cite(cause)}",
            "donnez le fichier amendment.json de l'organisateur, tel quel",
        ) from cause
