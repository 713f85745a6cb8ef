# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files with which browsers vote, asked for as browsers would. docs/protocol.md §8.3, §19.4."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from audit.hashing import sha256_hex
from audit.server import decode_booth
from audit.watching import sentences_of_files as sentences
from audit.watching.agents import AGENTS, Agent
from audit.watching.alarms import MOST_OF_A_KIND, Alarms
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
    """A file as it was given to an agent, when so many lists of files were known."""

    path: str
    agent: Agent
    sha256: str
    lists: int


class Booth:
    """The booth's files of one election.

    Args:
        site: whence they come.
        alarms: what is said.
        amendments: of the booth, too.
        withholding: what is said of what is not given.
        journal_now: look at the journal once more; how much of it was signed by now, and None
            where it could not be had.
    """

    def __init__(
        self,
        site: Patience,
        alarms: Alarms,
        amendments: Amendments,
        withholding: Withholding,
        journal_now: Callable[[], int | None],
    ) -> None:
        self._site = site
        self._alarms = alarms
        self._amendments = amendments
        self._withholding = withholding
        self._journal_now = journal_now
        # given in rounds before, while the journal was not
        self._open: deque[_Found] = deque(maxlen=MOST_OF_A_KIND)

    def check(
        self, board: BoardCopy, journal: JournalCopy, size: int, *, shown: bool
    ) -> list[Away]:
        """Compare every file, for every agent, with what is in force; what could not be had.

        A file that differs may be in force since the journal was looked at: an amendment is
        published before what it puts in force is served (§18.7). Where the journal cannot be had
        just then, that of the next round decides; whoever keeps it back each time keeps back the
        file, since nothing is compared with it.

        Args:
            board: whose files they are.
            journal: as it is known by now.
            size: how much of it is signed.
            shown: whether that was looked at in this round.
        """
        if board.server is None:
            return []
        lists = self._lists(board, journal, size)
        if shown:
            self._judge(self._open, lists)
            self._open.clear()
        permitted = _in_force(lists)
        questions = [(path, agent) for path in permitted for agent in AGENTS]
        self._withholding.demand(BOOTH, [_asked(*each) for each in questions])
        self._site.share(len(questions))
        away, others = [], []
        for path, agent in questions:
            try:
                sha256 = self._ask(path, agent)
            except Away as refusal:
                self._refused(path, agent, refusal)
                away.append(refusal)
                continue
            found = _Found(path, agent, sha256, len(lists))
            if sha256 in permitted[path] or self._alarms.known(*_named(found)):
                self._withholding.given(_asked(path, agent))
            else:
                others.append(found)
        if others:
            self._look_again(others, board, journal)
        return away

    def _look_again(self, others: list[_Found], board: BoardCopy, journal: JournalCopy) -> None:
        """Judge these by the journal as it is after they were given, or leave them open."""
        size = self._journal_now()
        if size is None:
            self._open += others
            for each in others:
                self._refused(each.path, each.agent, _undecided())
            return
        self._judge(others, self._lists(board, journal, size))
        for each in others:
            self._withholding.given(_asked(each.path, each.agent))

    def _judge(self, others: Iterable[_Found], lists: list[Files]) -> None:
        """Whether a list puts them in force that was not known when they were given."""
        for each in others:
            if not any((each.path, each.sha256) in files for files in lists[each.lists :]):
                self._changed(each, lists[0])

    def _refused(self, path: str, agent: Agent, why: Away) -> None:
        self._withholding.refused(_asked(path, agent), sentences.booth_file(path, agent), why)

    def _ask(self, path: str, agent: Agent) -> str:
        """The hash of one file; what its headers do is said at once.

        Raises:
            Away: it could not be had.
        """
        try:
            with self._site.get(path, agent) as given:
                if given.moved:
                    self._moved(path, agent)
                wrong = (*forbidden_headers(given.headers), *wrong_headers(path, given.headers))
                self._headers(path, agent, wrong)
                return sha256_hex(given.whole(LARGEST_FILE))
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

    def _lists(self, board: BoardCopy, journal: JournalCopy, size: int) -> list[Files]:
        """What was ever in force: what was sealed, then what enough members signed instead."""
        assert board.server is not None  # noqa: S101 (the caller asked)
        return [
            board.server.booth,
            *(
                decode_booth(entry.body["booth"])
                for entry in self._amendments.in_order(board, journal, size)
                if entry.kind == "booth-replaced"
            ),
        ]


def _in_force(lists: list[Files]) -> dict[str, set[str]]:
    """By path: the hashes that are in order.

    An amendment is in force from the entry on that enough members signed. What was in force
    before the last one is shown until the server starts again, so it is in order, too.
    """
    permitted: dict[str, set[str]] = {path: set() for path, _ in lists[-1]}
    for files in lists[-2:]:
        for path, digest in files:
            if path in permitted:
                permitted[path].add(digest)
    return permitted


def _asked(path: str, agent: Agent) -> str:
    """What is asked for, as a name."""
    return f"{BOOTH} {AGENTS.index(agent)} {path}"


def _undecided() -> Away:
    return Away("il ne donne pas le journal", "it does not give the journal")


def _named(found: _Found) -> tuple[str, str]:
    """The kind and the key of the alarm that a file is another."""
    return "booth-changed", f"{found.path} {found.sha256}"
