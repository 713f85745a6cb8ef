# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding the archive of an election in its folder, and what ours bind: §8.3, §17.1.

docs/protocol.md §10 is read by ``tally.boards.opened_board``, for trustees and organiser alike.
"""

from pathlib import Path
from typing import Final

from evote.errors import Refusal, Unreadable
from protocol.bindings import EvoteBinding
from protocol.board import Board
from tally.boards import is_served

RECORD_NAME: Final = "record"
SIGNATURES_NAME: Final = "setup-signatures.json"
_ADVICE: Final = "donnez le fichier .bel fait par « evote election seal », ou son dossier"


class OnServer(Refusal):
    """Only the server of an election of version 2 adds to its board: §8.3, §19."""


def find_archive(path: Path) -> Path:
    """Return the archive itself: the file given, or the only ``*.bel`` of the folder given.

    A folder without archive but with a folder ``record`` stands for that one.

    Raises:
        Unreadable: there is none, or more than one.
    """
    if not path.exists():
        raise Unreadable(f"« {path} » n'existe pas", _ADVICE)
    if not path.is_dir():
        return path
    found = sorted(path.glob("*.bel")) or sorted((path / RECORD_NAME).glob("*.bel"))
    if len(found) != 1:
        what = "aucune archive .bel" if not found else "plusieurs archives .bel"
        raise Unreadable(f"le dossier « {path} » contient {what}", _ADVICE)
    return found[0]


def preau_binding(board: Board) -> EvoteBinding:
    """Return what our elections bind: §8.3.

    Raises:
        Refusal: this election was not made by us.
    """
    if board.election.evote is None:
        raise Refusal(
            "cette élection n'a pas été faite avec Préau", "utilisez le logiciel qui l'a faite"
        )
    return board.election.evote


def binding_on_files(board: Board, on_server: str) -> EvoteBinding:
    """Return what our elections bind, of one that is held on files.

    Args:
        board: of the archive that a command is about to add to.
        on_server: what is done instead where a server holds the election.

    Raises:
        OnServer: it is of version 2.
        Refusal: it was not made by us.
    """
    if is_served(board.election):
        raise OnServer(
            "cette élection est tenue par un serveur : rien ne s'ajoute à une copie de son urne",
            on_server.format(uuid=board.election.uuid),
        )
    return preau_binding(board)
