# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step 6, ``evote-tally decrypt``: verify the whole vote, then give our part of the count."""

import argparse
import functools
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from protocol.board import Board
from protocol.decryption import OwnedPayload, PartialDecryption
from protocol.encoding import sha256_hex
from protocol.journal_bodies import ClosingSigned
from protocol.journal_state import Hours, JournalState
from tally.boards import is_served, require_own_election
from tally.combine import closing_of
from tally.console import (
    Subparsers,
    add_command,
    add_keyfile,
    add_out,
    ask,
    confirm,
    open_key,
    tell,
    tell_next,
)
from tally.decrypt import decrypt_count, make_decryption_message, require_decryptable
from tally.describe import french_time
from tally.describe_journal import describe_story
from tally.errors import Refusal
from tally.files import NewFile, require_folder, require_writable
from tally.french import count
from tally.keyfile import save_step
from tally.memory import TrusteeMemory
from tally.read_aloud import words_of_hash
from tally.record import Record, opened_record, verify_whole_record

FEW_VOTERS: Final = 5


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "decrypt",
        run,
        summary="étape 6 : après la clôture, vérifier tout et donner votre part du comptage",
        text="Vérifie toute l'urne, bulletin par bulletin, refait le total chiffré, puis calcule\n"
        "votre part du comptage. Aucun bulletin n'est ouvert, seulement leur somme.",
        example="decrypt secret-1.key 3yKpQvX2mBtRwZ.bel",
    )
    add_keyfile(parser)
    parser.add_argument(
        "record",
        metavar="ÉLECTION",
        type=Path,
        help="l'élection close : .bel, ou le .zip (ou dossier) si elle est sur un serveur",
    )
    parser.add_argument(
        "--yes", action="store_true", help="ne demande pas votre accord (sauf à moins de 5 votants)"
    )
    parser.add_argument(
        "--confirm-voters",
        metavar="N",
        type=int,
        help="confirme d'avance qu'il y a N votants (pour un script)",
    )
    add_out(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it now."""
    return run_at(arguments, time.time)


def run_at(arguments: argparse.Namespace, clock: Callable[[], float]) -> int:
    """Verify, show what is about to be counted and at what time, ask, decrypt."""
    require_folder(arguments.out)  # before minutes of verification
    memory, passphrase = open_key(arguments)
    accept = functools.partial(require_own_election, memory)
    with opened_record(arguments.record, accept) as record:
        board = record.board
        own = require_decryptable(memory, record)
        require_writable(_paths(board, own, arguments.out))
        state = verify_whole_record(record)
        closing = None if state is None else closing_of(state)
        tell(*_describe(board), *_describe_journal(record, state))
        tell(*_warn_if_early(board, state, clock()))
        _confirm(board.require_tally().sized.num_tallied, arguments)
        position = None if state is None else state.position
        decrypted, partial = decrypt_count(memory, board, own, journal=position)
        files = _files(memory, board, own, partial, closing, arguments.out)
    save_step(arguments.keyfile, decrypted, passphrase, files)
    tell_next(
        [file.path for file in files], *_following(board, files[0].path.name, arguments.record)
    )
    return 0


def _following(board: Board, name: str, record: Path) -> Iterator[str]:
    if is_served(board.election):
        yield f"donnez {name} à l'organisateur, qui le donne au serveur :"
        yield f"evote election decryptions {board.election.uuid} {name}"
        return
    yield f"donnez {name} à l'organisateur ; avec ceux des autres membres :"
    yield f"evote-tally combine {record} decryption-*.json"


def _describe(board: Board) -> Iterator[str]:
    evote, tally = board.election.evote, board.require_tally()
    electors = len(board.credentials) if evote is None else evote.electors
    voters = count(tally.sized.num_tallied, "votant")
    yield f"L'urne est juste : {voters} sur {count(electors, 'électeur')}."
    yield "Lisez ces MOTS DE CONTRÔLE aux autres membres : tous doivent compter la même urne."
    yield ""
    yield f"    {words_of_hash(tally.event_hash)}"
    yield ""


def _describe_journal(record: Record, state: JournalState | None) -> Iterator[str]:
    if state is None or record.journal is None:
        return
    yield from describe_story(state, record.journal.entries)
    yield "En donnant votre part, vous signez aussi cette clôture et ce journal."
    yield ""


def _warn_if_early(board: Board, state: JournalState | None, now: float) -> Iterator[str]:
    evote = board.election.evote
    if evote is None:
        return
    # An amendment may have moved the hours; a journal says which are in force.
    sealed = Hours(evote.opens_at, evote.closes_at, evote.grace_seconds)
    hours = sealed if state is None else state.hours
    if now >= hours.closes_at + hours.grace_seconds:
        return
    yield f"ATTENTION : le vote devait durer jusqu'au {french_time(hours.closes_at)}, et il est"
    yield f"{french_time(int(now))} d'après cet ordinateur. L'urne a été close trop tôt, ou"
    yield "l'horloge est fausse. Ne donnez pas votre part avant d'en avoir parlé avec les autres."


def _confirm(voters: int, arguments: argparse.Namespace) -> None:
    announced: int | None = arguments.confirm_voters
    if announced is not None:
        if announced != voters:
            raise Refusal(
                f"il y a {count(voters, 'votant')}, pas {announced} : rien n'a été écrit",
                "voyez d'où vient l'écart avec le bureau avant de relancer",
            )
        return
    if voters >= FEW_VOTERS:
        confirm("Donner votre part du comptage ?", yes=arguments.yes)
        return
    tell(
        "Attention : avec si peu de votants, le résultat peut révéler le choix de chacun.",
        "Continuez seulement si le bureau l'a décidé.",
    )
    if ask("Tapez le nombre de votants pour continuer : ") != str(voters):
        raise Refusal(
            "ce n'est pas le nombre de votants : rien n'a été écrit",
            "décidez avec le bureau, puis relancez et tapez le nombre affiché",
        )


def _paths(board: Board, own: int, folder: Path) -> tuple[Path, ...]:
    kinds = ("decryption",) if board.is_preau else ("decryption", "owned")
    return tuple(folder / f"{kind}-{own}.json" for kind in kinds)


def _files(
    memory: TrusteeMemory,
    board: Board,
    own: int,
    partial: PartialDecryption,
    closing: ClosingSigned | None,
    folder: Path,
) -> tuple[NewFile, ...]:
    paths, data = _paths(board, own, folder), partial.encode()
    if not board.is_preau:
        owned = OwnedPayload(own, sha256_hex(data)).encode()
        return NewFile(paths[0], data), NewFile(paths[1], owned)
    message = make_decryption_message(memory, board, partial, closing)
    return (NewFile(paths[0], message.encode()),)
