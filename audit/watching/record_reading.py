# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record in one zip, as its page gives it to whoever verifies: once an hour. §17.1, §18.8.

Its checkpoints are judged as those that are shown; of its two logs the part that was kept is
compared. The rest of it was not signed before, and is what the verifier judges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from audit.bundle import unzip
from audit.record import MAX_CHECKPOINT, MAX_JOURNAL, Record
from audit.watching import sentences_of_files
from audit.watching.agents import Agent
from audit.watching.asking import Hours
from audit.watching.differing import first_difference
from audit.watching.disk import read_back, written
from audit.watching.followed import Log
from audit.watching.rereading import Rereader
from audit.watching.site import LONG_SECONDS, Away, Site, oversized
from audit.watching.store import Store
from audit.watching.withholding import Withholding
from audit.words import Malformed, Unreadable

NAME = "record"
_CHUNK = 2**20
_AROUND = 2**20  # bytes: names, sizes, checkpoints


class RecordReader:
    """Of one election.

    Args:
        path: where the zip is.
        logs: what was kept, by name.
        rereaders: to whom what differs is shown, by name.
        store: where there is room for it, for a moment.
        site: whence it comes.
        withholding: what is said of what is not given.
        hours: when it is due, and as whom.
    """

    def __init__(
        self,
        path: str,
        logs: dict[str, Log],
        rereaders: dict[str, Rereader],
        store: Store,
        site: Site,
        withholding: Withholding,
        hours: Hours,
    ) -> None:
        self._path = path
        self._logs = logs
        self._rereaders = rereaders
        self._store = store
        self._site = site
        self._withholding = withholding
        self._hours = hours

    def read(self) -> dict[str, bytes]:
        """Compare what was kept, if it is time; the checkpoints that were in it, by log.

        That it was asked for is on the disk before: whatever becomes of this program by what it is
        given, the next run has time for all that follows in a round.

        Raises:
            Away: it could not be had.
        """
        kept = all(log.kept for log in self._logs.values())
        turns = self._hours.turns
        if not (kept and turns.is_due(NAME)):
            return {}
        agent = turns.ask(NAME)
        self._hours.save()
        with self._store.scratch() as scratch:
            try:
                record = self._given(scratch, agent)
            except Away as refusal:
                self._withholding.not_had(NAME, sentences_of_files.whole_record(), refusal, agent)
                raise
            if self._withholding.given(NAME, agent):
                turns.had(NAME)
            self._compare("board", lambda: _pieces(record.archive))
            self._compare("journal", lambda: iter([record.journal or b""]))
            return {
                "board": record.board_checkpoint or b"",
                "journal": record.journal_checkpoint or b"",
            }

    def _given(self, scratch: Path, agent: Agent) -> Record:
        """What is in it, the archive in a file.

        Raises:
            Away: it was not given, or is no record.
        """
        path, size = scratch / "record.zip", 0
        most = self._logs["board"].copy.most_bytes
        answer = self._site.get(self._path, agent, patience=LONG_SECONDS)
        with answer as given, written(), path.open("wb") as file:
            for chunk in given.chunks or ():
                size += len(chunk)
                if size > most + MAX_JOURNAL + 2 * MAX_CHECKPOINT + _AROUND:
                    raise oversized()
                file.write(chunk)
        try:
            with written():
                record = unzip(path, scratch, most)
        except (Malformed, Unreadable) as refusal:
            fr, en = refusal.text
            raise Away(
                f"il donne un dossier complet illisible, {fr}",
                f"it gives a complete record that cannot be read, {en}",
            ).about(self._path) from refusal
        if None in (record.journal, record.board_checkpoint, record.journal_checkpoint):
            raise Away(
                "il donne un dossier complet où un fichier manque",
                "it gives a complete record that lacks a file",
            ).about(self._path)
        return record

    def _compare(self, name: str, pieces: Callable[[], Iterator[bytes]]) -> None:
        log = self._logs[name]
        at = first_difference(self._store.read(name), pieces(), log.kept_bytes)
        if at is not None:
            self._rereaders[name].differs(at, lambda: log.read_whole(pieces()))


def _pieces(path: Path) -> Iterator[bytes]:
    with read_back(), path.open("rb") as file:
        while data := file.read(_CHUNK):
            yield data
