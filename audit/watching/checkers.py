# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages that check receipts and ballots, which no election can seal. docs/protocol.md §8.3.

They carry the election itself, so their hash cannot be in it. What can be seen is whether one
browser is given another page than the other: this is looked at now and then.
"""

from __future__ import annotations

from audit.hashing import sha256_hex
from audit.watching import sentences
from audit.watching.address import Address
from audit.watching.agents import DESKTOP, PHONE, Agent
from audit.watching.alarms import Alarms
from audit.watching.patience import Patience
from audit.watching.site import Away, Stopped

PAGES = ("receipt", "check")
EVERY = 10  # rounds: together they weigh as much as the booth
LARGEST_PAGE = 2**23
_SECONDS = 5  # for each of at most eight answers
# A server that was just updated gives the new page to both, and one that is ill refuses by chance.
_TRIES = 2
REFUSALS = 5  # rounds, one after the other


class Checkers:
    """Those pages of one election.

    Args:
        site: whence they come.
        address: of the election.
        alarms: what is said.
    """

    def __init__(self, site: Patience, address: Address, alarms: Alarms) -> None:
        self._site = site
        self._address = address
        self._alarms = alarms
        self._left = 0  # rounds, until they are looked at again
        self._refused: dict[tuple[str, Agent], int] = {}  # rounds, one after the other

    def check(self) -> None:
        """Compare what two browsers are given, in the first round and in each tenth after it.

        A page that is not given is asked for in the next round. An error, or another address, may
        show a parent anything: one browser that is answered so again and again while the other is
        given the page is an alarm, too.
        """
        self._left -= 1
        if self._left > 0:
            return
        self._left = EVERY
        self._site.again()
        for page in PAGES:
            path = self._address.of_page(page)
            try:
                self._look(path)
            except Away:
                self._left = 0

    def _look(self, path: str) -> None:
        for _ in range(_TRIES):
            given = self._given(path)
            if None in given.values():
                self._left = 0
                self._count_refusal(path, given)
                return
            if given[DESKTOP] == given[PHONE]:
                break
        else:
            self._alarms.sound("page-differs", sentences.page_differs(path), path)
        self._refused = {each: n for each, n in self._refused.items() if each[0] != path}

    def _count_refusal(self, path: str, given: dict[Agent, str | None]) -> None:
        for agent, digest in given.items():
            other = any(given.values())  # to both it is only away
            before = self._refused.get((path, agent), 0)
            self._refused[path, agent] = before + 1 if digest is None and other else 0
            if self._refused[path, agent] == REFUSALS:
                self._alarms.sound("page-differs", sentences.page_refused(path), f"refused {path}")

    def _given(self, path: str) -> dict[Agent, str | None]:
        """The hash of what each browser is given; None where it is answered, and not with a page.

        Raises:
            Away: one of them has no answer.
        """
        return {agent: self._digest(path, agent) for agent in (DESKTOP, PHONE)}

    def _digest(self, path: str, agent: Agent) -> str | None:
        try:
            with self._site.get(path, agent, patience=_SECONDS) as given:
                return sha256_hex(given.whole(LARGEST_PAGE))
        except Away as away:
            if isinstance(away, Stopped) or not away.answered:
                raise
            return None
