# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the server does not give while it signs: the booth's files, tiles, what it gave before.

An hour of asking in vain for one of them is an alarm, in one run or over many (``asking.py``). A
server that shows no checkpoint either is away, which is another alarm (``clock.py``); the booth is
demanded from the opening to the closing, when parents vote with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from audit.evidence_parts import STALLED_SECONDS
from audit.hashing import sha256_hex
from audit.watching import sentences_of_files
from audit.watching.agents import AGENTS, Agent
from audit.watching.alarms import Alarms
from audit.watching.asking import Hours
from audit.watching.line import TOO_SLOW
from audit.watching.sentences_of_files import Thing
from audit.watching.site import Away, Stopped

BOOTH = "booth"
_MOST_OF_IT = STALLED_SECONDS // 2  # of an hour that several are refused something, in turn


class Withholding:
    """Of one election.

    Args:
        hours: for how long what was asked for in vain.
        alarms: what is said.
        now: what time it is.
    """

    def __init__(self, hours: Hours, alarms: Alarms, now: Callable[[], int]) -> None:
        self._hours = hours
        self._alarms = alarms
        self._now = now
        self._signed = self._stepping = False
        self._over: dict[str, Thing] = {}
        self._unseen: dict[str, Thing] = {}

    @property
    def unseen(self) -> tuple[Thing, ...]:
        """What was not had when it was asked for last, and as whom."""
        return tuple(
            each
            for name, thing in self._unseen.items()
            for each in _as(thing, self._hours.asking(name).waiting)
        )

    def begin(self, *, signed: bool, stepping: bool) -> None:
        """What follows is asked for in a round in which the server showed a checkpoint, or not.

        Args:
            signed: whether it did.
            stepping: whether the vote is on.
        """
        self._signed, self._stepping = signed, stepping
        self._over.clear()

    def demand(self, beginning: str, names: Collection[str]) -> None:
        """Of what begins so, only these are asked for from now on."""
        for name in {*self._unseen, *self._hours.lacking(beginning)}.difference(names):
            if name.startswith(beginning):
                self._hours.forget(name)
                self._unseen.pop(name, None)

    def given(self, name: str, agent: Agent | None = None) -> bool:
        """It was had; by this agent, where several ask in turn. Whether nobody lacks it now."""
        if not self._hours.asking(name).given(_number(agent)):
            return False
        self._unseen.pop(name, None)
        return True

    def refused(self, name: str, thing: Thing, away: Away, agent: Agent | None = None) -> bool:
        """It was not; whether it counts as asked for in vain."""
        if isinstance(away, Stopped):
            return False
        self._unseen[name] = thing
        if not self._signed or (name.startswith(BOOTH) and not self._stepping):
            return False
        asking, number = self._hours.asking(name), _number(agent)
        if asking.refused(number) and number not in asking.said:
            self._over[name] = thing
        return True

    def not_had(self, name: str, thing: Thing, away: Away, agent: Agent) -> None:
        """It was not, and is long: that it came too slowly for its time is held against nobody.

        Whoever waited for it in vain has not had it, whatever others are given.
        """
        if away.why == TOO_SLOW:
            self._unseen[name] = thing
            self._hours.asking(name).slow.add(AGENTS.index(agent))
        else:
            self.refused(name, thing, away, agent)

    def lacking(self, beginning: str) -> list[str]:
        """The names that begin so, of what is asked for in vain; without that beginning."""
        return [name.removeprefix(beginning) for name in self._hours.lacking(beginning)]

    def tell(self) -> None:
        """Sound what was asked for in vain for an hour by now; once each time that it begins.

        What others lack who were said before is named again with it: it is kept from them as well.
        """
        if not self._over:
            return
        whom = {name: self._hours.asking(name).without(_MOST_OF_IT) for name in self._over}
        things = [each for name, thing in self._over.items() for each in _as(thing, whom[name])]
        names = "\n".join(sorted(f"{name} {numbers}" for name, numbers in whom.items()))
        text = sentences_of_files.not_given(things)
        hour = self._now() // STALLED_SECONDS
        self._alarms.sound("withheld", text, f"{sha256_hex(names.encode())} {hour}")
        for name, numbers in whom.items():
            self._hours.asking(name).said.update(numbers or [None])
        self._over.clear()


def _number(agent: Agent | None) -> int | None:
    return None if agent is None else AGENTS.index(agent)


def _as(thing: Thing, numbers: Collection[int]) -> list[Thing]:
    """It, as each of these asked for it; as it is where nobody asks for it in turn."""
    return [replace(thing, agent=AGENTS[each]) for each in numbers] or [thing]
