# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files with which a browser votes, as they are served and as they are sealed: §8.3.

The page is the same bytes for every parent and every election. ``/v/<uuid>`` has it in the first
language, ``/<tag>/v/<uuid>`` in another: an address never has two contents.
"""

import functools
import hashlib
from collections.abc import Mapping
from typing import Final

from evote.lifecycle.in_force import encode_booth
from evote.pins import PIN_DIGITS
from evote.web.assets import Asset, read_assets
from evote.web.languages import LANGUAGES, Language
from evote.web.templating import Pages
from protocol.server_binding import BoothFile

TEMPLATE: Final = "voter/booth.html"
LOADED: Final = ("booth.js", "style.css")


class Booth:
    """The booth of this version of the program, read once."""

    def __init__(self, pages: Pages, assets: Mapping[str, Asset]) -> None:
        self._languages = pages.languages
        self._pages = {
            language.tag: pages.render(language, TEMPLATE, pin_digits=PIN_DIGITS).encode("utf-8")
            for language in pages.languages
        }
        self._assets = tuple(BoothFile(assets[name].href, assets[name].digest) for name in LOADED)
        self._encoded = functools.lru_cache(maxsize=256)(self._encode)

    def page(self, tag: str | None = None) -> bytes | None:
        """Return the page in a language, the first one if none is named; None if it has none."""
        return self._pages.get(self._languages[0].tag if tag is None else tag)

    def files(self, uuid: str) -> tuple[BoothFile, ...]:
        """Return what is sealed for an election: every file by path and hash, in order: §8.3."""
        first, *others = self._languages
        paths = {first.tag: f"/v/{uuid}"}
        paths |= {language.tag: f"/{language.tag}/v/{uuid}" for language in others}
        pages = [
            BoothFile(path, hashlib.sha256(self._pages[tag]).hexdigest())
            for tag, path in paths.items()
        ]
        return tuple(sorted((*pages, *self._assets), key=lambda each: each.path))

    def serves(self, uuid: str, sealed: bytes | None) -> bool:
        """Tell whether this booth is the one that was sealed, or that an amendment put in force."""
        return sealed is not None and self._encoded(uuid) == sealed

    def _encode(self, uuid: str) -> bytes:
        return encode_booth(self.files(uuid))


def booth_files(uuid: str, languages: tuple[Language, ...] = LANGUAGES) -> tuple[BoothFile, ...]:
    """Return the booth that this program would serve for an election, to be sealed: §8.3."""
    assets = read_assets()
    return Booth(Pages(languages, assets.__getitem__), assets).files(uuid)
