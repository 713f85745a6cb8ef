# SPDX-License-Identifier: AGPL-3.0-or-later
"""The board of a hosted election as trustees and verifier read it: docs/protocol.md §10."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from evote.board.export import archive_chunks
from evote.database.connection import Database
from protocol.board import Board, read_board


@contextmanager
def hosted_board(database: Database, uuid: str, until: int | None = None) -> Iterator[Board]:
    """Give the board as it is now, from its archive in a file that vanishes: §10.3.

    Raises:
        UnknownElection: there is none.
        ProtocolError: the database is damaged.
    """
    with tempfile.TemporaryFile() as stream:
        for chunk in archive_chunks(database, uuid, until):
            stream.write(chunk)
        stream.seek(0)
        yield read_board(stream)
