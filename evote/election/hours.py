# SPDX-License-Identifier: AGPL-3.0-or-later
"""The announced hours on the command line: kept, unless a reason is written down: §8.3.

They are sealed, but no event carries its time, so no verifier can see on an archive of version 1
whether they were kept. The commands therefore refuse to record a ballot, or to close, outside
them. Whoever must do so gives a reason; it is written first, and the minutes print it.
"""

from pathlib import Path
from typing import Final

from evote.clock import Clock, hour_of, system_clock
from evote.election.reading import RECORD_NAME
from evote.errors import Refusal
from protocol.bindings import EvoteBinding
from protocol.errors import ProtocolError
from protocol.plain_text import verify_plain_text
from tally.describe import french_time
from tally.files import NewFile, read_file, write_files

EXCEPTIONS_NAME: Final = "outside-hours.txt"
OPTION: Final = "--outside-hours"


def require_hours_to_record(evote: EvoteBinding, clock: Clock = system_clock) -> None:
    """Refuse a ballot before opening, or after closing and its grace; a rehearsal has no hours.

    Raises:
        Refusal: it is not the time.
    """
    if evote.rehearsal or evote.opens_at <= clock() <= evote.closes_at + evote.grace_seconds:
        return
    raise Refusal(
        "ce n'est pas l'heure du vote, annoncé du "
        f"{french_time(evote.opens_at)} au {french_time(evote.closes_at)}",
        "l'urne n'a pas changé ; vérifiez l'horloge de l'ordinateur, ou donnez la raison que le "
        f'bureau a décidée, pour le procès-verbal : {OPTION} "RAISON"',
    )


def require_hours_to_close(evote: EvoteBinding, clock: Clock = system_clock) -> None:
    """Refuse to close before the announced hour and its grace; a rehearsal has no hours.

    Raises:
        Refusal: somebody could still vote.
    """
    if evote.rehearsal or clock() >= evote.closes_at + evote.grace_seconds:
        return
    raise Refusal(
        f"le vote est annoncé jusqu'au {french_time(evote.closes_at)}, délai de "
        f"{evote.grace_seconds} s compris en plus : clore plus tôt empêcherait de voter",
        "rien n'a été clos ; attendez, ou donnez la raison que le bureau a décidée, pour le "
        f'procès-verbal : {OPTION} "RAISON"',
    )


def write_exception(archive: Path, what: str, why: str, clock: Clock = system_clock) -> None:
    """Add what is about to be done outside the hours, and why, to the file that minutes print.

    It is written before the deed, so that no deed lacks its reason; a deed that is then refused
    leaves a line, which says that it was asked for. Only the hour is kept, as of sign-ins.

    Raises:
        Refusal: the reason is not a plain text (§2.2).
        Unreadable: it cannot be written.
    """
    try:
        verify_plain_text(why, where="reason")
    except ProtocolError as cause:
        raise Refusal(
            "cette raison ne peut pas être écrite au procès-verbal",
            "une phrase de 1 à 200 signes, en lettres latines, sur une seule ligne",
        ) from cause
    path = exceptions_path(archive)
    old = read_file(path) if path.exists() else b""
    hour = french_time(hour_of(clock()))
    line = f"Dans l'heure commencée le {hour} : {what}. Raison : {why}\n"
    write_files([NewFile(path, old + line.encode("utf-8"), replace=True)])


def read_exceptions(archive: Path) -> tuple[str, ...]:
    """Return the lines of ``outside-hours.txt``, none if there is no such file."""
    path = exceptions_path(archive)
    return tuple(read_file(path).decode("utf-8", "replace").splitlines()) if path.exists() else ()


def exceptions_path(archive: Path) -> Path:
    """Return where the exceptions stand: beside the record, which holds the archive alone."""
    folder = archive.parent
    return (folder.parent if folder.name == RECORD_NAME else folder) / EXCEPTIONS_NAME
