# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witnesses that an election demands in the end: asked at all, and answering: §8.3, §18.4."""

from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import Connection

from evote.board.published import NothingPublished, PublishedDamaged
from evote.database.elections import HeldElection, State
from evote.doctor.findings import Finding, ok, serious, to_see
from evote.publishing.cosigned import Cosigned, find_cosigned, named_witnesses
from protocol.cosignatures import CosignerVerifierKey
from protocol.witness_binding import Witnesses
from tally.french import count

# A step that was just made is still being co-signed; a result so long without is refused by all.
JUST_NOW: Final = 15
TOO_LONG: Final = 600
_COUNTED: Final = (State.TALLIED, State.ARCHIVED)
_NAME_THEM: Final = (
    "mettez-y la ligne de chacun, « witness NOM CLÉ ADRESSE » (docs/operations.md), puis "
    "redémarrez evote serve"
)
_ANSWER: Final = (
    "voyez ce qu'en dit le journal du serveur (ils se taisent, ou « son horloge » est fausse), et "
    "prévenez qui tient ces témoins ; s'ils viennent d'être redémarrés ou réglés, ils sont "
    "redemandés dans la minute"
)


def check_witnesses(
    connection: Connection,
    held: HeldElection,
    asked: Collection[CosignerVerifierKey],
    now: int,
    seconds: int,
) -> Iterator[Finding]:
    """Look at the witnesses of an election that names any.

    Args:
        connection: to the server's database.
        held: sealed, or later.
        asked: the keys of those that ``PREAU_WITNESS_FILE`` has.
        now: the server's time.
        seconds: from one step to the next.

    Raises:
        ProtocolError: its set-up is damaged.
    """
    witnesses = named_witnesses(connection, held)
    if witnesses is None or held.state is State.CANCELLED:
        return
    try:
        cosigned = find_cosigned(connection, held)
    except (NothingPublished, PublishedDamaged):
        cosigned = None  # which is said of its steps
    if cosigned is not None and cosigned.are_enough and held.state in _COUNTED:
        yield ok("witnesses", f"{held.uuid} : {_said(cosigned)} le résultat")
        return
    yield from _check_asked(held, witnesses, asked)
    if cosigned is not None:
        age, just_now = now - cosigned.stepped_at, min(JUST_NOW, seconds // 2)
        yield from _check_answers(held, cosigned, asked, age, just_now)


def _check_asked(
    held: HeldElection, witnesses: Witnesses, asked: Collection[CosignerVerifierKey]
) -> Iterator[Finding]:
    absent = [key.name for key in witnesses.keys if key not in asked]
    known = len(witnesses.keys) - len(absent)
    if known < witnesses.quorum:
        yield serious(
            "witnesses",
            f"{held.uuid} : elle demande {count(witnesses.quorum, 'témoin')}, et PREAU_WITNESS_FILE"
            f" n'en a que {known} des siens : son résultat serait refusé",
            _NAME_THEM,
        )
    elif absent:
        yield to_see(
            "witnesses",
            f"{held.uuid} : PREAU_WITNESS_FILE n'a pas tous ses témoins : {', '.join(absent)}",
            _NAME_THEM,
        )


def _check_answers(
    held: HeldElection,
    cosigned: Cosigned,
    asked: Collection[CosignerVerifierKey],
    age: int,
    just_now: int,
) -> Iterator[Finding]:
    names = {key.name for key in asked}
    silent = [name for name in cosigned.missing if name in names]
    if held.state in _COUNTED and age > TOO_LONG:
        yield serious(
            "witnesses",
            f"{held.uuid} : {_said(cosigned)} le résultat, et il en faut "
            f"{cosigned.witnesses.quorum} : son dossier est refusé",
            _ANSWER,
        )
    elif silent and age > just_now:
        yield to_see(
            "witnesses",
            f"{held.uuid} : n'a pas cosigné la dernière publication : {', '.join(silent)}",
            _ANSWER,
        )
    elif not cosigned.missing:
        yield ok("witnesses", f"{held.uuid} : {_said(cosigned)} la dernière publication")


def _said(cosigned: Cosigned) -> str:
    verb = "ont" if cosigned.found > 1 else "a"
    of = count(len(cosigned.witnesses.keys), "témoin")
    return f"{cosigned.found} sur {of} {verb} cosigné"
