# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading and writing whole files, so that nothing is ever half-written: docs/protocol.md §7.14.

Every file is first written beside its place, made durable, then named; all files of a step are
complete before the first one gets its name.
"""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final

from tally.errors import Refusal, Unreadable
from tally.french import reason

MAX_MESSAGE_BYTES: Final = 2**24

_WHERE: Final = "vérifiez le nom et le dossier, et donnez le bon fichier"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to write: ``secret`` is readable by its owner alone, ``replace`` may overwrite."""

    path: Path
    data: bytes
    secret: bool = False
    replace: bool = False


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file to read it; OSError for a pipe, which could be waited for for ever."""
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.ESPIPE, os.strerror(errno.ESPIPE), str(path))
    return path.open("rb")


def read_file(path: Path, *, limit: int = MAX_MESSAGE_BYTES) -> bytes:
    """Return the whole content of a file of at most ``limit`` bytes.

    Raises:
        Unreadable: with a sentence that names the file and what is wrong with it.
    """
    try:
        _require_no_pipe(path)
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except FileNotFoundError as cause:
        raise Unreadable(f"le fichier « {path} » n'existe pas", _WHERE) from cause
    except IsADirectoryError as cause:
        raise Unreadable(f"« {path} » est un dossier, pas un fichier", _WHERE) from cause
    except OSError as cause:
        raise Unreadable(f"impossible de lire « {path} » ({reason(cause)})", _WHERE) from cause
    if len(data) > limit:
        raise Unreadable(
            f"le fichier « {path} » est trop gros pour être un fichier de ce genre", _WHERE
        )
    return data


def _require_no_pipe(path: Path) -> None:
    # One with a name may be waited for for ever; that of a shell, ``<(…)``, has its other end.
    named = not path.resolve().is_relative_to("/proc")
    if named and stat.S_ISFIFO(path.stat().st_mode):
        raise OSError(errno.ESPIPE, os.strerror(errno.ESPIPE), str(path))


def write_file(path: Path, data: bytes, *, secret: bool = False, replace: bool = False) -> None:
    """Write one file, whole or not at all."""
    write_files([NewFile(path, data, secret, replace)])


def write_files(files: Sequence[NewFile]) -> None:
    """Write these files, each whole or not at all; a failure to write one leaves none.

    Raises:
        Refusal: a file exists already and may not be replaced.
        Unreadable: the folder cannot be written, or the disk is full.
    """
    files = [_followed(file) for file in files]
    for file in files:
        if not file.replace and os.path.lexists(file.path):
            raise _exists(file.path)
    with contextlib.ExitStack() as stack:
        ready = [(_write_beside(file, stack), file) for file in files]
        undo = stack.enter_context(contextlib.ExitStack())
        for temporary, file in ready:
            _give_name(temporary, file)
            if not file.replace:
                undo.callback(_remove, file.path)
        undo.pop_all()
        for folder in {file.path.parent for file in files}:
            _make_durable(folder)


def require_folder(path: Path) -> None:
    """Refuse now to write to a folder that is not there.

    Raises:
        Unreadable: no such folder.
    """
    if not path.is_dir():
        raise Unreadable(
            f"le dossier « {path} » n'existe pas : rien n'a été écrit",
            f"faites-le (mkdir « {path} ») ou choisissez-en un autre",
        )


def require_writable(paths: Sequence[Path], *, replace: bool = False) -> None:
    """Refuse now what ``write_files`` would refuse to write here, as new files or in their place.

    Raises:
        Refusal: one of them exists already, and may not be replaced.
        Unreadable: a folder cannot be written.
    """
    for path in paths:
        if not replace and os.path.lexists(path):
            raise _exists(path)
        with contextlib.ExitStack() as stack:
            _write_beside(NewFile(path, b"", secret=True), stack)


def _followed(file: NewFile) -> NewFile:
    # What is replaced is the file itself: replacing a link to it would leave its old secrets.
    if not file.replace or not file.path.is_symlink():
        return file
    return replace(file, path=Path(os.path.realpath(file.path)))


def _write_beside(file: NewFile, stack: contextlib.ExitStack) -> str:
    try:
        handle, name = tempfile.mkstemp(prefix=".preau-", dir=file.path.parent)
        stack.callback(_remove, name)
        with os.fdopen(handle, "wb") as stream:
            stream.write(file.data)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp made it 0600; what travels may be read by others, within the user's mask.
        if not file.secret:
            Path(name).chmod(0o666 & ~_umask())
    except OSError as cause:
        raise _unwritable(file.path, cause) from cause
    return name


def _give_name(temporary: str, file: NewFile) -> None:
    try:
        if file.replace:
            Path(temporary).replace(file.path)
        else:
            _link(temporary, file.path)
    except FileExistsError as cause:
        raise _exists(file.path) from cause
    except OSError as cause:
        raise _unwritable(file.path, cause) from cause


def _link(temporary: str, path: Path) -> None:
    # A hard link never overwrites. Where the disk has none (FAT), an empty file takes the name,
    # which fails if there is one, and the whole file then takes the place of that empty one.
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            Path(temporary).replace(path)
        except BaseException:
            _remove(path)
            raise


def _make_durable(folder: Path) -> None:
    # Windows has no folder to open: the rename itself is all there is.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(name: str | Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        Path(name).unlink()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _exists(path: Path) -> Refusal:
    return Refusal(
        f"le fichier « {path} » existe déjà et ne sera pas remplacé",
        "déplacez-le, ou choisissez un autre dossier avec --out",
    )


def _unwritable(path: Path, cause: OSError) -> Unreadable:
    return Unreadable(
        f"impossible d'écrire « {path} » ({reason(cause)}) : rien n'a été écrit",
        "choisissez un dossier où vous pouvez écrire, sur un disque qui a de la place",
    )
