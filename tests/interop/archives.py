# SPDX-License-Identifier: AGPL-3.0-or-later
"""Archives as plain tar files: what an interoperability test needs of them, and no check at all."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path


def read_members(archive: Path) -> list[tuple[str, bytes]]:
    """Names and contents of an archive's members, in order. Checks nothing."""
    with tarfile.open(archive) as tar:
        members = [(member.name, tar.extractfile(member)) for member in tar]
        return [(name, file.read()) for name, file in members if file is not None]


def read_result(archive: Path) -> list[list[int]]:
    """The result in a counted archive: the payload of its last event."""
    *_, (_, payload), (_, event) = read_members(archive)
    if json.loads(event)["type"] != "Result":
        raise ValueError(f"{archive.name} does not end with a result")
    found: list[list[int]] = json.loads(payload)["result"]
    return found


def cut_after_setup(archive: Path, folder: Path) -> Path:
    """Copy an archive as it was just after its `Setup` event into another folder."""
    folder.mkdir(parents=True, exist_ok=True)
    content = archive.read_bytes()
    with tarfile.open(archive) as tar:
        event = next(member for member in tar if member.name.endswith(".event.json"))
        end = event.offset_data + -(-event.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
    copy = folder / archive.name
    copy.write_bytes(content[:end])
    return copy
