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
from audit.watching.site import Away

PAGES = ("receipt", "check")
EVERY = 10  # rounds: together they weigh as much as the booth
LARGEST_PAGE = 2**23
_SECONDS = 5  # for each of at most eight answers
_TRIES = 2  # a server that was just updated gives the new page to both


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

    def check(self) -> None:
        """Compare what two browsers are given, in the first round and in each tenth after it.

        A page that is not given is passed over, since nobody can be deceived by it, and asked for
        in the next round.
        """
        self._left -= 1
        if self._left > 0:
            return
        self._left = EVERY
        self._site.again()
        for page in PAGES:
            path = self._address.of_page(page)
            try:
                if self._differs(path):
                    self._alarms.sound("page-differs", sentences.page_differs(path), path)
            except Away:
                self._left = 0

    def _differs(self, path: str) -> bool:
        """Whether the two are given other pages, twice."""
        return all(self._digest(path, DESKTOP) != self._digest(path, PHONE) for _ in range(_TRIES))

    def _digest(self, path: str, agent: Agent) -> str:
        with self._site.get(path, agent, patience=_SECONDS) as given:
            return sha256_hex(given.whole(LARGEST_PAGE))
