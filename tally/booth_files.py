# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files with which parents vote, shown and compared with downloaded ones: §8.3."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from protocol.encoding import sha256_hex
from protocol.server_binding import BoothFile
from tally.errors import Refusal
from tally.files import read_file
from tally.french import count

MAX_FILE_BYTES: Final = 2**24


def describe_booth(booth: Sequence[BoothFile]) -> Iterator[str]:
    """Yield each file with the hash of its bytes; nothing where there is no booth."""
    if not booth:
        return
    files = count(len(booth), "fichier scellé", "fichiers scellés")
    yield f"Page de vote : {files} avec l'élection"
    for each in booth:
        yield f"  {each.path}"
        yield f"    {each.sha256}"


def compare_booth(booth: Sequence[BoothFile], folder: Path) -> None:
    """Check that a folder has each of these files, by its path or by its name, byte for byte.

    Raises:
        Refusal: a file is missing or another, by its path.
        Unreadable: a file cannot be read.
    """
    for each in booth:
        found = _find(each.path, folder)
        if found is None:
            raise Refusal(
                f"le fichier « {each.path} » de la page de vote n'est pas dans « {folder} »",
                "téléchargez tous les fichiers de la page de vote, sans changer leurs noms",
            )
        if sha256_hex(read_file(found, limit=MAX_FILE_BYTES)) != each.sha256:
            raise Refusal(
                f"le fichier « {each.path} » de la page de vote n'est pas celui que l'élection "
                "scelle",
                "n'allez pas plus loin et prévenez les autres membres du bureau",
            )


def _find(path: str, folder: Path) -> Path | None:
    # ``..`` in a path of the election leads nowhere outside the folder.
    parts = [part for part in path.split("/") if part not in {"", ".", ".."}]
    if not parts:
        return None
    candidates = (folder.joinpath(*parts), folder / parts[-1])
    return next((each for each in candidates if each.is_file()), None)
