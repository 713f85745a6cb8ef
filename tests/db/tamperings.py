# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a disk, or a hand, may change in the database of a school in which four parents have voted.

Each has a name, what is executed, which checks of the doctor say that it is grave, and whether a
backup of it is restored.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from evote.database.connection import Database


@dataclass(frozen=True)
class Tampering:
    """``told`` by the doctor; ``refused`` with these words by a restore, or taken if empty."""

    statements: tuple[str, ...]
    told: frozenset[str]
    refused: str = ""

    def do(self, database: Database) -> None:
        with database.write() as connection:
            for each in self.statements:
                connection.execute(text(each), {"garbage": b"\0"} if ":garbage" in each else {})


def _of(what: str, refused: str, *statements: str) -> Tampering:
    return Tampering(statements, frozenset(what.split()), refused)


_INDEX = "la table par laquelle les bulletins se retrouvent"
_IN_FORCE = "ce que la base dit de ses heures, de sa page ou de son état"
_DAMAGED = "l'urne ou le journal de cette sauvegarde se contredit"
_ROLL = "la liste électorale"
_NUMBERS = "la liste des numéros d'émargement"

TAMPERINGS = {
    "a part of a ballot is not compared any more": _of(
        "whole", _INDEX, "DELETE FROM ballot_alpha WHERE height = 1"
    ),
    "a ballot is found under another credential": _of(
        "whole",
        _INDEX,
        "UPDATE ballot_index SET credential = 'x' || substr(credential, 2) WHERE height = 1",
    ),
    "a ballot is found under another tracker": _of(
        "whole",
        _INDEX,
        "UPDATE ballot_index SET tracker = CASE substr(tracker, 1, 1) WHEN '0' THEN '1' ELSE '0'"
        " END || substr(tracker, 2) WHERE height = 2",
    ),
    "a vote is as if it had not been cast": _of(
        "whole",
        _INDEX,
        "DELETE FROM ballot_index WHERE height = 4",
        "UPDATE sign_in SET used = FALSE WHERE elector = 4",
    ),
    "a vote is found that is not on the board": _of(
        "whole box",
        _INDEX,
        "INSERT INTO ballot_index SELECT school_id, election_id, 9, 'c', 'h', 't' "
        "FROM ballot_index WHERE height = 1",
    ),
    "a credential is revoked that nobody replaced": _of(
        "whole",
        "la liste des codes remplacés",
        "INSERT INTO revoked_credential SELECT school_id, election_id, 'c', 3 "
        "FROM ballot_index WHERE height = 1",
    ),
    "an elector is gone": _of("roll", _ROLL, "DELETE FROM elector WHERE elector = 2"),
    "an elector does not open": _of(
        "roll", _ROLL, "UPDATE elector SET sealed = :garbage WHERE elector = 3"
    ),
    "two electors are in each other's place": _of(
        "roll",
        _ROLL,
        "UPDATE elector SET elector = 12 - elector + 100 WHERE elector IN (1, 11)",
        "UPDATE elector SET elector = elector - 100 WHERE elector > 100",
    ),
    "the whole roll is gone": _of("roll", _ROLL, "DELETE FROM elector", "DELETE FROM roll_seal"),
    "the salt does not open": _of(
        "keys",
        "la clé qui ouvre la liste électorale",
        "UPDATE roll_seal SET sealed_salt = :garbage",
    ),
    "a sign-in number is gone": _of("roll", _NUMBERS, "DELETE FROM sign_in WHERE elector = 7"),
    "a sign-in number is none": _of(
        "roll",
        _NUMBERS,
        "UPDATE sign_in SET sign_in_number = 'Z' || substr(sign_in_number, 2) WHERE elector = 7",
    ),
    "nobody counts wrong PINs": _of(
        "roll", "le compte des chiffres secrets faux", "DELETE FROM pin_watch"
    ),
    "nobody's PIN is one": _of("pins", "", "UPDATE sign_in SET pin_mac = :garbage"),
    "it closes a day later": _of(
        "whole", _IN_FORCE, "UPDATE election SET closes_at = closes_at + 86400"
    ),
    "it opens a day later": _of(
        "whole", _IN_FORCE, "UPDATE election SET opens_at = opens_at + 86400"
    ),
    "it is suspended, and nobody said so": _of(
        "whole", _IN_FORCE, "UPDATE election SET state = 'suspended'"
    ),
    "it is not open any more": _of("whole", _IN_FORCE, "UPDATE election SET state = 'sealed'"),
    "it has another booth": _of("whole booth", _IN_FORCE, "UPDATE election SET booth = :garbage"),
    "it has no signatures of its set-up": _of(
        "whole", _IN_FORCE, "UPDATE election SET setup_signatures = NULL"
    ),
    "it has garbage for them": _of(
        "whole", _IN_FORCE, "UPDATE election SET setup_signatures = :garbage"
    ),
    "it is another school's": _of(
        "whole", "l'école que la base lui donne", "UPDATE school SET uai = '9999999Z'"
    ),
    "an event has another hash": _of(
        "whole",
        _DAMAGED,
        "UPDATE board_event SET hash = CASE substr(hash, 1, 1) WHEN '0' THEN '1' ELSE '0' END"
        " || substr(hash, 2) WHERE height = 1",
    ),
    "an event is of another kind": _of(
        "whole", _DAMAGED, "UPDATE board_event SET kind = 'Result' WHERE height = 1"
    ),
    "an entry of the journal is of another kind": _of(
        "whole", _DAMAGED, "UPDATE journal_entry SET kind = 'incident'"
    ),
}
