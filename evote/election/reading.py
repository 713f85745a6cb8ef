# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding the archive of an election in its folder, and what ours bind: §8.3, §17.1.

docs/protocol.md §10 is read by ``tally.boards.opened_board``, for trustees and organiser alike.
"""

from pathlib import Path
from typing import Final

from evote.errors import Refusal, Unreadable
from protocol.bindings import EvoteBinding
from protocol.board import Board

RECORD_NAME: Final = "record"
SIGNATURES_NAME: Final = "setup-signatures.json"
_ADVICE: Final = "donnez le fichier .bel fait par « evote election seal », ou son dossier"


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
