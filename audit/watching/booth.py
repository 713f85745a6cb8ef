# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files with which browsers vote, asked for as browsers would. docs/protocol.md §8.3, §19.4."""

from __future__ import annotations

from audit.hashing import sha256_hex
from audit.server import decode_booth
from audit.watching import sentences
from audit.watching.agents import AGENTS, Agent
from audit.watching.alarms import Alarms
from audit.watching.amended import Amendments
from audit.watching.copies import BoardCopy, JournalCopy
from audit.watching.site import Away, Site

LARGEST_FILE = 2**23
Files = tuple[tuple[str, str], ...]


class Booth:
    """The booth's files of one election.

    Args:
        site: whence they come.
        alarms: what is said.
        amendments: of the booth, too.
    """

    def __init__(self, site: Site, alarms: Alarms, amendments: Amendments) -> None:
        self._site = site
        self._alarms = alarms
        self._amendments = amendments

    def check(self, board: BoardCopy, journal: JournalCopy, size: int) -> list[Away]:
        """Compare every file, for every agent, with what is in force; what could not be had."""
        server = board.server
        if server is None:
            return []
        sealed = server.booth
        permitted = self._in_force(board, journal, size)
        away = []
        for path, hashes in permitted.items():
            for agent in AGENTS:
                try:
                    self._compare(path, hashes, agent, sealed)
                except Away as refusal:
                    away.append(refusal)
        return away

    def _compare(self, path: str, hashes: set[str], agent: Agent, sealed: Files) -> None:
        with self._site.get(path, agent) as given:
            found = sha256_hex(given.whole(LARGEST_FILE))
        if found in hashes:
            return
        text = sentences.booth_changed(path, agent.name)
        of_sealed = dict(sealed).get(path)
        members = None
        if of_sealed is not None and of_sealed != found:
            members = {"path": path, "sha256": found, "sealed_sha256": of_sealed}
        self._alarms.sound("booth-changed", text, f"{path} {found}", members)

    def _in_force(self, board: BoardCopy, journal: JournalCopy, size: int) -> dict[str, set[str]]:
        """By path: the hashes that are in order.

        An amendment is in force from the entry on that enough members signed. What was in force
        before the last one is shown until the server starts again, so it is in order, too.
        """
        assert board.server is not None  # noqa: S101 (the caller asked)
        lists: list[Files] = [board.server.booth]
        lists += [
            decode_booth(entry.body["booth"])
            for entry in self._amendments.in_order(board, journal, size)
            if entry.kind == "booth-replaced"
        ]
        permitted: dict[str, set[str]] = {path: set() for path, _ in lists[-1]}
        for files in lists[-2:]:
            for path, digest in files:
                if path in permitted:
                    permitted[path].add(digest)
        return permitted
