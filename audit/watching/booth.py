# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files with which browsers vote, asked for as browsers would. docs/protocol.md §8.3, §19.4."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from audit.hashing import sha256_hex
from audit.server import decode_booth
from audit.watching import sentences_of_files as sentences
from audit.watching.agents import AGENTS, Agent
from audit.watching.alarms import Alarms
from audit.watching.amended import Amendments
from audit.watching.booth_headers import forbidden_headers, wrong_headers
from audit.watching.copies import BoardCopy, JournalCopy
from audit.watching.patience import Patience
from audit.watching.site import Away
from audit.watching.withholding import BOOTH, Withholding
from audit.words import Text

LARGEST_FILE = 2**23
_OTHER_PAGE = range(201, 400)  # another success, or a move: of what is at another address
Files = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A file as it was given to an agent."""

    path: str
    agent: Agent
    sha256: str


class Booth:
    """The booth's files of one election.

    Args:
        site: whence they come.
        alarms: what is said.
        amendments: of the booth, too.
        withholding: what is said of what is not given.
        journal_now: look at the journal once more; how much of it was signed by now.
    """

    def __init__(
        self,
        site: Patience,
        alarms: Alarms,
        amendments: Amendments,
        withholding: Withholding,
        journal_now: Callable[[], int],
    ) -> None:
        self._site = site
        self._alarms = alarms
        self._amendments = amendments
        self._withholding = withholding
        self._journal_now = journal_now

    def check(self, board: BoardCopy, journal: JournalCopy, size: int) -> list[Away]:
        """Compare every file, for every agent, with what is in force; what could not be had.

        A file that differs may be in force since the journal was looked at: an amendment is
        published before what it puts in force is served (§18.7).
        """
        if board.server is None:
            return []
        permitted = self._in_force(board, journal, size)
        questions = [(path, agent) for path in permitted for agent in AGENTS]
        self._site.share(len(questions))
        away, others = [], []
        for path, agent in questions:
            name = f"{BOOTH} {AGENTS.index(agent)} {path}"
            try:
                found = self._ask(path, agent)
            except Away as refusal:
                self._withholding.refused(name, sentences.booth_file(path, agent), refusal)
                away.append(refusal)
                continue
            self._withholding.given(name)
            if found.sha256 not in permitted[path]:
                others.append(found)
        if any(not self._alarms.known(*_named(each)) for each in others):
            permitted = self._in_force(board, journal, self._journal_now())
            for each in others:
                if each.sha256 not in permitted.get(each.path, ()):
                    self._changed(each, board.server.booth)
        return away

    def _ask(self, path: str, agent: Agent) -> _Found:
        """One file; what its headers do is said at once.

        Raises:
            Away: it could not be had.
        """
        try:
            with self._site.get(path, agent) as given:
                if given.moved:
                    self._moved(path, agent)
                wrong = (*forbidden_headers(given.headers), *wrong_headers(path, given.headers))
                self._headers(path, agent, wrong)
                return _Found(path, agent, sha256_hex(given.whole(LARGEST_FILE)))
        except Away as refusal:
            self._headers(path, agent, forbidden_headers(refusal.headers))
            if refusal.status in _OTHER_PAGE:
                self._moved(path, agent)
            raise

    def _moved(self, path: str, agent: Agent) -> None:
        self._alarms.sound("booth-changed", sentences.booth_moved(path, agent.name), "moved")

    def _headers(self, path: str, agent: Agent, wrong: Iterable[tuple[str, Text]]) -> None:
        for name, why in wrong:
            text = sentences.booth_headers(path, agent.name, why)
            self._alarms.sound("booth-changed", text, f"header {name}")

    def _changed(self, found: _Found, sealed: Files) -> None:
        kind, key = _named(found)
        text = sentences.booth_changed(found.path, found.agent.name)
        of_sealed = dict(sealed).get(found.path)
        members = None
        if of_sealed is not None and of_sealed != found.sha256:
            members = {"path": found.path, "sha256": found.sha256, "sealed_sha256": of_sealed}
        self._alarms.sound(kind, text, key, members)

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


def _named(found: _Found) -> tuple[str, str]:
    """The kind and the key of the alarm that a file is another."""
    return "booth-changed", f"{found.path} {found.sha256}"
