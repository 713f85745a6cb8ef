# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files that servers of tests serve, read once: rendering them takes longer than most tests."""

from __future__ import annotations

from functools import cache

from evote.web.languages import FRENCH, PSEUDO
from evote.web.own_files import read_own_files
from protocol.server_binding import BoothFile

own_files = cache(read_own_files)


def booth_files_of_tests(uuid: str) -> tuple[BoothFile, ...]:
    """The booth in the languages of tests: the first, and one in which untranslated words show."""
    return own_files((FRENCH, PSEUDO)).booth.files(uuid)
