# SPDX-License-Identifier: AGPL-3.0-or-later
"""One election, followed round by round. docs/protocol.md §18 to §21.

What a round sees is on the disk before it is judged; what it judges to be sure becomes the record.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from audit.watching import sentences
from audit.watching.address import Address
from audit.watching.agents import PLAIN
from audit.watching.alarms import Alarm, Alarms
from audit.watching.amended import Amendments
from audit.watching.asking import Hours
from audit.watching.attempts import Attempts
from audit.watching.booth import Booth
from audit.watching.checkers import Checkers
from audit.watching.clock import Clock
from audit.watching.copies import BoardCopy, JournalCopy
from audit.watching.followed import Log
from audit.watching.judging import Judge
from audit.watching.keeping import Keeper
from audit.watching.looking import Looker
from audit.watching.meeting import NotTheOne, OtherElection, no_election, require_host
from audit.watching.patience import Patience
from audit.watching.phase import Phase
from audit.watching.promised import Promised
from audit.watching.record_reading import RecordReader
from audit.watching.rereading import Rereader
from audit.watching.resuming import Resumer
from audit.watching.second_reading import SecondReading
from audit.watching.signed import Seen
from audit.watching.site import Away, Site
from audit.watching.store import LOGS, Store
from audit.watching.tiles import Tiles
from audit.watching.withholding import Withholding
from audit.watching.witnessed import Witnessed

PAGES = {"board": "archive", "journal": "journal.jsonl"}


@dataclass(frozen=True, slots=True)
class Around:
    """What a watcher has around it.

    Args:
        site: the server.
        now: what time it is, in seconds since 1970 UTC.
        pause: wait so many seconds.
        tell: what to do with an alarm.
        observer: whose word an observation rests on.
    """

    site: Site
    now: Callable[[], int]
    pause: Callable[[float], None]
    tell: Callable[[Alarm], None]
    observer: str = "evote-audit watch"


class Watcher:
    """One election, from what a store has of it on.

    Raises:
        Unusable: the store is damaged.
    """

    def __init__(self, address: Address, store: Store, around: Around) -> None:
        self.address = address
        self.store = store
        self._around = around
        self.hours = Hours(store, around.now)
        site = self._site = Patience(around.site, around.now)
        self.logs = {
            name: Log(name, address.of_page(PAGES[name]), address.of_log(name, ""), store, site)
            for name in LOGS
        }
        self.alarms = Alarms(store, self._election, around.observer, around.now, around.tell)
        self.keeper = Keeper(store, self.logs, self.alarms)
        self.promised = Promised(store.promises, self.alarms, self.hours, around.now)
        amendments = Amendments()
        withholding = self.withholding = Withholding(self.hours, self.alarms, around.now)
        self._booth = Booth(site, self.alarms, amendments, withholding, self._journal_now)
        self._checkers = Checkers(site, address, self.alarms)
        self.witnessed = Witnessed(self.hours.asking("witnesses"))
        self.phase = Phase(self.keeper, amendments, self.witnessed, around.now)
        self.clock = Clock(self.alarms, around.now, self.hours)
        attempts = self._attempts = Attempts(self.alarms)
        self._waiting: list[str] = []
        self._agents = self.hours.turns.agents
        self._looker = Looker(
            self.logs, store, self.alarms, around.now, around.pause, attempts.troubles.append
        )
        self._judges, rereaders = {}, {}
        for name, log in self.logs.items():
            tiles, comparer = Tiles(log.prefix, site), self._looker.comparer(name)
            judge = Judge(log, tiles, comparer, self.alarms, around.pause)
            self._judges[name] = judge
            rereaders[name] = Rereader(
                log, store, site, tiles, judge, self.alarms, withholding, self.hours.turns
            )
        path = address.of_page("record")
        record = RecordReader(path, self.logs, rereaders, store, site, withholding, self.hours)
        self._second = SecondReading(
            rereaders, record, self._looker, attempts, self._judge, around.now
        )
        self._resumer = Resumer(store, self.logs, self._looker, self._judges)
        try:
            self._resume()
        except BaseException:
            self.close()
            raise

    @property
    def board(self) -> BoardCopy:
        """The board that is followed."""
        return self.keeper.board

    @property
    def journal(self) -> JournalCopy:
        """The journal that is followed."""
        return self.keeper.journal

    @property
    def fingerprint(self) -> str:
        """φ of the election that is watched."""
        return str(self.store.first["fingerprint"])

    def close(self) -> None:
        """Let the store go."""
        for log in self.logs.values():
            log.close()
        self.store.close()

    @property
    def waiting(self) -> list[str]:
        """The logs of which more was signed than given, when a round was last seen to its end."""
        return [name for name in self._waiting if self.logs[name].unjudged]

    # ------------------------------------------------------------ from the store

    def _election(self) -> bytes:
        return self.board.election_bytes or b""

    def _resume(self) -> None:
        pair = self._resumer.resume()
        if pair:
            self.keeper.resume(pair)
        self._waiting = [name for name, log in self.logs.items() if log.unjudged]

    # ------------------------------------------------------------ the first visit

    def meet(self, fingerprint: str | None) -> None:
        """Learn whose election this is, from the first event alone; the rest rests on it.

        Raises:
            Away: not now. Once a watch has begun, nothing that is given instead ends it.
            NotTheOne: there is none of a kind that can be watched, or another than was named.
        """
        self._site.begin()
        try:
            self._meet(fingerprint)
        except NotTheOne as refusal:
            if self.store.fresh:
                raise
            self.logs["board"].drop_pending()  # whose keys these are is not asked
            self._met_no_more(refusal)
            raise Away(*refusal.text) from refusal

    def _met_no_more(self, refusal: NotTheOne) -> None:
        """What was here when the watch began is not here now."""
        kind, key = "out-of-order", f"refused {refusal.text.en}"
        if isinstance(refusal, OtherElection):
            kind, key = "another-election", refusal.found
        self.alarms.sound(kind, sentences.met_no_more(refusal.text), key)

    def _meet(self, fingerprint: str | None) -> None:
        board = self.logs["board"]
        board.drop_pending()
        board.fetch(PLAIN)
        copy = self.board
        if copy.election is None or copy.server is None or any(not at for at, _ in copy.faults):
            raise no_election()
        require_host(self.address, copy.server.board_key.name)
        found = copy.election.fingerprint
        known = None if self.store.fresh else self.fingerprint
        for wanted in (fingerprint, known):
            if wanted is not None and wanted != found:
                raise OtherElection(found)
        if self.store.fresh:
            self.store.begin(found, self._around.now())
        self._resumer.remember()

    # ------------------------------------------------------------ a round

    @property
    def met(self) -> bool:
        """Whether it is known whose election this is."""
        return self.board.server is not None and not self.store.fresh

    def round(self) -> list[Away]:
        """Look at everything once but the zip; what could not be had."""
        attempts = self._attempts
        attempts.begin()
        self._site.begin()
        if not self.met:
            attempts.attempt(lambda: self.meet(None))
            if not self.met:
                return list(attempts.troubles)
        first, again, other = self._agents = self.hours.turns.agents
        shown_now = self._looker.look(first)
        for log in self.logs.values():
            attempts.attempt(partial(log.fetch, first))
        shown_again = self._looker.look(again)
        candidates = {name: shown_now[name] + shown_again[name] for name in LOGS}
        for name, seen in candidates.items():
            self._judge(name, seen)
        kept = self.keeper.keep(candidates)
        if self.phase.ended and self.board.server is not None:
            self.witnessed.look(self.keeper.pair, self.board.server, asked=kept)
        self.withholding.begin(signed=bool(candidates["board"]), stepping=self.phase.stepping)
        self._second.read_logs(again, other)
        self._rest(candidates, kept=kept)
        if not attempts.stopped:
            self.hours.turns.rounds += 1
        self._site.pause()
        return self._seen()

    def read_record(self) -> list[Away]:
        """Look at the zip, if it is time; what could not be had since the round began.

        It comes when all else of a round is judged, kept and said: whatever becomes of this
        program by what it is given here, and however often.
        """
        if self.met and not self._attempts.stopped:
            self._site.rest()
            *_, other = self._agents  # of the round that is over
            self._second.read_record(other)
        return self._seen()

    def _seen(self) -> list[Away]:
        """Say what was asked for in vain for an hour by now, and keep for how long."""
        attempts = self._attempts
        self.withholding.tell()
        self.hours.save()
        if not attempts.stopped:
            self._waiting = [name for name, log in self.logs.items() if log.unjudged]
        return list(attempts.troubles)

    def _rest(self, candidates: dict[str, list[Seen]], *, kept: bool) -> None:
        """Booth, promises, clock."""
        boards, journals, best = candidates["board"], candidates["journal"], self._journal_size
        shown, attempts = _decided(journals), self._attempts
        attempts.troubles += self._booth.check(self.board, self.journal, best, shown=shown)
        server = self.board.server
        if not attempts.stopped:  # whoever stops asking learns nothing of a clock
            self._checkers.check()
            self._time(boards, kept=kept)
        if server is not None:
            board, pace = self.logs["board"], self.hours.pace
            self.promised.judge(board, server.board_key, pace, shown=bool(boards))

    def _time(self, boards: list[Seen], *, kept: bool) -> None:
        if boards:
            last = max(boards, key=lambda each: each.stamp or 0)
            entries = sum(log.kept for log in self.logs.values())
            self.clock.seen(last, entries, stepping=self.phase.stepping)
            self.clock.step(self.keeper.pair.get("board"), kept=kept)
            for log in self.logs.values():
                self.clock.entries(log)
        elif self.keeper.pair:
            self.clock.away(
                self.keeper.pair["board"],
                stepping=self.phase.stepping,
                answered=self._attempts.answered,
            )

    @property
    def _journal_size(self) -> int:
        best = self.logs["journal"].best
        return best.size if best else 0

    def _journal_now(self) -> int | None:
        """How much of the journal was signed by now; None where that could not be had."""
        self._site.again()
        journal = self.logs["journal"]
        shown = self._looker.look(PLAIN)["journal"]
        given = self._attempts.attempt(partial(journal.fetch, PLAIN))
        self._judge("journal", shown)
        return self._journal_size if given and _decided(shown) else None

    def _judge(self, name: str, candidates: list[Seen]) -> None:
        """Those first that what came in covers; a log that is not given is not asked for again."""
        log, judge, given = self.logs[name], self._judges[name], True
        waiting, log.unjudged = log.unjudged, []
        for seen in waiting:
            if seen.size <= log.copy.size and log.copy.root(seen.size) == seen.root:
                log.accept(seen)
        for seen in [*waiting, *(each for each in candidates if each.judged)]:
            if given or seen.judged or seen.size <= log.copy.size:
                given = self._attempts.attempt(partial(judge.judge, seen)) and given
            if not seen.judged and log.signed.holds(seen):
                log.unjudged.append(seen)


def _decided(shown: list[Seen]) -> bool:
    """Whether a log was shown, and whether that is of it is known."""
    return bool(shown) and all(each.judged for each in shown)
