# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a server serves that no election changes: its own files, its pages and its booth."""

from collections.abc import Mapping
from dataclasses import dataclass

from evote.web.assets import Asset, read_assets
from evote.web.booth import Booth
from evote.web.languages import Language
from evote.web.templating import Pages


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """The files of this version of the program, as they were read: one may serve many servers."""

    assets: Mapping[str, Asset]
    pages: Pages
    booth: Booth


def read_own_files(languages: tuple[Language, ...]) -> OwnFiles:
    """Read them, with pages in these languages.

    Raises:
        AssetsMissing: the package lacks a file of its own.
    """
    assets = read_assets()
    pages = Pages(languages, assets.__getitem__)
    return OwnFiles(assets, pages, Booth(pages, assets))
