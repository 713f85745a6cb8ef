# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the credential desk asks of the server: a code replaced, a contested vote: §17.4, §19.5.

Here both sides are seen at once, for one elector. What that tells the server, and what it does not,
is said in docs/adr/0014.
"""

from typing import Final

from sqlalchemy import Connection, insert

from evote.board.journal import board_position
from evote.board.reading import count_revoked, has_voted, is_revoked, read_setup
from evote.clock import Clock
from evote.database.board_tables import RevokedRow
from evote.database.connection import Database
from evote.database.elections import HeldElection, State
from evote.election.desk_messages import ContestedMessage, ReissueMessage
from evote.errors import Refusal
from evote.keys import KeyFolder
from evote.lifecycle.states import locked
from evote.lifecycle.story import read_story, tell
from evote.pins import renew_pin
from evote.roll.sign_ins import find_sign_in, replace_sign_in
from protocol.journal_bodies import Case, Contested, Reissued

BEFORE_CLOSING: Final = frozenset({State.SEALED, State.OPEN, State.SUSPENDED})
SINCE_OPENING: Final = frozenset({State.OPEN, State.SUSPENDED, State.CLOSED, State.TALLIED})
_ASK: Final = "si la personne dit que ce n'est pas elle : evote credentials contested"


def reissue_code(
    database: Database, folder: KeyFolder, message: ReissueMessage, clock: Clock
) -> int:
    """Make a code void and a reserve usable, with a new PIN; return how many reserves are so.

    Raises:
        NotNow: before sealing, or after closing.
        Refusal: the code or the sign-in is used, unknown or replaced already, or no reserve is
            left; nothing was changed.
    """
    with database.write() as connection:
        what = "on ne remplace un code qu'avant la fermeture"
        held = locked(connection, message.uuid, BEFORE_CLOSING, what)
        _check_credential(connection, held, message)
        _check_sign_in(connection, held, message)
        activated = count_revoked(connection, held) + 1
        body = Reissued(message.revoked, activated)
        tell(connection, read_story(connection, held), clock(), body)
        height = board_position(connection, held).size
        row = {"credential": message.revoked.encode(), "height": height}
        connection.execute(insert(RevokedRow), {**held.place, **row})
        elector = replace_sign_in(connection, held, message.sign_in_before, message.sign_in_after)
        renew_pin(connection, held, folder.load(held.uuid), elector)
    return activated


def _check_credential(connection: Connection, held: HeldElection, message: ReissueMessage) -> None:
    setup, credential = read_setup(connection, held), message.revoked.encode()
    if credential not in setup.credentials:
        raise Refusal("ce code n'est pas de cette élection", "donnez le bon fichier reissue")
    if is_revoked(connection, held, credential):
        raise Refusal("ce code a déjà été remplacé", "la dernière lettre remise est la bonne")
    if has_voted(connection, held, credential):
        raise Refusal("un bulletin a été voté avec ce code : il ne peut plus être remplacé", _ASK)
    if count_revoked(connection, held) >= len(setup.reserves):
        raise Refusal("tous les codes de réserve ont servi", "cette personne peut voter autrement")


def _check_sign_in(connection: Connection, held: HeldElection, message: ReissueMessage) -> None:
    found = find_sign_in(connection, held, message.sign_in_before)
    if found is None:
        raise Refusal(
            "ce numéro d'émargement n'est pas (ou plus) celui d'un électeur",
            "donnez le fichier reissue le plus récent du bureau des codes",
        )
    if found.is_used:
        raise Refusal("cette personne a déjà émargé : son code ne peut plus être remplacé", _ASK)
    if find_sign_in(connection, held, message.sign_in_after) is not None:
        raise Refusal("ce code de réserve a déjà été donné", "prenez-en un autre")


def contest_vote(database: Database, message: ContestedMessage, clock: Clock) -> Case:
    """Write in the journal that a parent says that somebody voted in their place; nobody is named.

    Raises:
        NotNow: before opening, or once archived.
        Refusal: nothing of this parent's is used, or no number is that of an elector; nothing
            was written.
    """
    with database.write() as connection:
        what = "un vote se conteste de l'ouverture à l'archivage"
        held = locked(connection, message.uuid, SINCE_OPENING, what)
        case = _case(connection, held, message)
        tell(connection, read_story(connection, held), clock(), Contested(case))
    return case


def _case(connection: Connection, held: HeldElection, message: ContestedMessage) -> Case:
    rows = [find_sign_in(connection, held, number) for number in message.sign_ins]
    known = [row for row in rows if row is not None]
    if not known:
        raise Refusal(
            "aucun de ces numéros n'est celui d'un électeur", "donnez le fichier de cette élection"
        )
    signed_in = any(row.is_used for row in known)
    if signed_in:
        return Case.BOTH_USED if message.credential_used else Case.SIGN_IN_USED
    if message.credential_used:
        return Case.CREDENTIAL_USED
    raise Refusal(
        "personne n'a voté ni émargé à la place de cette personne",
        "elle peut voter ; si sa lettre est perdue : evote credentials reissue",
    )
