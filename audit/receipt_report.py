# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-audit receipt FILE [RECORD]``: a receipt or a promise, for a person. §20."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from audit import receipt_words as said
from audit.arithmetic import self_test
from audit.as_given import as_given
from audit.cosignatures import cosigned_at
from audit.layout import enumerated, quoted
from audit.moments import moment
from audit.notes import Checkpoint, VerifierKey, encode_key
from audit.promise_rulings import rule_promise
from audit.promises import FIRST_LINE as PROMISE
from audit.promises import Promise, decode_promise
from audit.published import Published, open_published
from audit.receipt_links import SCHEMES, ReceiptLink, decode_receipt_link
from audit.receipt_rulings import rule_link, rule_receipt, rule_stamp
from audit.receipts import FIRST_LINE as RECEIPT
from audit.receipts import MAX_RECEIPT, Receipt, decode_receipt, named_key, verify_receipt
from audit.rulings import Ruled, Ruling, elsewhere
from audit.system import CHECK_PATH, explained, open_regular
from audit.words import Malformed, Text, Unreadable, shown

HOLDS_STATUS, FAILS_STATUS, UNDECIDED_STATUS = 0, 1, 2
STANDARD_INPUT = "-"
_LONGEST = 400
_LINK_STARTS = tuple(scheme.encode("ascii") for scheme in SCHEMES)
_BY_ITSELF = {  # whatever the record shows: what the paper is, and what to do with it
    Ruling.TOO_FAR: (said.BREAKS_THE_RULE, said.IF_THIS_ELECTION, said.KEEP_IT),
    Ruling.CONVICTS_ALONE: (said.CONVICTS_ALONE, said.IF_THIS_ELECTION, said.KEEP_IT),
    Ruling.INCOMPLETE: (said.INCOMPLETE, said.TAKE_ANOTHER),
    Ruling.AHEAD: (said.AHEAD, said.IF_THIS_ELECTION, said.IF_STILL_AHEAD),
}
_STATUS = {  # of a receipt or promise that fails, FAILS_STATUS
    Ruling.HOLDS: HOLDS_STATUS,
    Ruling.WAITS: HOLDS_STATUS,
    Ruling.AHEAD: UNDECIDED_STATUS,  # of either, a clock alone decides nothing
    Ruling.TOO_FAR: UNDECIDED_STATUS,
}
Paper = Receipt | ReceiptLink | Promise


def told_receipt(given: str, record: Path | None) -> tuple[int, list[Text]]:
    """The exit status, and what a receipt or a promise comes to in lines for a person.

    Args:
        given: the path of a file, ``-`` for standard input, or a receipt's link itself: nothing
            in it is secret (§20.4).
        record: of the election, or None.

    Raises:
        Unreadable: what was given is something else, a promise or a link without a record, or the
            record cannot be used.
        Unsupported: a receipt or an election of another version.
    """
    self_test()
    link = given.strip()  # as a mail program or a hand copies it, with a space after it
    data = None if link.startswith(SCHEMES) else as_given(_bytes(given))
    of = said.OF_PROMISE if data is not None and _is_promise(data) else said.OF_RECEIPT
    try:
        read = decode_receipt_link(link) if data is None else _decode(data)
        if record is None:
            return _alone(read, int(time.time()))
        with open_published(record) as published:
            return _ruled(read, published, of)
    except Malformed as refusal:
        again = said.ASK_PROMISE_AGAIN if of is said.OF_PROMISE else said.ASK_AGAIN
        apart = None if data is None or record is None else _apart(data, record, of)
        return FAILS_STATUS, apart or [refusal.text.at(of.nothing), again]


def _apart(data: bytes, record: Path, of: said.Sentences) -> list[Text] | None:
    """What is said of a damaged receipt that names another board: nobody is sent back there."""
    key = named_key(data)
    if key is None:
        return None
    with open_published(record) as published:
        if key.name == published.key.name:
            return None
        why = elsewhere(key.name, published).why
    return [of.elsewhere, Text(f"{why.fr}.", f"{why.en}.").at(said.WHY), of.apart]


