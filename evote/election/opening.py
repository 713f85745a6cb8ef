# SPDX-License-Identifier: AGPL-3.0-or-later
"""Opening: at least t trustees have signed the set-up: docs/protocol.md §7.13, §17.1.

The signatures stand beside the archive until closing, when they enter the board.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.election.reading import SIGNATURES_NAME, binding_on_files
from evote.errors import Refusal, Unreadable
from protocol.board import Board
from protocol.errors import ProtocolError
from protocol.setup_signatures import SetupSignatures
from protocol.trustee_signatures import verify_enough_signatures
from tally.assembly import assemble_setup_signatures
from tally.boards import opened_board
from tally.errors import cite
from tally.files import NewFile, read_file, write_files
from tally.senders import Files

_ON_SERVER: Final = "sur le serveur : evote election start {uuid} setup-signature-*.json"


@dataclass(frozen=True, slots=True)
class Opened:
    """Who signed the set-up and who did not, by name; where the signatures were written."""

    signed: tuple[str, ...]
    missing: tuple[str, ...]
    path: Path


def open_election(archive: Path, files: Files) -> Opened:
    """Write ``setup-signatures.json`` beside the archive: docs/protocol.md §7.13, §17.1.

    Raises:
        Refusal: a signature does not hold or is of another election, or fewer than t signed.
    """
    with opened_board(archive) as board:
        evote = binding_on_files(board, _ON_SERVER)
        names = [member.name for member in evote.ceremony.members]
        statement = board.setup_statement
        signatures = assemble_setup_signatures(board.trustees, statement, files, names)
    present = {signed.trustee for signed in signatures.signatures}
    path = archive.parent / SIGNATURES_NAME
    write_files([NewFile(path, signatures.encode())])
    return Opened(
        signed=tuple(name for i, name in enumerate(names, 1) if i in present),
        missing=tuple(name for i, name in enumerate(names, 1) if i not in present),
        path=path,
    )


def require_signatures(folder: Path) -> Path:
    """Return the file of the set-up signatures, unread.

    Raises:
        Refusal: there is none: the election was not opened.
    """
    path = folder / SIGNATURES_NAME
    if not path.exists():
        raise Refusal(
            "le vote n'a pas été ouvert : il manque les signatures d'ouverture",
            "réunissez celles des membres du bureau, puis evote election open",
        )
    return path


def read_signatures(folder: Path, board: Board) -> SetupSignatures:
    """Return the set-up signatures of this board, verified: docs/protocol.md §7.13.

    Raises:
        Refusal: the election was not opened, or the signatures are not those of its set-up.
    """
    path = require_signatures(folder)
    try:
        signatures = SetupSignatures.decode(read_file(path))
        verify_signatures(board, signatures)
    except ProtocolError as cause:
        raise Unreadable(
            f"« {path} » ne contient pas les signatures d'ouverture de cette élection "
            f"{cite(cause)}",
            "retirez ce fichier et refaites evote election open",
        ) from cause
    return signatures


def verify_signatures(board: Board, signatures: SetupSignatures) -> None:
    """Check that these are at least t valid signatures of this very set-up: §7.13.

    Raises:
        ProtocolError: they are not.
    """
    statement = board.setup_statement
    if (signatures.uuid, signatures.setup_event) != (statement.uuid, statement.setup_event):
        raise ProtocolError("these set-up signatures are of another election", section="17.1")
    parameters = board.trustees.threshold_parameters()
    verify_enough_signatures(parameters, statement, signatures.signatures)
