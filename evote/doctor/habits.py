# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must be done again and again: sign-ins rewritten, messages handed over, backups made."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select

from evote.backup.pace import FEWEST_BALLOTS, ballots_of, number_in
from evote.clock import HOUR
from evote.database.common_tables import BackupRow, ElectionRow
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import State
from evote.database.roll_tables import RewritingRow, SignInRow
from evote.doctor.findings import Finding, ok, serious, to_see
from evote.doctor.unread import WHAT_TO_DO, unread_of_all
from evote.errors import kind_and_place
from evote.outbox import count_waiting
from tally.french import count

DAY: Final = 24 * HOUR
_CLOCK: Final = "l'horloge a changé : réglez-la ; le reste se refait de soi-même en une heure"
WORTH_SAVING: Final = (State.SEALED, State.OPEN, State.SUSPENDED, State.CLOSED, State.TALLIED)


def check_habits(database: Database, outbox: Path | None, now: int) -> Iterator[Finding]:
    """Look at each of them by itself: a damaged page or row hides one, and is said."""
    looks: tuple[tuple[str, str, Callable[[Connection], Iterable[Finding]]], ...] = (
        (
            "rewriting",
            "quand les émargements ont été récrits",
            lambda of: (check_rewriting(of, now),),
        ),
        ("outbox", "quels messages attendent", lambda of: (check_outbox(of, outbox),)),
        ("backup", "de quand sont les sauvegardes", lambda of: check_backups(of, now)),
    )
    for check, what, look in looks:
        try:
            with database.read() as connection:
                found = tuple(look(connection))
        except DatabaseUnavailable:
            found = (unread_of_all(database, check, what),)
        except Exception as error:  # noqa: BLE001 -- whatever is damaged, the others are looked at
            place = kind_and_place(error)
            said = f"on ne sait pas {what} : une ligne en est abîmée, ou un droit manque ({place})"
            found = (serious(check, said, WHAT_TO_DO),)
        yield from found


def check_rewriting(connection: Connection, now: int) -> Finding:
    """Look when what joins sign-ins and ballots was last destroyed: docs/adr/0011."""
    query = (
        select(
            func.min(func.coalesce(RewritingRow.at, 0)).label("first"),
            func.max(RewritingRow.at).label("last"),
        )
        .select_from(ElectionRow)
        .outerjoin(RewritingRow, RewritingRow.election_id == ElectionRow.id)
        .where(
            select(SignInRow.election_id)
            .where(SignInRow.election_id == ElectionRow.id, SignInRow.used.is_(True))
            .exists()
        )
    )
    found = connection.execute(query).one()
    last: int | None = found.first
    latest: int | None = found.last
    advice = "voyez si evote serve ou evote worker tourne ; sur PostgreSQL, les droits du rôle"
    if last is None:
        return ok("rewriting", "personne n'a encore voté : rien à récrire")
    if latest is not None and latest > now:
        return to_see(
            "rewriting", "la dernière récriture des émargements porte une heure à venir", _CLOCK
        )
    if last == 0:
        return to_see("rewriting", "les émargements n'ont jamais été récrits", advice)
    if now - last > DAY:
        return serious("rewriting", "les émargements ne sont plus récrits depuis un jour", advice)
    if now - last > 2 * HOUR:
        hours = count((now - last) // HOUR, "heure")
        return to_see("rewriting", f"les émargements ne sont plus récrits depuis {hours}", advice)
    return ok("rewriting", "les émargements sont récrits chaque heure")


def check_outbox(connection: Connection, folder: Path | None) -> Finding:
    """Look whether messages to electors wait, and why they may."""
    waiting, tried = count_waiting(connection)
    messages = count(waiting, "message")
    if not waiting:
        return ok("outbox", "aucun message n'attend")
    if folder is None:
        return to_see(
            "outbox",
            f"{messages} à remettre, et PREAU_OUTBOX_FOLDER n'est pas réglé",
            "donnez un dossier que seuls lisent ceux qui remettent les chiffres secrets",
        )
    if tried:
        return to_see(
            "outbox",
            f"{messages} à remettre, qui ne partent pas",
            "vérifiez PREAU_OUTBOX_FOLDER, les clés, et que evote worker tourne",
        )
    return to_see(  # no row says when it was put there
        "outbox",
        f"{messages} à remettre, qu'aucun tour n'a encore remis",
        "evote worker les remet dans la minute ; s'ils y sont encore ensuite, voyez s'il tourne "
        "et ce qu'il dit (clé, base, ligne abîmée)",
    )


def check_backups(connection: Connection, now: int) -> Iterator[Finding]:
    """Look how old the last backup of each election is that would be missed."""
    ballots = ballots_of(connection)
    query = (
        select(
            ElectionRow.id,
            ElectionRow.uuid,
            ElectionRow.state,
            BackupRow.made_at,
            BackupRow.ballots,
            BackupRow.is_whole,
        )
        .outerjoin(BackupRow, BackupRow.election_id == ElectionRow.id)
        .where(ElectionRow.state.in_([state.value for state in WORTH_SAVING]))
        .order_by(ElectionRow.uuid)
    )
    for row in connection.execute(query):
        new = ballots[row.id] - (number_in(row.ballots) or 0)
        made_at = number_in(row.made_at)
        age = None if made_at is None else now - made_at
        if row.is_whole is False:
            yield _incomplete(row.uuid)
        elif row.state == State.TALLIED.value and age is not None and age > DAY and not new:
            # What came since is in the public record, from which it is completed.
            yield ok("backup", f"{row.uuid} : sauvegardée, avec tous ses bulletins")
        else:
            yield _check_backup(row.uuid, age, new)


def _incomplete(uuid: str) -> Finding:
    return serious(
        "backup",
        f"{uuid} : la dernière sauvegarde est incomplète ou abîmée : evote restore la refuserait",
        "réglez ce qui est dit de ses clés, de son urne et de sa liste, puis evote backup ; gardez "
        "les sauvegardes d'avant",
    )


def _check_backup(uuid: str, age: int | None, new: int) -> Finding:
    if age is not None and age < 0:
        said = f"{uuid} : la dernière sauvegarde porte une heure à venir"
        return to_see("backup", said, f"{_CLOCK} ; puis evote backup --if-due")
    if age is not None and age <= DAY:
        hours = count(age // HOUR, "heure")
        return ok("backup", f"{uuid} : sauvegardée il y a {hours}")
    since = "jamais sauvegardée" if age is None else f"pas sauvegardée depuis {_days(age)}"
    said = f"{uuid} : {since}, {count(new, 'bulletin nouveau', 'bulletins nouveaux')}"
    if new >= FEWEST_BALLOTS:
        return serious("backup", said, "evote backup, maintenant ; et un minuteur (deploy/)")
    return to_see(
        "backup",
        said,
        "evote backup --if-due, par un minuteur (deploy/) ; moins de dix bulletins nouveaux "
        "demandent --yes, et une fois le vote clos, de détruire les sauvegardes d'avant",
    )


def _days(age: int) -> str:
    return count(age // DAY, "jour")
