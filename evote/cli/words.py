# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a command says when the system refuses, and what a terminal may be shown."""

import errno
from typing import Final

from evote.errors import Unreadable

LONGEST: Final = 4000  # characters of a refusal, or an advice, on the screen
NO_BREAK_SPACE: Final = "\u00a0"
_SENTENCES: Final = {
    errno.ENOSPC: ("il n'y a plus de place sur le disque", "libérer de la place, puis recommencer"),
    errno.EDQUOT: ("il n'y a plus de place sur le disque", "libérer de la place, puis recommencer"),
    errno.EACCES: ("l'accès est refusé", "vérifier les droits sur ce fichier ou ce dossier"),
    errno.EPERM: ("l'accès est refusé", "vérifier les droits sur ce fichier ou ce dossier"),
    errno.EROFS: ("ce dossier ne peut pas être modifié", "choisir un autre dossier"),
    errno.ENOENT: ("ce fichier ou ce dossier n'existe pas", "vérifier le chemin"),
    errno.ENOTDIR: ("une partie du chemin n'est pas un dossier", "vérifier le chemin"),
    errno.EISDIR: ("c'est un dossier, pas un fichier", "indiquer un fichier"),
    errno.EEXIST: ("ce fichier existe déjà", "choisir un autre nom ou un autre dossier"),
    errno.ENAMETOOLONG: ("ce nom est trop long", "choisir un nom plus court"),
}


def explain_system_error(error: OSError) -> Unreadable:
    """Say in one French sentence what the system refused."""
    code = error.errno or 0
    name = errno.errorcode.get(code, "inconnue")
    sentence, hint = _SENTENCES.get(
        code, (f"le système a refusé (erreur {name})", "vérifier le disque, puis recommencer")
    )
    where = f" : {printable(error.filename)}" if error.filename else ""
    return Unreadable(f"{sentence}{where}", hint)


def printable(value: object, longest: int = 200) -> str:
    """Return a path or a text so that a terminal shows it and obeys none of it."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    shown = "".join(c if c.isprintable() or c == NO_BREAK_SPACE else "�" for c in text)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