def _bytes(given: str) -> bytes:
    try:
        if given == STANDARD_INPUT and sys.stdin is not None:  # None where it is closed
            return sys.stdin.buffer.read(MAX_RECEIPT + 1)
        with open_regular(Path(given)) as file:
            return file.read(MAX_RECEIPT + 1)
    except OSError as error:
        raise Unreadable(*explained(error), CHECK_PATH) from error


def _decode(data: bytes) -> Paper:
    """What the first line says that it is."""
    if data.startswith(_LINK_STARTS):
        return decode_receipt_link(_line(data))
    if _first_line(data) == RECEIPT.encode("ascii"):
        return decode_receipt(data)
    if _is_promise(data):
        return decode_promise(data)
    raise Unreadable(*said.NO_RECEIPT, said.TAKE_AS_GIVEN)


def _is_promise(data: bytes) -> bool:
    return _first_line(data) == PROMISE.encode("ascii")


def _first_line(data: bytes) -> bytes:
    return data.partition(b"\n")[0]


def _line(data: bytes) -> str:
    """The only line of a text file, without what white space follows it."""
    return data.rstrip().decode("ascii", "replace")


def _alone(read: Paper, clock: int) -> tuple[int, list[Text]]:
    """What a receipt comes to without an election to judge it by: exit status, and lines."""
    if isinstance(read, Promise):
        raise Unreadable(*said.PROMISE_ALONE, said.GIVE_RECORD)
    if isinstance(read, ReceiptLink):
        raise Unreadable(*said.LINK_ALONE, said.GIVE_RECORD_TO_LINK)
    verify_receipt(read)
    stamped = rule_stamp(read, clock)
    ruling = Ruling.HOLDS if stamped is None else stamped.ruling
    return _STATUS.get(ruling, FAILS_STATUS), list(_proves(read, stamped))


def _proves(read: Receipt, stamped: Ruled | None) -> Iterator[Text]:
    """What a receipt alone proves, and what it does not."""
    vkey = shown(encode_key(read.key), _LONGEST)
    key = Text(vkey, vkey)
    if stamped is not None:
        *_, to_do = _BY_ITSELF[stamped.ruling]
        yield _by_itself(stamped.ruling, said.NO_RECORD)
        yield Text(f"{stamped.why.fr}.", f"{stamped.why.en}.").at(said.WHY)
        yield to_do
    else:
        yield said.HOLDS_ALONE
    yield Text(read.tracker, read.tracker).at(said.TRACKER_SAID)
    yield _place(read).at(said.PLACE)
    yield key.at(said.KEY)
    yield said.ALONE
    yield said.COMPARE
    yield said.OF_RECEIPT.secret


def _by_itself(ruling: Ruling, other: Text) -> Text:
    """What the paper is, and what else than the clock to try where that decides: a record."""
    first = _BY_ITSELF[ruling][0]
    return Text(first.fr.format(other=other.fr), first.en.format(other=other.en))


def _ruled(read: Paper, published: Published, of: said.Sentences) -> tuple[int, list[Text]]:
    if isinstance(read, Promise):
        ruled = rule_promise(read, published, int(time.time()))
    elif isinstance(read, ReceiptLink):
        ruled = rule_link(read, published)
    else:
        ruled = rule_receipt(read, published, int(time.time()))
    return _STATUS.get(ruled.ruling, FAILS_STATUS), list(_lines(read, published, ruled, of))


def _lines(read: Paper, published: Published, ruled: Ruled, of: said.Sentences) -> Iterator[Text]:
    """The ruling, why, and what it is about; then what to do."""
    if ruled.ruling is Ruling.HOLDS:
        yield _holds(read, published)
    elif ruled.ruling is Ruling.WAITS:
        yield _waits(published, of)
    elif ruled.ruling is Ruling.ELSEWHERE:
        yield of.elsewhere
    elif ruled.ruling is Ruling.WORTHLESS:
        yield Text(f"{of.nothing.fr}.", f"{of.nothing.en}.")
    elif ruled.ruling in _BY_ITSELF:
        other = said.NEWER_RECORD if published.stamp is not None else said.COMPLETE_RECORD
        yield _by_itself(ruled.ruling, other)
    else:
        yield of.convicts if published.signed else of.convicts_if
    yield Text(f"{ruled.why.fr}.", f"{ruled.why.en}.").at(said.WHY)
    if ruled.ruling in (Ruling.WORTHLESS, Ruling.ELSEWHERE):
        again = said.ASK_PROMISE_AGAIN if isinstance(read, Promise) else said.ASK_AGAIN
        yield of.apart if ruled.ruling is Ruling.ELSEWHERE else again
        return
    if ruled.tracker is not None:
        yield Text(ruled.tracker, ruled.tracker).at(said.TRACKER)
    yield _place(read).at(said.PLACE)
    yield from _witnesses(read, published)
    name = quoted(shown(published.election.name))
    print_of = Text(
        f"{published.election.fingerprint}, {name.fr}",
        f"{published.election.fingerprint}, {name.en}",
    )
    yield print_of.at(said.FINGERPRINT)
    yield from _to_do(published, ruled, of)


