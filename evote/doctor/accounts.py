# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose account this command runs under, and whose the server's folders and files are.

Root may read and write everything, so nothing of it shows what the server itself can. And what root
writes into a folder of the server's, the server cannot read.
"""

import os
import pwd
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from evote.database.left_over import BESIDE
from evote.doctor.findings import Finding, serious
from evote.settings import Settings, sqlite_file

_ROOT: Final = 0


def check_account(settings: Settings) -> Finding | None:
    """Tell if this command runs under another account than the server's."""
    for what, path in _folders(settings):
        owner = _owner(path)
        if owner is not None and owner != os.geteuid():
            return serious(
                "modes",
                f"{what} est au compte « {name_of(owner)} », et cette commande tourne sous "
                f"« {name_of(os.geteuid())} » : le serveur n'aurait pas les mêmes droits",
                f"lancez-la avec le compte du serveur (sudo -u {name_of(owner)}, deploy/README.md)",
            )
    return None


def check_owners(settings: Settings) -> Iterator[Finding]:
    """Look for files in the server's folders that are another account's."""
    for path in _files(settings):
        owner = _owner(path)
        if owner is not None and owner != os.geteuid():
            yield serious(
                "modes",
                f"« {path.name} » est au compte « {name_of(owner)} », pas à celui du serveur",
                f"chown {name_of(os.geteuid())} « {path} »",
            )


def name_of(account: int) -> str:
    """Return the name of an account, or its number if it has none."""
    try:
        return pwd.getpwuid(account).pw_name
    except KeyError:
        return str(account)


def _folders(settings: Settings) -> Iterator[tuple[str, Path]]:
    if settings.key_folder is not None:
        yield "le dossier des clés", settings.key_folder
    file = sqlite_file(settings.database_url)
    # A folder of a group's may be another account's; but root's files in it would be root's.
    if file is not None and os.geteuid() == _ROOT:
        yield "le dossier de la base", file.parent


def _files(settings: Settings) -> Iterable[Path]:
    if settings.key_folder is not None and settings.key_folder.is_dir():
        yield from sorted(settings.key_folder.iterdir())
    file = sqlite_file(settings.database_url)
    if file is not None:
        yield from (file.with_name(file.name + end) for end in ("", *BESIDE))


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except OSError:
        return None
