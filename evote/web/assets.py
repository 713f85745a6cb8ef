# SPDX-License-Identifier: AGPL-3.0-or-later
"""The few files that pages load, each under an address that holds its hash.

docs/protocol.md §8.3 seals the hashes of those of the booth (booth.py): they are read once,
when the server starts, and served as they were read, style sheets without their comments.
"""

import base64
import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.web.templating import TEMPLATES

_HERE: Final = Path(__file__).resolve()
# In an installed package (pyproject.toml, force-include), and in the source tree.
_BUNDLES: Final = (_HERE.parents[1] / "booth", _HERE.parents[2] / "booth" / "dist")
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_NOTES: Final = re.compile(rb"/\*(?! SPDX).*?\*/\s*", re.DOTALL)  # for who reads the source
_FILES: Final = ("style.css", "booth.js", "checking.js", "receipt.js")


class AssetsMissing(Exception):
    """The package lacks a file of its own."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its name, bytes and type; ``zipped`` is the same, compressed."""

    name: str
    data: bytes
    zipped: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def href(self) -> str:
        """Where pages load it from; another content has another address."""
        stem, _, suffix = self.name.rpartition(".")
        return f"/assets/{stem}.{self.digest[:16]}.{suffix}"

    @property
    def integrity(self) -> str:
        """What a browser checks the bytes against."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.data).digest()).decode("ascii")

    @property
    def source(self) -> str:
        """What a policy allows these bytes by when they stand inside a page."""
        return "'sha256-" + base64.b64encode(hashlib.sha256(self.data).digest()).decode() + "'"

    @property
    def text(self) -> str:
        """The bytes as text."""
        return self.data.decode("utf-8")


def read_assets() -> Mapping[str, Asset]:
    """Return all files by name.

    Raises:
        AssetsMissing: one is not there; in a source tree, ``make booth`` makes it.
    """
    return {name: _read(name) for name in _FILES}


def _read(name: str) -> Asset:
    for folder in (TEMPLATES / "assets", *_BUNDLES):
        if (folder / name).is_file():
            data, suffix = (folder / name).read_bytes(), Path(name).suffix
            if suffix == ".css":
                data = _NOTES.sub(b"", data)
            return Asset(name, data, gzip.compress(data, 9, mtime=0), _TYPES[suffix])
    raise AssetsMissing(f"the file {name} is missing: run `make booth`")
