# SPDX-License-Identifier: AGPL-3.0-or-later
"""A folder that is filled whole or left as it was: nothing of a broken story remains."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from evote.errors import Refusal, Unreadable


@contextlib.contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Give a working folder whose content moves into ``folder`` if all goes well.

    Raises:
        Refusal: ``folder`` is not empty.
        Unreadable: it is a file, or cannot be written.
    """
    made = _make(folder)
    try:
        work = Path(tempfile.mkdtemp(prefix=".en-cours-", dir=folder))
        try:
            yield work
            for entry in sorted(work.iterdir()):
                entry.rename(folder / entry.name)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except BaseException:
        if made:
            with contextlib.suppress(OSError):  # only if nothing is left in it
                folder.rmdir()
        raise


def _make(folder: Path) -> bool:
    try:
        if folder.is_dir():
            if any(folder.iterdir()):
                raise Refusal(
                    f"le dossier « {folder} » n'est pas vide",
                    "donnez un dossier vide ou un nom nouveau : rien n'y sera jamais effacé",
                )
            return False
        folder.mkdir(parents=True)
    except (FileExistsError, NotADirectoryError) as cause:
        raise Unreadable(
            f"« {folder} » est un fichier, pas un dossier", "donnez un autre nom"
        ) from cause
    return True
