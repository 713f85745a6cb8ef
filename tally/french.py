# SPDX-License-Identifier: AGPL-3.0-or-later
"""French as people read it: numbers with their noun, and what the operating system refuses."""

import errno

_REASONS = {
    errno.ENOENT: "le dossier ou le fichier n'existe pas",
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.ENOTDIR: "le chemin passe par un fichier",
    errno.EISDIR: "c'est un dossier",
    errno.ESPIPE: "ce n'est pas un fichier ordinaire",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le disque est plein",
    errno.EROFS: "le disque est en lecture seule",
    errno.EFBIG: "le fichier serait trop gros pour ce disque",
    errno.ENAMETOOLONG: "le nom est trop long",
    errno.ELOOP: "un lien tourne en rond",
    errno.EADDRINUSE: "un autre programme s'en sert déjà",
    errno.EADDRNOTAVAIL: "cette adresse n'est pas de cette machine",
    errno.EIO: "le disque ne répond pas bien",
}


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return a number and its noun, plural from 2 on, as French has it.

    Each word takes an s unless ``plural`` says otherwise: ``bulletin blanc``, but ``codes de
    réserve``.
    """
    if number < 2:
        return f"{number} {noun}"
    return f"{number} {plural or ' '.join(f'{word}s' for word in noun.split())}"


def reason(cause: OSError) -> str:
    """Return why the operating system refused, in words of ours, not its own English."""
    code = cause.errno or 0
    name = errno.errorcode.get(code, str(code))
    return _REASONS.get(code, f"erreur {name} du système")