def _holds(read: Paper, published: Published) -> Text:
    """That all is well, as far as what it is judged by was signed."""
    if isinstance(read, Promise):
        return said.KEPT if published.signed else said.KEPT_IF
    return said.HOLDS if published.signed else said.HOLDS_IF


def _waits(published: Published, of: said.Sentences) -> Text:
    """That it is too early to tell; or that nobody knows, by what nobody signed with a time."""
    if published.stamp is not None:
        return of.waits
    return said.UNDATED if published.signed else said.UNDATED_ARCHIVE


def _to_do(published: Published, ruled: Ruled, of: said.Sentences) -> Iterator[Text]:
    """What a conviction rests on, and what is to be kept, compared or tried again."""
    if ruled.ruling is Ruling.CONVICTS:
        yield said.IF_THIS_ELECTION
        yield said.KEEP_BOTH if published.signed else said.ANOTHER_RECORD
    elif ruled.ruling in _BY_ITSELF:
        yield from _BY_ITSELF[ruled.ruling][1:]
    else:
        if ruled.ruling is Ruling.HOLDS and not published.signed:
            yield said.GIVE_SIGNED
        if ruled.ruling is Ruling.WAITS:
            yield of.keep_undated if published.stamp is None else of.keep
        else:
            yield said.REST
        yield of.secret


def _place(read: Paper) -> Text:
    """Where the ballot stands, and by when it was published or is to be."""
    if isinstance(read, Promise):
        until = moment(read.until)
        return Text(
            f"{read.index}, à publier au plus tard {until.fr}",
            f"{read.index}, to be published {until.en} at the latest",
        )
    size = read.size if isinstance(read, ReceiptLink) else read.checkpoint.size
    text = Text(f"{read.index}, dans une urne de taille {size}", f"{read.index}, of {size} events")
    if isinstance(read, ReceiptLink) or read.stamped_at is None:
        return text
    when = moment(read.stamped_at)
    return Text(f"{text.fr} signée {when.fr}", f"{text.en}, signed {when.en}")


def _witnesses(read: Paper, published: Published) -> Iterator[Text]:
    """The witnesses of the election who co-signed the receipt's checkpoint, and who is missing."""
    keys, quorum = published.server.witnesses, published.server.quorum
    if isinstance(read, Promise) or not keys:
        return
    if isinstance(read, ReceiptLink):
        yield said.LINK_UNWITNESSED
        return
    found = []
    for key in keys:
        time = _time(read.checkpoint, key)
        if time is not None:
            name, when = f"{shown(key.name, _LONGEST)} [{key.id.hex()}]", moment(time)
            found.append(Text(f"{name} ({when.fr})", f"{name} ({when.en})"))
    if found:
        yield enumerated(found).at(said.WITNESSED)
    missing = said.MISSING if len(found) < quorum else said.ENOUGH
    have = "ont" if len(found) > 1 else "a"
    numbers = {"n": len(found), "all": len(keys), "quorum": quorum, "have": have}
    yield Text(missing.fr.format_map(numbers), missing.en.format_map(numbers))


def _time(checkpoint: Checkpoint, key: VerifierKey) -> int | None:
    """When this key co-signed, if it did so without fault: a receipt does not rest on it."""
    try:
        return cosigned_at(checkpoint, key)
    except Malformed:
        return None
