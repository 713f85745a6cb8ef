# SPDX-License-Identifier: AGPL-3.0-or-later
"""Elections that the key folder knows and the database does not: one of the two is of another time.

A restore that failed, a database that was put back or begun anew beside its old keys: whoever goes
on from there may sign a second history.
"""

from sqlalchemy import Connection, select

from evote.database.common_tables import ElectionRow
from evote.doctor.findings import Finding, ok, serious, to_see
from evote.keys import KeyFolder, KeyUnavailable


def check_strangers(connection: Connection, folder: KeyFolder) -> Finding:
    """Look for keys of elections that the database has not, draft or sealed."""
    here = set(connection.scalars(select(ElectionRow.uuid)))
    try:
        strange = [uuid for uuid in folder.uuids() if uuid not in here]
    except KeyUnavailable:
        return serious(
            "keys", "le dossier des clés ne peut pas être lu", "vérifiez PREAU_KEY_FOLDER"
        )
    if not strange:
        return ok("keys", "le dossier des clés n'a que celles d'élections de la base")
    return to_see(
        "keys",
        "le dossier des clés a celles d'élections que la base n'a pas : " + ", ".join(strange),
        "si l'une d'elles a eu lieu ici, ou qu'un evote restore a échoué, rétablissez-la : evote "
        "restore dans une base vide (docs/operations.md) ; sinon, mettez ces fichiers de côté, "
        "sans les détruire",
    )
