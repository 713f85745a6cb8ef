# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small changes to a JSON value, for `Forge` and `Member.edit`; each makes a function of it."""

from __future__ import annotations

from collections.abc import Callable

from tests.tamper.forge.curve import Q
from tests.tamper.forge.texts import Json, canonical

Touch = Callable[[Json], Json]


def _walk(value: Json, path: tuple[Json, ...]) -> Json:
    for step in path:
        value = value[step]
    return value


def put(*path: Json) -> Touch:
    """`put("a", 0, new)`: value["a"][0] = new."""

    def touch(value: Json) -> Json:
        if len(path) == 1:
            return path[0]
        _walk(value, path[:-2])[path[-2]] = path[-1]
        return value

    return touch


def change(*path: Json) -> Touch:
    """`change("a", 0, function)`: value["a"][0] = function(value["a"][0])."""

    def touch(value: Json) -> Json:
        *steps, last, function = path
        holder = _walk(value, tuple(steps))
        holder[last] = function(holder[last])
        return value

    return touch


def drop(*path: Json) -> Touch:
    """Remove one member of an object or one item of an array."""

    def touch(value: Json) -> Json:
        del _walk(value, path[:-1])[path[-1]]
        return value

    return touch


def swap(*path: Json) -> Touch:
    """`swap("a", 0, 1)`: exchange two items of one array, or two members of one object."""

    def touch(value: Json) -> Json:
        *steps, first, second = path
        holder = _walk(value, tuple(steps))
        holder[first], holder[second] = holder[second], holder[first]
        return value

    return touch


def repeat(*path: Json) -> Touch:
    """Repeat the last item of an array."""

    def touch(value: Json) -> Json:
        items = _walk(value, path)
        items.append(items[-1])
        return value

    return touch


def several(*touches: Touch) -> Touch:
    """One after the other."""

    def touch(value: Json) -> Json:
        for each in touches:
            changed = each(value)
            value = value if changed is None else changed
        return value

    return touch


def reversed_members(value: Json) -> Json:
    """The same object with its members in the other order."""
    return dict(reversed(value.items()))


def with_member(value: Json) -> Json:
    """An object with a member that no document knows."""
    return {**value, "remark": "x"}


def twice(value: Json) -> bytes:
    """The same JSON with its first member written twice."""
    text = canonical(value)
    start = text.index(b"{") + 1
    (name, first), *_ = _first_object(value).items()
    return text[:start] + canonical({name: first})[1:-1] + b"," + text[start:]


def _first_object(value: Json) -> dict[str, Json]:
    while isinstance(value, list):
        value = next(item for item in value if isinstance(item, list | dict))
    return dict(value)


def spaced(value: Json) -> bytes:
    """The same JSON, not canonical."""
    return canonical(value) + b"\n"


def rewritten(old: str, new: str) -> Touch:
    """The canonical bytes with one text for another, which must be there."""

    def touch(value: Json) -> bytes:
        text = canonical(value)
        if old.encode() not in text:
            raise RuntimeError(f"no {old!r} to rewrite")
        return text.replace(old.encode(), new.encode(), 1)

    return touch


# ------------------------------------------------------------------ scalars


def plus_q(text: str) -> str:
    """Another text of the same scalar."""
    return str(int(text) + Q)


def minus_q(text: str) -> str:
    return str(int(text) - Q)


def leading_zero(text: str) -> str:
    return "0" + text


def plus_one(text: str) -> str:
    """Another scalar."""
    return str((int(text) + 1) % Q)


def full_width(text: str) -> str:
    """Digits that Python's `int` takes for digits."""
    return "".join(chr(0xFF10 + int(digit)) for digit in text)


def spaced_digits(text: str) -> str:
    return f" {text}"


def underscored(text: str) -> str:
    return f"{text[0]}_{text[1:]}"


def as_number(text: str) -> int:
    return int(text)


OTHER_FORMS = {
    "plus q": plus_q,
    "minus q": minus_q,
    "leading zero": leading_zero,
    "full-width digits": full_width,
    "a space": spaced_digits,
    "an underscore": underscored,
}
