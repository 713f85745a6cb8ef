# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every way to change one part of a statement or of a proof, for tests that none may pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from protocol.group import GENERATOR, ONE, Element, Scalar

Change = tuple[str, Any]


def changes(value: object) -> Iterator[Change]:
    """Yield (what was changed, the changed value), one part at a time, however deep it lies."""
    return ((what, changed) for what, changed in _changes(value) if changed != value)


def _changes(value: object) -> Iterator[Change]:
    if isinstance(value, Scalar):
        yield from (("plus one", value + ONE), ("negated", -value))
    elif isinstance(value, Element):
        yield from (("times g", value * GENERATOR), ("inverted", value / value / value))
    elif isinstance(value, bool):
        yield "negated", not value
    elif isinstance(value, int):
        yield "plus one", value + 1
    elif isinstance(value, str):
        yield from (("longer", value + "0"), ("shorter", value[:-1]))
    elif isinstance(value, (tuple, list, range)):
        yield from _changes_of_sequence(tuple(value))
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            for what, changed in changes(getattr(value, field.name)):
                yield f"{field.name} {what}", replace(value, **{field.name: changed})


def _changes_of_sequence(items: Sequence[Any]) -> Iterator[Change]:
    for index, item in enumerate(items):
        for what, changed in changes(item):
            yield f"[{index}] {what}", (*items[:index], changed, *items[index + 1 :])
        yield f"[{index}] left out", (*items[:index], *items[index + 1 :])
        yield f"[{index}] twice", (*items[: index + 1], *items[index:])
        if index and items[index - 1] != item:
            pair = (item, items[index - 1])
            yield f"[{index}] exchanged", (*items[: index - 1], *pair, *items[index + 1 :])


def changed_calls(
    verify: Callable[..., None], arguments: dict[str, Any]
) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield (what was changed, the check with one part of one argument changed)."""
    for name, value in arguments.items():
        for what, changed in changes(value):
            yield f"{name} {what}", _bind(verify, arguments | {name: changed})


def _bind(verify: Callable[..., None], arguments: dict[str, Any]) -> Callable[[], None]:
    return lambda: verify(**arguments)
