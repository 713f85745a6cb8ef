# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-audit watch``: rounds until the end, then the verifier on what was kept."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.arithmetic import self_test
from audit.plain_text import plain_text
from audit.watching.address import Address, read_address
from audit.watching.alarms import Alarm
from audit.watching.ending import verify_kept
from audit.watching.meeting import OtherElection, elsewhere
from audit.watching.news import News
from audit.watching.promise_files import Entrusted, entrust, read_entrusted
from audit.watching.sentences_of_files import entries, unseen
from audit.watching.site import Away, HttpSite, Site
from audit.watching.speaking import Speaker
from audit.watching.store import Store
from audit.watching.troubles import Troubles
from audit.watching.watcher import Around, Watcher
from audit.words import Malformed, Text, Unusable, count, shown

OBSERVER = "evote-audit watch"
QUIET, ALARMED, NOTHING = 0, 1, 2
_LONGEST = 300
_COMPARE = Text(
    "Première visite : comparez cette empreinte à celle de l'affiche, de la lettre ou d'une autre"
    " personne. Tout le reste en dépend.",
    "First visit: compare this fingerprint with that on the poster, on the letter or of another"
    " person. All the rest rests on it.",
)
_CHECK = Text(
    "vérifiez l'adresse : le nom du site et le numéro de l'élection",
    "check the address: the name of the site and the election's number",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for.

    Args:
        url: of the election's page.
        store: the folder; None for the usual one.
        every: seconds between two rounds.
        once: one round only.
        fingerprint: of the only election that is meant; None for any.
        promises: files to look after.
        observer: whose word observations rest on.
    """

    url: str
    store: Path | None = None
    every: int = 60
    once: bool = False
    fingerprint: str | None = None
    promises: tuple[Path, ...] = ()
    observer: str = OBSERVER


def watch(asked: Asked, speaker: Speaker) -> int:
    """Watch until the end of the election, one round, or until interrupted; the exit status.

    Raises:
        Unusable: there is nothing to watch, or no place to keep it.
    """
    self_test()
    address = read_address(asked.url)
    _require_name(asked.observer)
    promises = [read_entrusted(path) for path in asked.promises]
    store = Store(asked.store or Path(f"preau-watch-{address.uuid}"), address.uuid)
    try:
        site = HttpSite(address)
        with _stopping(site.stop) as stop:
            return _Watch(address, store, asked, speaker, site, stop).run(promises)
    finally:
        store.close()


class _Watch:
    """One run of the command."""

    def __init__(
        self,
        address: Address,
        store: Store,
        asked: Asked,
        speaker: Speaker,
        site: Site,
        stop: threading.Event,
    ) -> None:
        self._asked = asked
        self._speaker = speaker
        self._stop = stop
        self._store = store
        self._troubles = Troubles(speaker)
        around = Around(site, lambda: int(time.time()), self._pause, self._alarm, asked.observer)
        self._watcher = Watcher(address, store, around)
        self._news = News(self._watcher, store, speaker)

    def _pause(self, seconds: float) -> None:
        self._stop.wait(seconds)

    def _alarm(self, alarm: Alarm) -> None:
        path = alarm.evidence and str(self._store.evidence / alarm.evidence)
        self._speaker.alarm(alarm.kind, alarm.sentence, path)

    def run(self, promises: list[Entrusted]) -> int:
        """Look after these, too; the exit status."""
        watcher = self._watcher
        try:
            if not self._meet():
                return ALARMED if watcher.alarms.count else NOTHING
            self._entrust(promises)
            while not self._round():
                self._pause(self._asked.every)
            return self._end()
        except OtherElection as refusal:
            self._speaker.event("alarm", refusal.text, kind="another-election", evidence=None)
            return ALARMED
        finally:
            watcher.close()

    def _round(self) -> bool:
        """Look at everything once, and say what was seen; whether this was the last time.

        The zip is read after that, and after the verification of what was kept: where it is too
        much for this machine, nothing else is lost.
        """
        watcher = self._watcher
        self._tell(watcher.round(), goes_on=True)
        last = self._asked.once or watcher.phase.over or self._stop.is_set()
        if last:
            self._verify()
        if not self._stop.is_set():
            self._tell(watcher.read_record(), goes_on=False)
        stopped = self._stop.is_set()
        if stopped and not last:
            self._verify()
        return last or stopped

    def _tell(self, troubles: list[Away], *, goes_on: bool) -> None:
        if not self._stop.is_set():
            self._troubles.tell(troubles, time.monotonic(), goes_on=goes_on)
        self._news.tell()

    def _verify(self) -> None:
        if self._watcher.keeper.pair:
            verify_kept(self._watcher, self._store, self._speaker)

    # ------------------------------------------------------------ the beginning

    def _entrust(self, promises: list[Entrusted]) -> None:
        """Whether they are of this election is known only now."""
        server = self._watcher.board.server
        if server is not None:
            for promise in promises:
                entrust(self._store, promise, server.board_key)

    def _meet(self) -> bool:
        """Say whose election it is; whether there is one."""
        watcher = self._watcher
        new = self._store.fresh
        wanted = self._asked.fingerprint
        if wanted is not None and not new and wanted != watcher.fingerprint:
            raise OtherElection(watcher.fingerprint)
        while not watcher.met:
            try:
                watcher.meet(wanted)
            except Away as away:
                if self._stop.is_set():
                    return False
                if self._asked.once and not watcher.alarms.count:
                    raise Unusable(*_not_now(away), _CHECK if new else None) from away
                self._troubles.tell([away], time.monotonic())
                if new:
                    self._troubles.not_yet(time.monotonic())
                if not self._asked.once:
                    self._pause(self._asked.every)
                if self._asked.once or self._stop.is_set():
                    return False
        self._tell_start(new=new)
        return True

    def _tell_start(self, *, new: bool) -> None:
        watcher, election = self._watcher, self._watcher.board.election
        name = shown(election.name if election else "", _LONGEST)
        text = Text(
            f"Surveillance de « {name} », empreinte {watcher.fingerprint}, dans"
            f" {self._store.folder}.",
            f"Watching “{name}”, fingerprint {watcher.fingerprint}, in {self._store.folder}.",
        )
        self._speaker.event(
            "started", text, fingerprint=watcher.fingerprint, store=str(self._store.folder)
        )
        self._tell_elsewhere()
        if new and self._asked.fingerprint is None:
            self._speaker.event("compare", _COMPARE, fingerprint=watcher.fingerprint)
        before = watcher.alarms.count
        if before and not new:
            alarms = count(before, "alarme", "alarm")
            text = Text(
                f"Ce dossier en est à {alarms.fr} : voir « evidence » et « watch.jsonl ».",
                f"This folder has {alarms.en} so far: see “evidence” and “watch.jsonl”.",
            )
            self._speaker.event("alarmed", text, alarms=before)

    def _tell_elsewhere(self) -> None:
        """Whether this is another host than the sealed one (§8.3): a mirror is permitted."""
        server, asked = self._watcher.board.server, self._watcher.address.host
        sealed = server.host if server else asked
        if sealed != asked:
            self._speaker.event("elsewhere", elsewhere(sealed, asked), sealed=sealed, asked=asked)

    # ------------------------------------------------------------ the end

    def _end(self) -> int:
        watcher = self._watcher
        alarms = watcher.alarms.count
        kept = watcher.logs["board"].kept
        path = self._store.record
        events = count(kept, "événement", "event")
        if not kept:
            self._speaker.event(
                "ended",
                Text("Rien n'a pu être gardé.", "Nothing could be kept."),
                alarms=alarms,
                record=None,
            )
            return ALARMED if alarms else NOTHING
        waiting = [entries(name) for name in watcher.waiting]
        if things := [*waiting, *watcher.withholding.unseen]:
            self._speaker.event("unseen", unseen(things))
        number = count(alarms, "alarme", "alarm")
        text = Text(
            f"Vu : {events.fr}, {number.fr}. Pour comparer plus tard :"
            f" evote-audit verify DOSSIER --since {path}",
            f"{events.en} seen, {number.en}. To compare later:"
            f" evote-audit verify RECORD --since {path}",
        )
        self._speaker.event("ended", text, alarms=alarms, record=str(path))
        return ALARMED if alarms else QUIET


def _not_now(away: Away) -> Text:
    return Text(
        f"le serveur n'a pas pu être lu : {away.text.fr}",
        f"the server could not be read: {away.text.en}",
    )


def _require_name(observer: str) -> None:
    try:
        plain_text(observer, "--observer")
    except Malformed as refusal:
        raise Unusable(*refusal.text) from refusal


@contextmanager
def _stopping(cut: Callable[[], None]) -> Iterator[threading.Event]:
    """Ctrl-C, or a polite kill, ends the watch at the next place where nothing is torn.

    No answer is waited for any longer; what came in until then is judged and kept.
    """
    stop = threading.Event()

    def ask(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        cut()

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {each: signal.signal(each, ask) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
