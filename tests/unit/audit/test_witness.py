# SPDX-License-Identifier: AGPL-3.0-or-later
"""§22: what a witness answers to each request, what it remembers, and that it never goes back."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from audit.cosignatures import cosigned_at
from audit.notes import decode_checkpoint
from audit.witness import MAX_BODY, SIZE, TEXT, Answer
from tests.tamper.forge.logs import STAMPED_AT, checkpoint_text
from tests.unit.audit.witnesses import (
    ENTRIES,
    KEY,
    LOG,
    NAME,
    OTHER_LOG,
    OTHERS,
    SIGNER,
    STRANGER,
    THIEF,
    Clock,
    body,
    close_stores,
    grown,
    refused,
    text_of,
    witness,
)

# ------------------------------------------------------------------ what it co-signs


def test_a_log_that_grows_is_cosigned_each_time(tmp_path: Path) -> None:
    clock = Clock()
    one = witness(tmp_path, clock)
    sizes = [0, 0, 1, 1, 4, 7, 8, 30, 40]
    for old, size in zip([0, *sizes], sizes, strict=False):
        clock.now += 60
        answer = one.add_checkpoint(grown(old, size))
        assert answer == Answer(200, SIGNER.line(text_of(size), clock.now))
        kept = one.checkpoint(NAME)
        assert kept.body == text_of(size) + b"\n" + LOG.line(text_of(size)) + answer.body
        assert (kept.status, kept.kind) == (200, TEXT)


def test_the_first_may_be_of_any_size(tmp_path: Path) -> None:
    assert witness(tmp_path).add_checkpoint(grown(0, 17)).status == 200


def test_two_logs_do_not_know_each_other(tmp_path: Path) -> None:
    one = witness(tmp_path)
    assert one.add_checkpoint(grown(0, 9)).status == 200
    assert one.add_checkpoint(grown(0, 3, OTHERS, OTHER_LOG)).status == 200
    assert one.add_checkpoint(grown(9, 10)).status == 200


def test_lines_of_others_beside_are_nothing_to_it(tmp_path: Path) -> None:
    text = text_of(5)
    data = text + b"\n" + STRANGER.line(b"x") + LOG.line(text) + LOG.stamper.line(text)
    one = witness(tmp_path)
    assert one.add_checkpoint(body(0, [], data)).status == 200
    assert one.checkpoint(NAME).body.count(b"\xe2\x80\x94") == 2


def test_its_clock_never_goes_back(tmp_path: Path) -> None:
    clock = Clock()
    one = witness(tmp_path, clock)
    times = []
    for old, size, now in ((0, 3, 100), (3, 4, 50), (4, 4, 60), (4, 9, 200)):
        clock.now = STAMPED_AT + now
        one.add_checkpoint(grown(old, size))
        times.append(cosigned_at(decode_checkpoint(one.checkpoint(NAME).body), KEY))
    assert times == [STAMPED_AT + n for n in (100, 100, 100, 200)]
    close_stores()
    clock.now = 1
    again = witness(tmp_path, clock)
    assert again.add_checkpoint(grown(9, 9)).body == SIGNER.line(text_of(9), STAMPED_AT + 200)


# ------------------------------------------------------------------ what it does not


MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "a checkpoint alone": LOG.checkpoint(ENTRIES[:3]),
    "no old size": body(0, [], LOG.checkpoint(ENTRIES[:3])).replace(b"old 0\n", b"", 1),
    "an old size with a leading zero": body(0, [], LOG.checkpoint([])).replace(b"old 0", b"old 00"),
    "an old size with a sign": body(0, [], LOG.checkpoint([])).replace(b"old 0", b"old +0"),
    "an old size of 2^53": body(2**53, [], LOG.checkpoint([])),
    "two old sizes": b"old 0\n" + body(0, [], LOG.checkpoint([])),
    "no empty line": body(0, [], LOG.checkpoint([])).replace(b"old 0\n\n", b"old 0\n"),
    "two empty lines": body(0, [], LOG.checkpoint([])).replace(b"old 0\n\n", b"old 0\n\n\n"),
    "64 hashes": body(1, [bytes(32)] * 64, LOG.checkpoint(ENTRIES[:3])),
    "a hash of 31 bytes": body(1, [bytes(31)], LOG.checkpoint(ENTRIES[:3])),
    "a hash without padding": grown(3, 7).replace(b"=\n", b"\n", 1),
    "a hash that is no ASCII": grown(3, 7).replace(b"=\n", b"\xff\n", 1),
    "lines ended as on Windows": grown(3, 7).replace(b"\n", b"\r\n"),
    "no checkpoint": body(0, [], b""),
    "a checkpoint with an extension": body(
        0, [], text_of(3) + b"more\n\n" + LOG.line(text_of(3) + b"more\n")
    ),
    "a checkpoint without signature": body(0, [], text_of(3) + b"\n"),
    "an old size larger than the checkpoint": grown(9, 7),
    "more than it reads": body(0, [], LOG.checkpoint([])) + b"x" * MAX_BODY,
}


@pytest.mark.parametrize("phrase", MALFORMED)
def test_a_malformed_request_is_400(phrase: str, tmp_path: Path) -> None:
    one = witness(tmp_path)
    assert refused(one.add_checkpoint(MALFORMED[phrase]), 400)
    assert one.checkpoint(NAME).status == 404


def test_63_hashes_are_read(tmp_path: Path) -> None:
    request = body(0, [bytes(32)] * 63, LOG.checkpoint(ENTRIES[:3]))
    assert refused(witness(tmp_path).add_checkpoint(request), 422)


def test_an_unknown_log_is_404(tmp_path: Path) -> None:
    one = witness(tmp_path)
    assert refused(one.add_checkpoint(grown(0, 3, ENTRIES, STRANGER)), 404)
    for name in (sha256(STRANGER.name.encode()).hexdigest(), NAME, "lock", "../lock", ""):
        assert refused(one.checkpoint(name), 404)


def test_what_the_log_did_not_sign_is_403(tmp_path: Path) -> None:
    one, text = witness(tmp_path), text_of(3)
    for lines in (
        THIEF.line(text),
        LOG.line(text_of(4)),
        LOG.line(text) + LOG.line(text),
        LOG.stamper.line(text),
        OTHER_LOG.line(text),
    ):
        assert refused(one.add_checkpoint(body(0, [], text + b"\n" + lines)), 403)
    assert one.checkpoint(NAME).status == 404


def test_another_old_size_is_409_with_the_last(tmp_path: Path) -> None:
    one = witness(tmp_path)
    assert one.add_checkpoint(grown(3, 7)) == Answer(409, b"0\n", SIZE)
    one.add_checkpoint(grown(0, 7))
    for old, size in ((0, 7), (0, 9), (3, 9), (6, 7), (8, 9)):
        assert one.add_checkpoint(grown(old, size)) == Answer(409, b"7\n", SIZE)
    assert decode_checkpoint(one.checkpoint(NAME).body).size == 7


UNPROVED: dict[str, Callable[[], bytes]] = {
    "another log": lambda: grown(7, 9, OTHERS),
    "another of the same size": lambda: grown(7, 7, OTHERS),
    "no proof": lambda: body(7, [], LOG.checkpoint(ENTRIES[:9])),
    "a proof for the same size": lambda: body(7, [bytes(32)], LOG.checkpoint(ENTRIES[:7])),
    "a hash more": lambda: grown(7, 9).replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n\n", 1),
    "the proof of another size": lambda: body(
        7,
        [b64decode(p) for p in grown(6, 9).split(b"\n\n")[0].split(b"\n")[1:]],
        LOG.checkpoint(ENTRIES[:9]),
    ),
}


@pytest.mark.parametrize("phrase", UNPROVED)
def test_what_does_not_begin_with_the_last_is_422(phrase: str, tmp_path: Path) -> None:
    one = witness(tmp_path)
    one.add_checkpoint(grown(0, 7))
    before = one.checkpoint(NAME)
    assert refused(one.add_checkpoint(UNPROVED[phrase]()), 422)
    assert one.checkpoint(NAME) == before
    assert one.add_checkpoint(grown(7, 9)).status == 200


def test_the_first_needs_no_proof_and_nothing_has_one_root(tmp_path: Path) -> None:
    one = witness(tmp_path)
    assert refused(one.add_checkpoint(body(0, [bytes(32)], LOG.checkpoint(ENTRIES[:3]))), 422)
    text = checkpoint_text(LOG.name, 0, bytes(32))
    assert refused(one.add_checkpoint(body(0, [], text + b"\n" + LOG.line(text))), 422)
    assert one.add_checkpoint(grown(0, 0)).status == 200
    assert refused(one.add_checkpoint(body(0, [], text + b"\n" + LOG.line(text))), 422)
    assert one.add_checkpoint(grown(0, 3)).status == 200
