# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine: its clock and time zones, room on its disks, who may read its folders."""

import os
import shutil
import stat
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from evote.clock import Clock
from evote.doctor.findings import Finding, ok, serious, to_see
from tally.french import count, reason

NOBODY_ELSE: Final = 0o077
NETWORK_SECONDS: Final = 10
# Of a clock: what nobody notices, and what puts a closing time in the wrong minute.
CLOCK_FINE: Final = 5
CLOCK_WRONG: Final = 60
MEGABYTE: Final = 2**20
LITTLE_ROOM: Final = 500 * MEGABYTE
NO_ROOM: Final = 100 * MEGABYTE
_PARIS: Final = "Europe/Paris"
_SET_CLOCK: Final = "réglez l'heure, et mettez un service d'heure : timedatectl set-ntp true"
_NETWORK_DISKS: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "glusterfs"})
_MEMORY_DISKS: Final = frozenset({"tmpfs", "ramfs"})
_MOUNTS: Final = Path("/proc/mounts")

AskDate = Callable[[str], int]


def check_zones() -> Finding:
    """Look whether the machine knows the hours of France, summer and winter."""
    try:
        zone = ZoneInfo(_PARIS)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return serious("zones", "la machine ne connaît pas l'heure de Paris", "installez tzdata")
    hours = [datetime(2026, month, 15, 12, tzinfo=zone).utcoffset() for month in (1, 7)]
    if hours != [timedelta(hours=1), timedelta(hours=2)]:
        return serious("zones", "l'heure d'été de Paris est fausse ici", "mettez à jour tzdata")
    return ok("zones", "la machine connaît l'heure de Paris, été et hiver")


def check_clock(check: str, whose: str, theirs: int, ours: int) -> Finding:
    """Compare this machine's clock with another's."""
    apart = abs(theirs - ours)
    if apart <= CLOCK_FINE:
        return ok(check, f"l'heure de la machine est celle {whose}")
    said = f"l'heure de la machine et celle {whose} diffèrent de {count(apart, 'seconde')}"
    found = to_see if apart < CLOCK_WRONG else serious
    return found(check, said, _SET_CLOCK)


def ask_date(url: str) -> int:
    """Return the time that a web server says, in seconds since 1970 UTC.

    Raises:
        OSError: it does not answer, or its certificate is not good.
        ValueError: it says no time.
    """
    if not url.startswith("https://"):
        raise ValueError("only https is asked")
    request = urllib.request.Request(url, method="HEAD")  # noqa: S310 -- https, checked above
    try:
        with urllib.request.urlopen(request, timeout=NETWORK_SECONDS) as answer:  # noqa: S310
            date = answer.headers["Date"]
    except urllib.error.HTTPError as answer:
        date = answer.headers["Date"]
        answer.close()
    return int(parsedate_to_datetime(date or "").timestamp())


def check_online(url: str, clock: Clock, ask: AskDate = ask_date) -> Finding:
    """Ask the page, as parents do, and compare the clock of its web server with this machine's."""
    nobody = serious(
        "online",
        f"{url} ne répond pas en https",
        "vérifiez le serveur web devant Préau, son certificat, et le nom de domaine",
    )
    return _compared(url, clock, ask, nobody)


def check_other_clock(url: str, clock: Clock, ask: AskDate = ask_date) -> Finding:
    """Ask a web server of somebody else's for the time."""
    nobody = to_see(
        "online",
        f"{url} ne répond pas en https : l'heure ne lui a pas été comparée",
        "vérifiez cette adresse (--clock-from), ou donnez-en une autre",
    )
    return _compared(url, clock, ask, nobody)


def _compared(url: str, clock: Clock, ask: AskDate, nobody: Finding) -> Finding:
    try:
        theirs = ask(url)
    except (OSError, ValueError, TypeError):
        return nobody
    return check_clock("online", f"de {url}", theirs, clock())


def check_room(folders: Mapping[str, Path]) -> Iterator[Finding]:
    """Look how much room there is where each of these folders lies."""
    for what, folder in folders.items():
        try:
            free = shutil.disk_usage(folder).free
        except OSError as cause:
            message = f"le disque {what} ne se laisse pas voir ({reason(cause)})"
            yield serious("room", message, f"vérifiez « {folder} »")
            continue
        said = f"le disque {what} a {free // MEGABYTE} Mo de libre"
        if free < NO_ROOM:
            yield serious("room", said, "faites de la place : un disque plein refuse les votes")
        elif free < LITTLE_ROOM:
            yield to_see("room", said, "faites de la place avant l'ouverture du vote")
        else:
            yield ok("room", said)


def check_modes(places: Mapping[str, Path]) -> Iterator[Finding]:
    """Look whether anybody but the owner may enter these folders or read these files."""
    for what, path in places.items():
        try:
            mode = path.stat().st_mode
        except OSError as cause:
            yield serious("modes", f"{what} manque ({reason(cause)})", f"vérifiez « {path} »")
            continue
        if mode & NOBODY_ELSE:
            wanted = stat.S_IMODE(mode) & ~NOBODY_ELSE
            message = f"d'autres que le serveur peuvent lire {what}"
            yield serious("modes", message, f"chmod {wanted:04o} « {path} »")
        elif not os.access(path, os.W_OK):
            message = f"ce compte ne peut pas écrire dans {what}"
            yield serious("modes", message, "lancez cette commande avec le compte du serveur")
        else:
            yield ok("modes", f"{what} n'est lisible que du serveur")


def check_database_disk(file: Path, mounts: Path = _MOUNTS) -> Finding:
    """Look whether the database's file lies on a local disk that keeps what it is given."""
    kind = _kind_of_disk(file.resolve(), mounts)
    if kind in _MEMORY_DISKS:
        message = f"la base est en mémoire ({kind}) : tout sera perdu à l'arrêt de la machine"
        return serious("disk", message, "mettez-la sur un disque")
    if kind in _NETWORK_DISKS:
        message = f"la base est sur un disque du réseau ({kind}), où SQLite peut s'abîmer"
        return serious("disk", message, "mettez-la sur un disque de la machine, ou PostgreSQL")
    return ok("disk", "la base est sur un disque de la machine")


def check_key_disk(folder: Path, mounts: Path = _MOUNTS) -> Finding:
    """Look whether the keys outlive the machine; a disk of the network may be shared."""
    kind = _kind_of_disk(folder.resolve(), mounts)
    if kind in _MEMORY_DISKS:
        message = (
            f"les clés sont en mémoire ({kind}) : elles seront perdues à l'arrêt de la machine"
        )
        advice = "arrêtez le serveur, copiez tout le dossier des clés sur un disque, réglez "
        return serious("disk", message, f"{advice}PREAU_KEY_FOLDER")
    return ok("disk", "les clés sont sur un disque")


def _kind_of_disk(path: Path, mounts: Path) -> str:
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""  # no Linux
    found = (0, "")
    for line in lines:
        _, place, kind, *_ = line.split(" ")
        if path.is_relative_to(place.replace("\\040", " ")):
            found = max(found, (len(place), kind))
    return found[1]
