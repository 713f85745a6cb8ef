# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file of SQLite that is not there, or has nothing in it, and what lies where it should be."""

from pathlib import Path
from typing import Final

from evote.database.left_over import LeftOver, is_absent_or_empty, require_nothing_left_over
from evote.doctor.findings import Finding, serious
from evote.keys import KeyFolder, KeyUnavailable

_SETTING: Final = "vérifiez PREAU_DATABASE_URL"


def check_file(file: Path, folder: KeyFolder) -> Finding | None:
    """Tell what is wrong if the database's file has nothing in it; None if it has something."""
    try:
        require_nothing_left_over(file)
    except LeftOver as cause:
        return explain_left_over(cause)
    if is_absent_or_empty(file) and _was_used(folder):
        return serious(
            "database",
            "la base n'existe pas, ou est vide, alors que le dossier des clés a déjà servi : elle "
            "est perdue, ou ailleurs",
            f"{_SETTING} ; si le fichier est perdu : evote restore (docs/operations.md), avant "
            "evote serve, et gardez le dossier des clés tel qu'il est",
        )
    if not file.exists():
        advice = f"{_SETTING} ; une base neuve se fait avec evote serve"
        return serious("database", "la base n'existe pas", advice)
    return None


def explain_left_over(cause: LeftOver) -> Finding:
    """Return what is said of a piece of another database, by every command."""
    name, piece = cause.file.name, cause.piece.name
    return serious(
        "database",
        f"« {name} » manque ou est vide, et « {piece} », à côté, est un morceau d'une autre base : "
        "ouvrir celle-ci le détruirait, avec ses bulletins ; rien n'a été touché",
        f"dans « {cause.file.parent} », remettez ensemble « {name} » et ce qui existe de ses -wal, "
        "-shm et -journal ; ou mettez-les tous de côté, dans un autre dossier",
    )


def _was_used(folder: KeyFolder) -> bool:
    try:
        return folder.heads.exists() or bool(folder.uuids())
    except KeyUnavailable:
        return False
