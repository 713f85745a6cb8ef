# SPDX-License-Identifier: AGPL-3.0-or-later
"""A watcher of a test board, on the board's clock, whose alarms are listed."""

from __future__ import annotations

from pathlib import Path

from audit.watching.address import read_address
from audit.watching.alarms import Alarm
from audit.watching.disk import Disk
from audit.watching.site import Away, Site
from audit.watching.store import Store
from audit.watching.watcher import Around, Watcher
from tests.watching.board import URL, UUID, TestBoard


class Watched:
    """The watcher, which may be killed and started again."""

    def __init__(
        self, board: TestBoard, folder: Path, *, disk: Disk | None = None, site: Site | None = None
    ) -> None:
        self.board = board
        self.folder = folder
        self.site = site or board
        self.ahead = 0  # seconds by which this machine's clock is wrong
        self.alarms: list[Alarm] = []
        self.troubles: list[Away] = []
        self.start(disk)

    def start(self, disk: Disk | None = None) -> None:
        self.store = Store(self.folder, UUID, disk)
        around = Around(
            self.site,
            lambda: self.board.now + self.ahead,
            lambda seconds: None,
            self.alarms.append,
            "FCPE 35",
        )
        try:
            self.watcher = Watcher(read_address(URL), self.store, around)
        except BaseException:
            self.store.close()
            raise

    def close(self) -> None:
        """As its end, or a kill, does: nothing is written."""
        self.watcher.close()

    def restart(self, disk: Disk | None = None) -> None:
        self.close()
        self.start(disk)

    def round(self) -> list[Alarm]:
        """The new alarms of one round."""
        before = len(self.alarms)
        self.watcher.round()
        self.troubles = self.watcher.read_record()
        return self.alarms[before:]

    def kinds(self) -> list[str]:
        return [alarm.kind for alarm in self.alarms]
