# SPDX-License-Identifier: AGPL-3.0-or-later
"""A statement compiled for one database of a test is not compiled anew for the next of its kind.

Each test opens its own database, and SQLAlchemy keeps what it has compiled for each of them apart:
a tenth of what tests of the database take went into the same few hundred statements.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from evote.database import connection


class _Statements(dict[tuple[Any, ...], Any]):
    """Compiled statements by the kind of their database where SQLAlchemy names the database."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:  # noqa: ANN401
        return super().get(_of_kind(key), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:  # noqa: ANN401
        super().__setitem__(_of_kind(key), compiled)


def compile_once() -> None:
    """Share compiled statements between all databases of this process, from now on."""
    shared = {"compiled_cache": _Statements()}
    names = vars(connection)
    names["create_engine"] = partial(names["create_engine"], execution_options=shared)


def _of_kind(key: tuple[Any, ...]) -> tuple[Any, ...]:
    dialect, *statement = key
    return (dialect.name, *statement)
