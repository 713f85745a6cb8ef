# SPDX-License-Identifier: AGPL-3.0-or-later
"""The recovery key: two halves, one of them under a passphrase."""

from __future__ import annotations

import pytest

from evote.backup.recovery import (
    FIRST_LINE,
    NotSealedToThis,
    RecoveryKey,
    RecoveryPublicKey,
    decode_recovery_key,
    encode_recovery_key,
    make_recovery_key,
)
from evote.errors import Refusal, Unreadable
from protocol.secret import Secret

WORDS = Secret("six mots tres bien choisis ici")
KEY = make_recovery_key(lambda size: bytes(range(size)))
FILE = encode_recovery_key(KEY, WORDS)
LINE = KEY.public.encode()


def test_what_is_sealed_to_one_half_the_other_opens() -> None:
    sealed = KEY.public.seal(Secret(b"a key of a stream"))
    assert b"a key of a stream" not in sealed
    assert KEY.open(sealed).reveal() == b"a key of a stream"
    for changed in (sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), b""):
        with pytest.raises(NotSealedToThis):
            KEY.open(changed)
    with pytest.raises(NotSealedToThis):
        make_recovery_key().open(sealed)


def test_the_file_opens_with_its_words_alone() -> None:
    assert FILE.startswith(FIRST_LINE.encode() + b"\n")
    assert KEY.secret.reveal().hex() not in FILE.decode()
    assert decode_recovery_key(FILE, WORDS).public == KEY.public
    with pytest.raises(Refusal, match="bonne phrase secrète"):
        decode_recovery_key(FILE, Secret("six autres mots que ceux du papier"))


@pytest.mark.parametrize("place", range(0, len(FILE), 17))
def test_a_changed_file_does_not_open(place: int) -> None:
    changed = FILE[:place] + bytes([FILE[place] ^ 1]) + FILE[place + 1 :]
    with pytest.raises(Refusal):
        decode_recovery_key(changed, WORDS)


def test_the_file_of_another_kind_is_refused_in_words_of_backups() -> None:
    with pytest.raises(Unreadable, match="clé de secours"):
        decode_recovery_key(b"EVOTE-TRUSTEE-SECRET-1 secret: x\n{}\n\n", WORDS)


def test_the_public_half_is_one_line_that_can_be_read_again() -> None:
    assert RecoveryPublicKey.decode(LINE) == RecoveryPublicKey.decode(f"{LINE}\n") == KEY.public
    assert len(LINE.splitlines()) == 1


def mistyped() -> list[str]:
    digits = range(len("EVOTE-RECOVERY-PUBLIC-1 "), len(LINE))
    turned = {"0": "1"}
    typed = [f"{LINE[:i]}{turned.get(LINE[i], '0')}{LINE[i + 1 :]}" for i in digits]
    return [*(text for text in typed if text != LINE), LINE[:-1], f"{LINE}0", LINE.upper(), ""]


@pytest.mark.parametrize("text", mistyped())
def test_a_mistyped_public_half_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="mal recopiée"):
        RecoveryPublicKey.decode(text)


def test_nothing_is_sealed_to_a_key_that_anybody_opens() -> None:
    public = RecoveryPublicKey(bytes(32))
    with pytest.raises(Unreadable, match="rien ne peut être fermé"):
        public.seal(Secret(b"x"))


def test_a_header_that_names_another_half_is_refused() -> None:
    other = RecoveryKey(Secret(bytes(32)))
    lines = FILE.decode().replace(KEY.public.encode(), other.public.encode())
    with pytest.raises(Refusal):
        decode_recovery_key(lines.encode(), WORDS)
