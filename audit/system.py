# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the operating system refuses, in a sentence for a person instead of its own English."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from audit.words import Text, shown

_REASONS = {
    errno.ENOENT: Text("fichier introuvable", "no such file"),
    errno.ENOTDIR: Text("fichier introuvable", "no such file"),
    errno.EISDIR: Text("c'est un dossier, pas un fichier", "this is a folder, not a file"),
    errno.EACCES: Text("lecture interdite par les droits du fichier", "permission denied"),
    errno.EPERM: Text("lecture interdite par les droits du fichier", "permission denied"),
    errno.ENAMETOOLONG: Text("nom de fichier trop long", "file name too long"),
    errno.ELOOP: Text("lien qui tourne en rond", "a link that leads to itself"),
    errno.EEXIST: Text("un fichier a déjà ce nom", "a file has this name already"),
    errno.EROFS: Text("le disque est en lecture seule", "the disk is read-only"),
    errno.ENOSPC: Text("plus de place sur le disque", "no space left on the disk"),
    errno.EFBIG: Text(
        "fichier trop grand pour le disque ou pour une limite du système",
        "a file too large for the disk or for a limit of the system",
    ),
    errno.EIO: Text("le disque ne répond pas bien", "the disk does not answer well"),
    errno.ESPIPE: Text("ce n'est pas un fichier ordinaire", "this is no ordinary file"),
    errno.ENOMEM: Text("plus de mémoire", "out of memory"),
}
_LONGEST_NAME = 200
CHECK_PATH = Text(
    "vérifiez le nom, le dossier et les droits de ce fichier",
    "check the name, the folder and the permissions of this file",
)


def open_regular(path: Path) -> BinaryIO:
    """A regular file, opened; a pipe or a device, which could be waited for for ever, is not."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        code = errno.EISDIR if stat.S_ISDIR(mode) else errno.ESPIPE
        raise OSError(code, os.strerror(code), str(path))
    return path.open("rb")


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk: a file that is there after a crash has its name."""
    if not hasattr(os, "O_DIRECTORY"):
        return  # a system on which a folder cannot be opened
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def explained(error: OSError) -> Text:
    """Why, and which file if the system says so."""
    code = error.errno or 0
    name = errno.errorcode.get(code, str(code))
    unknown = Text(f"erreur {name} du système", f"system error {name}")
    reason = _REASONS.get(code, unknown)
    if not isinstance(error.filename, (str, bytes)):
        return reason
    path = shown(os.fsdecode(error.filename), _LONGEST_NAME)
    return Text(f"{reason.fr} : {path}", f"{reason.en}: {path}")
