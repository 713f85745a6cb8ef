# SPDX-License-Identifier: AGPL-3.0-or-later
"""A process that runs ``evote restore`` at noon of the simulated elections' day.

Run as ``python restorer.py POINT ARGUMENTS…`` by the tests that stop it. With a POINT that is not
empty it kills itself there, or, with a folder in MEET, waits there for the test.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

TOP = Path(__file__).parents[2]
sys.path.insert(0, str(TOP))

from evote.backup.rows import store_rows  # noqa: E402
from evote.cli import main  # noqa: E402
from evote.cli.server import restoring as command  # noqa: E402
from evote.database.migrating import migrate_tables  # noqa: E402
from evote.publishing.publisher import Publisher  # noqa: E402
from evote.restoring import key_placing, restore  # noqa: E402
from evote.restoring.one_election import finish  # noqa: E402
from evote.restoring.published import move_heads  # noqa: E402
from evote.secret_files import create_secret_file  # noqa: E402
from evote.sign_in_rewriting import rewrite_sign_ins  # noqa: E402
from tests.db.dying import after, before, die  # noqa: E402
from tests.db.school import NOON  # noqa: E402

# Where a restore can stop, in its order: in which module which name is called, and which it is.
POINTS: dict[str, Callable[[Callable[[], None]], None]] = {
    "tables made": lambda act: setattr(restore, "migrate_tables", after(migrate_tables, act)),
    "rows stored": lambda act: setattr(restore, "store_rows", after(store_rows, act)),
    "completed": lambda act: setattr(restore, "finish", after(finish, act)),
    "one key placed": lambda act: setattr(
        key_placing, "create_secret_file", after(create_secret_file, act)
    ),
    "keys placed": lambda act: setattr(restore, "move_heads", before(move_heads, act)),
    "heads moved": lambda act: setattr(restore, "move_heads", after(move_heads, act)),
    "committed": lambda act: setattr(command, "restore", after(restore.restore, act)),
    "rewritten": lambda act: setattr(command, "rewrite_sign_ins", after(rewrite_sign_ins, act)),
    "published": lambda act: setattr(Publisher, "publish", after(Publisher.publish, act)),
}


def meet() -> None:
    """Say that the point is reached, and go on when it is said."""
    place = Path(os.environ["MEET"])
    (place / "reached").touch()
    while not (place / "go on").exists():
        time.sleep(0.01)


if __name__ == "__main__":
    setattr(command, "system_clock", lambda: NOON)  # noqa: B010 -- as every reader of it sees it
    if sys.argv[1]:
        POINTS[sys.argv[1]](meet if "MEET" in os.environ else die)
    sys.exit(main(sys.argv[2:]))
