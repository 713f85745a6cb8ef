# SPDX-License-Identifier: AGPL-3.0-or-later
"""Do the messages that wait open, each by the key of its election?"""

from collections.abc import Collection, Iterator

from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import find_election
from evote.doctor.boards import hosted
from evote.doctor.findings import Finding, serious
from evote.doctor.unread import unread
from evote.keys import KeyFolder, KeyUnavailable
from evote.messages import OVER, damaged_messages
from tally.french import count


def check_letters(
    database: Database, folder: KeyFolder, harmed: Collection[int]
) -> Iterator[Finding]:
    """Look at what waits of every election but the harmed."""
    for uuid in hosted(database, harmed):
        try:
            with database.read() as connection:
                held = find_election(connection, uuid)
                if held.state.value in OVER:
                    continue
                damaged = damaged_messages(connection, held, folder.load(uuid))
        except KeyUnavailable:
            continue  # as is said of the keys
        except DatabaseUnavailable:
            yield unread(database, "letters", uuid, "tous les messages qui attendent")
            continue
        if damaged:
            messages = count(damaged, "message")
            yield serious(
                "letters",
                f"{uuid} : une ligne abîmée de la base retient {messages} à remettre",
                "qui attend ses chiffres secrets en vain en reçoit d'autres (evote pins renew) ; "
                "si la liste électorale est abîmée aussi, faites d'abord ce qui est dit d'elle",
            )
