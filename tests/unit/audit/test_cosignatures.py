# SPDX-License-Identifier: AGPL-3.0-or-later
"""§18.6: who co-signed a checkpoint, and when."""

from __future__ import annotations

from base64 import b64decode

import pytest

from audit.cosignatures import cosigned_at, stamp_key
from audit.notes import COSIGNATURE, Checkpoint, decode_checkpoint, decode_key, encode_key
from audit.words import Malformed
from tests.tamper.forge.logs import STAMPED_AT, Cosigner, LogKey, board_key, checkpoint_text, root

# A log of 412 entries and its witness, at 1760083200: the worked example of tests/vectors.
WORKED = """vote.example.org/2026/ecole-x
412
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— vote.example.org/2026/ecole-x DQH0oTNMDUOwtnZyKVFgLQ38uLhrhufDg33HPu3Cn8n9DDdWRYpZpIKMCSZk/IG9bJOLLNEQddZmMcAbNyYwTY1GJQU=
— witness.example.org/w1 88CAtgAAAABo6L0A2OyRFrclKjGlbcT0FqBnyeeWLUJRxveop5ktC3ZzKpBPCSjGYZqEauMMyssR1HkFXijcOYTjDO40qbQ4LQxrCg==
"""  # noqa: E501
WITNESS_KEY = "witness.example.org/w1+f3c080b6+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"

KEY = board_key("SomeElection14")
WITNESS = Cosigner("temoin.exemple.fr", b"w" * 32)
NAMESAKE = Cosigner(WITNESS.name, b"x" * 32)
TEXT = checkpoint_text(KEY.name, 2, root([b"a", b"b"]))
LOG_LINE = LogKey(WITNESS.name, WITNESS.seed).line(TEXT)
ENDS = (0, STAMPED_AT, 2**53 - 1)


def signed(*lines: bytes) -> Checkpoint:
    return decode_checkpoint(TEXT + b"\n" + KEY.line(TEXT) + b"".join(lines))


def at(*lines: bytes) -> int | None:
    return cosigned_at(signed(*lines), decode_key(WITNESS.vkey, COSIGNATURE))


def test_the_worked_example_is_read() -> None:
    checkpoint = decode_checkpoint(WORKED.encode())
    witness = decode_key(WITNESS_KEY, COSIGNATURE)
    assert cosigned_at(checkpoint, witness) == 1_760_083_200
    assert encode_key(witness, COSIGNATURE) == WITNESS_KEY


@pytest.mark.parametrize("time", ENDS)
def test_a_witness_says_when(time: int) -> None:
    assert at(WITNESS.line(TEXT, time)) == time


def test_who_has_no_line_said_nothing() -> None:
    assert at() is None
    assert at(NAMESAKE.line(TEXT), KEY.stamper.line(TEXT)) is None


def test_a_stamp_is_of_the_log_itself() -> None:
    own = decode_key(KEY.vkey)
    checkpoint = signed(KEY.stamper.line(TEXT, 7), WITNESS.line(TEXT))
    assert checkpoint.signed_by(own)
    assert cosigned_at(checkpoint, stamp_key(own)) == 7
    assert cosigned_at(signed(), stamp_key(own)) is None
    assert encode_key(own) == KEY.vkey
    assert stamp_key(own).id.hex() in KEY.stamper.vkey


def signature(text: bytes, time: int) -> bytes:
    return b64decode(WITNESS.line(text, time).split()[2])[12:]


FALSE = {
    "twice": [WITNESS.line(TEXT), WITNESS.line(TEXT)],
    "twice, at two times": [WITNESS.line(TEXT), WITNESS.line(TEXT, 7)],
    "one of two is false": [WITNESS.line(TEXT), WITNESS.line(b"x")],
    "of another text": [WITNESS.line(TEXT + b"x")],
    "with another time": [WITNESS.line_of((1).to_bytes(8, "big") + signature(TEXT, 2))],
    "signed as a log signs": [WITNESS.line_of(b64decode(LOG_LINE.split()[2])[4:])],
    "without time": [WITNESS.line_of(b"s" * 64)],
    "a byte more": [WITNESS.line_of(STAMPED_AT.to_bytes(8, "big") + b"s" * 65)],
    "nothing but the identifier and a byte": [WITNESS.line_of(b"s")],
    "a time of 2^53": [WITNESS.line(TEXT, 2**53)],
}


@pytest.mark.parametrize("phrase", FALSE)
def test_a_line_that_does_not_hold_is_a_fault(phrase: str) -> None:
    with pytest.raises(Malformed):
        at(*FALSE[phrase])


def test_every_bit_of_a_line_matters() -> None:
    line = WITNESS.line(TEXT)
    for place in range(len(line)):
        for bit in range(8):
            changed = bytearray(line)
            changed[place] ^= 1 << bit
            try:
                found = at(bytes(changed))
            except Malformed:
                continue
            assert found is None, (place, bit)  # it is of somebody else, then


def test_a_key_of_one_type_is_none_of_the_other() -> None:
    for text, kind in ((KEY.vkey, COSIGNATURE), (WITNESS.vkey, b"\x01")):
        with pytest.raises(Malformed):
            decode_key(text, kind)
    with pytest.raises(Malformed):  # the identifier of the one, the bytes of the other
        decode_key(WITNESS.vkey.replace(WITNESS.id.hex(), KEY.id.hex()), COSIGNATURE)
