# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person leaves out of a restore, by its number, so that all the rest comes back: ADR 16.

What the backup has not, or as a draft only; and a sealed election of which more was published than
anybody still has: it cannot go on without going back, so its vote is held again as another one.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete

from evote.backup.order import ordered_tables
from evote.database.common_tables import ElectionRow
from evote.database.elections import HeldElection
from evote.errors import Refusal
from evote.restoring.comparing import Behind
from evote.restoring.one_election import Loaded
from evote.restoring.whole_records import whole_record


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An election, or a draft, of the backup that is not restored.

    Attributes:
        uuid: its number.
        behind: what was published of it and is not to be had; empty of a draft.
    """

    uuid: str
    behind: tuple[Behind, ...] = ()


def left_out(
    loaded: Iterable[Loaded],
    drafts: Iterable[HeldElection],
    named: Collection[str],
    without: Collection[str],
    records: Collection[str],
    seen: Collection[Path],
) -> tuple[LeftOut, ...]:
    """Return what of the backup is left out.

    Args:
        loaded: its sealed elections.
        drafts: its drafts.
        named: the elections that the head file or a note names.
        without: what a person leaves out.
        records: of which elections a record was brought, to complete them.
        seen: what else was brought, and may have records.

    Raises:
        Refusal: one can be restored, or nobody has heard of it.
    """
    out = [_sealed(each, records, seen) for each in loaded if each.held.uuid in without]
    out += [LeftOut(each.uuid) for each in drafts if each.uuid in without]
    if strange := sorted({*without} - {each.uuid for each in out} - {*named}):
        raise Refusal(
            f"rien ne nomme cette élection : {', '.join(strange)}",
            "vérifiez son numéro ; --without n'est utile que si le rétablissement le demande",
        )
    return tuple(out)


def _sealed(loaded: Loaded, records: Collection[str], seen: Collection[Path]) -> LeftOut:
    uuid = loaded.held.uuid
    published = tuple(each for each in loaded.behind if not each.promised)
    if not published:
        raise Refusal(
            f"cette élection est dans cette sauvegarde, scellée : {uuid}",
            "--without ne laisse de côté que ce que la sauvegarde n'a pas, ou qu'en brouillon, et "
            "un vote dont plus a été publié que ce que quelqu'un a encore",
        )
    if uuid in records:
        raise Refusal(
            f"--complete reprend ce qui manque à l'élection {uuid}, et --without la laisse de côté",
            "essayez --complete seul ; si ce dossier ne suffit pas, donnez-le avec --seen",
        )
    if whole := whole_record(loaded, seen):
        raise Refusal(
            f"« {whole} » a tout ce qui a été publié de l'élection {uuid}",
            f"elle n'est pas à laisser de côté : donnez-le avec --complete {whole}",
        )
    return LeftOut(uuid, published)


def drop_election(connection: Connection, held: HeldElection) -> None:
    """Take out every row of an election, or a draft, whose rows were stored."""
    for table, _ in reversed(ordered_tables()):
        if "election_id" in table.columns:
            connection.execute(delete(table).where(table.c.election_id == held.id))
    connection.execute(delete(ElectionRow).where(ElectionRow.id == held.id))
