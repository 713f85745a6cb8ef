# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random changes to JSON and to archives, repaired, for readings to agree upon."""

from __future__ import annotations

from random import Random

from tests.tamper.forge.texts import Json, canonical
from tests.tamper.surgery import Archive, Member

VALUES: tuple[Json, ...] = (
    None, True, False, 0, 1, 2, -1, 2**30, 2**53 - 1, 2**53, "", "0", "1", "x", [], {},
    "0" * 64, "0" * 63 + "1",
)  # fmt: skip


def nodes(value: Json) -> list[tuple[Json, Json]]:
    """Every place of a JSON value, as its holder and the key or index in it."""
    found: list[tuple[Json, Json]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        found.append((value, key))
        if isinstance(item, dict | list):
            found += nodes(item)
    return found


def mutate(value: Json, random: Random) -> Json | bytes:
    """One random change somewhere; sometimes of the writing alone, and then bytes."""
    if random.random() < 0.12:
        return rewrite(canonical(value), random)
    places = nodes(value)
    if not places:
        return random.choice(VALUES)
    holder, key = random.choice(places)
    change = random.choice((replace_value, replace_value, nudge, nudge, remove, double, exchange))
    change(value, holder, key, random)
    return value


def rewrite(data: bytes, random: Random) -> bytes:
    """Other bytes of the same JSON, or nearly."""
    place = random.choice([i for i, byte in enumerate(data) if byte in b',:{}[]"'])
    extra = random.choice((b" ", b"\n", b"\t", b"\\u0041", b",", b"0", b"\xef\xbb\xbf"))
    return data[:place] + extra + data[place:]


def replace_value(root: Json, holder: Json, key: Json, random: Random) -> None:
    """A value from elsewhere in the same datum, or a likely one."""
    if random.random() < 0.5:
        other, name = random.choice(nodes(root))
        holder[key] = other[name] if not isinstance(other[name], dict | list) else None
    else:
        holder[key] = random.choice(VALUES)


def nudge(_: Json, holder: Json, key: Json, random: Random) -> None:
    """Nearly the same value."""
    value = holder[key]
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int):
        holder[key] = value + random.choice((-1, 1))
    elif isinstance(value, str) and value:
        at = random.randrange(len(value))
        letter = random.choice('0123456789abcdefABC| ,\u00e9\u200b\\"')
        holder[key] = value[:at] + letter + value[at + random.choice((0, 1)) :]
    elif isinstance(value, list) and value:
        random.shuffle(value)
    elif isinstance(value, dict):
        holder[key] = dict(sorted(value.items(), key=lambda _: random.random()))


def remove(_: Json, holder: Json, key: Json, __: Random) -> None:
    del holder[key]


def double(_: Json, holder: Json, key: Json, __: Random) -> None:
    """An item twice, or a member nobody knows."""
    if isinstance(holder, list):
        holder.insert(key, holder[key])
    else:
        holder[f"{key}x"] = holder[key]


def exchange(_: Json, holder: Json, key: Json, random: Random) -> None:
    """Two values of one holder."""
    other = random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    holder[key], holder[other] = holder[other], holder[key]


def mutate_archive(archive: Archive, random: Random) -> bytes:
    """One datum or the order of events changed, and everything named and chained again."""
    if random.random() < 0.15:
        reorder(archive, random)
    else:
        member = random.choice([m for m in archive.members if not m.is_event])
        changed = mutate(member.value, random)
        member.content = changed if isinstance(changed, bytes) else canonical(changed)
    return archive.repair().write()


def reorder(archive: Archive, random: Random) -> None:
    """One entry removed, repeated or moved."""
    kind = random.choice([m.value["type"] for m in archive.members if m.is_event])
    number = random.randrange(len(archive.events(kind)))
    entry = archive.entry(kind, number)
    copies: list[Member] = [member.copy() for member in entry]
    if random.random() < 0.6:
        archive.remove(entry)
    if random.random() < 0.6:
        ends = [i + 1 for i, member in enumerate(archive.members) if member.is_event]
        archive.insert(random.choice(ends) if ends else 0, copies)
