# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading an archive for a trustee: another file, a wrong one, or whose it is: §10, §16."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from protocol.archive_members import FIRST_NAME
from protocol.blame import TrusteeFault
from protocol.board import Accept, Board, read_board
from protocol.board_checks import verify_board
from protocol.election import Election
from protocol.errors import ProtocolError, UnsupportedError
from protocol.group import generator_power
from protocol.pki import derive_keys
from protocol.voutput import VerificationKey
from tally.archive_lock import WHICH_FILE
from tally.count import verify_seats
from tally.errors import Refusal, Unreadable, cite, refuse
from tally.files import open_regular
from tally.french import reason
from tally.memory import Profile, TrusteeMemory
from tally.senders import call_member
from tally.subjects import subject

Progress = Callable[[int], None]

SHOW_EVERY_SECONDS: Final = 0.2
LONG_WORK: Final = 200
ALERT: Final = (
    "n'allez pas plus loin et prévenez les autres membres du bureau ; evote-audit verify dit en "
    "détail ce qui ne va pas dans l'archive"
)


@contextmanager
def opened_board(path: Path, accept: Accept | None = None) -> Iterator[Board]:
    """Read an archive's structure and give its board, whose ballots are read when asked for.

    Args:
        path: of the archive.
        accept: looks at the election before long work begins, and raises to refuse it.

    Raises:
        Unreadable: no archive at all, or of a kind that is not supported.
        Refusal: an archive in which something is wrong.
    """
    try:
        stream = open_regular(path)
    except FileNotFoundError as cause:
        raise Unreadable(f"le fichier « {path} » n'existe pas", WHICH_FILE) from cause
    except OSError as cause:
        raise Unreadable(f"impossible de lire « {path} » ({reason(cause)})", WHICH_FILE) from cause
    with stream:
        yield board_of(stream, path, accept)


def board_of(stream: BinaryIO, path: Path, accept: Accept | None = None) -> Board:
    """Read an archive's structure from an open stream, as ``opened_board`` does."""
    if not stream.read(len(FIRST_NAME) + 1) == FIRST_NAME.encode("ascii") + b"\0":
        raise Unreadable(f"« {path} » n'est pas l'archive d'une élection", WHICH_FILE)
    stream.seek(0)
    try:
        return read_board(stream, accept=accept)
    except UnsupportedError as cause:
        raise Unreadable(
            f"« {path} » est une élection d'un genre que ce programme ne connaît pas {cite(cause)}",
            "prenez une version plus récente de ce programme, ou celui qui a fait l'élection",
        ) from cause
    except ProtocolError as cause:
        raise refuse(f"l'archive « {path} » est abîmée ou modifiée", cause, ALERT) from cause


def is_served(election: Election) -> bool:
    """Tell whether the election is of version 2, held on a server, with a journal: §8.3."""
    return election.evote is not None and election.evote.server is not None


def verify_whole_board(board: Board) -> None:
    """Check everything that the archive can show, seats too, with progress on long work: §16.

    Raises:
        Refusal: anything in it is wrong.
    """
    try:
        verify_board(board, progress=_progress(board.ballot_count))
        if board.election.evote is not None and board.result is not None:
            verify_seats(board.election.evote, board.result)
    except TrusteeFault as fault:
        who = call_member(fault.trustee, member_names(board))
        sentence = f"l'archive n'est pas valable : ce qui vient de {who} ne l'est pas"
        raise refuse(sentence, fault, ALERT) from fault
    except ProtocolError as cause:
        raise refuse(f"l'archive n'est pas valable : {subject(cause)}", cause, ALERT) from cause
    finally:
        _clear_line()


def require_uuid(election: Election, uuid: str) -> None:
    """Refuse an archive of another election than ``uuid``: §8.2."""
    if election.uuid != uuid:
        raise Refusal(
            f"cette archive est celle d'une autre élection ({election.uuid}) ; "
            f"votre clé est celle de {uuid}",
            "prenez l'archive et la clé de la même élection (evote-tally show dit de laquelle est "
            "une clé)",
        )


def require_own_election(memory: TrusteeMemory, election: Election) -> None:
    """Refuse an archive of an election for which this key was not made: §7.14."""
    require_uuid(election, memory.uuid)
    if election.is_preau != (memory.profile is Profile.PREAU):
        raise Refusal(
            "cette archive et votre clé ne sont pas du même genre : l'une est de Préau, l'autre de "
            "Belenios",
            "demandez à l'organisateur l'archive de l'élection pour laquelle votre clé a été faite",
        )
    if memory.fingerprint is not None and election.fingerprint != memory.fingerprint:
        raise Refusal(
            "cette archive porte le même identifiant que votre élection, mais ce n'est pas celle "
            "que vous avez vérifiée",
            ALERT,
        )


def own_number(memory: TrusteeMemory, board: Board) -> int:
    """Return our number among the trustees, after checking that our key stands there: §7.13.

    In our elections it is the number of the key file; elsewhere the place of our public key.
    """
    if memory.decryption_key is None:
        raise Refusal(
            "votre clé de comptage n'existe pas encore",
            "finissez d'abord la cérémonie ; evote-tally show dit l'étape suivante",
        )
    own = generator_power(memory.decryption_key.reveal())
    keys = board.trustees.keys
    if not board.is_preau:
        if own not in keys:
            raise Refusal("votre clé n'est pas parmi celles de cette élection", ALERT)
        return keys.index(own) + 1
    certificates = board.trustees.threshold_parameters().certificates
    derived = derive_keys(memory.seed)
    if memory.index > len(keys) or (
        keys[memory.index - 1],
        certificates[memory.index - 1].verification_key,
        certificates[memory.index - 1].encryption_key,
    ) != (own, derived.verification_key, derived.encryption_key):
        raise Refusal(f"votre clé n'est pas au numéro {memory.index} de cette élection", ALERT)
    return memory.index


def member_names(board: Board) -> tuple[str, ...]:
    """Return the trustees' names in order, empty where the election does not say them."""
    if board.election.evote is not None:
        return tuple(member.name for member in board.election.evote.ceremony.members)
    return tuple(
        key.name or ""
        for item in board.trustees.items
        for key in ((item,) if isinstance(item, VerificationKey) else item.verification_keys)
    )


def _progress(total: int) -> Progress | None:
    if total < LONG_WORK or not sys.stderr.isatty():
        return None
    last = 0.0

    def show(done: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= SHOW_EVERY_SECONDS or done == total:
            last = now
            percent = 100 * done // total
            print(f"\rVérification des bulletins : {percent} %", end="", file=sys.stderr)

    return show


def _clear_line() -> None:
    if sys.stderr.isatty():
        print("\r" + " " * 50 + "\r", end="", file=sys.stderr)
