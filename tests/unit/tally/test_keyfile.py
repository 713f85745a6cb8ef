# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sealed key file: docs/protocol.md §7.14."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.group import Scalar
from protocol.secret import Secret
from tally.errors import Refusal, Unreadable
from tally.files import NewFile
from tally.keyfile import (
    FIRST_LINE,
    decode_keyfile,
    encode_keyfile,
    load_keyfile,
    read_public_header,
    save_step,
)
from tally.memory import Profile, SeenBoard, SentMessage, Step, TrusteeMemory, encode_memory
from tally.sealing import Members, seal

WORDS = Secret("abeille  tortue moulin\u00a0pomme tasse violon ")
SEED = "1" * 22


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _memory() -> TrusteeMemory:
    return TrusteeMemory(
        step=Step.CERTIFICATE,
        profile=Profile.PREAU,
        uuid="abcdefghijkmno",
        index=2,
        size=3,
        threshold=2,
        name="Aïcha Ben Ali",
        seed=Secret(SEED),
        coefficients=Secret((Scalar.from_int(5), Scalar.from_int(7))),
        certificates=("{}",),
    )


def _sealed_memory() -> TrusteeMemory:
    return replace(
        _memory(),
        step=Step.SEALED,
        coefficients=None,
        decryption_key=Secret(Scalar.from_int(12)),
        voutput="{}",
        trustees="a" * 64,
        fingerprint="f" * 43,
        seen=SeenBoard(3, "b" * 64),
        tally_event="c" * 64,
        sent=(SentMessage("key-2.json", "{}"),),
    )


@pytest.mark.parametrize("memory", [_memory(), _sealed_memory()], ids=["first", "last"])
def test_what_was_sealed_is_what_is_opened(memory: TrusteeMemory) -> None:
    opened = decode_keyfile(encode_keyfile(memory, WORDS), WORDS)
    assert encode_memory(opened).reveal() == encode_memory(memory).reveal()
    assert opened.sent == memory.sent
    assert opened.seed.reveal() == SEED


def test_spaces_and_unicode_forms_of_the_words_do_not_matter() -> None:
    same = Secret("abeille tortue moulin pomme tasse violon")
    assert decode_keyfile(encode_keyfile(_memory(), WORDS), same).index == 2


def test_a_wrong_passphrase_is_refused_in_one_sentence() -> None:
    with pytest.raises(Refusal, match="pas la bonne phrase secrète") as caught:
        decode_keyfile(encode_keyfile(_memory(), WORDS), Secret("abeille"))
    assert caught.value.exit_status == 1


def test_the_file_has_three_lines_and_no_secret_in_clear() -> None:
    data = encode_keyfile(_sealed_memory(), WORDS)
    lines = data.decode("ascii").split("\n")
    assert lines[0] == FIRST_LINE
    assert len(lines) == 4
    assert lines[3] == ""
    assert lines[1].startswith('{"kdf":"argon2id","memory_kib":19456,"passes":2,"lanes":1,"salt":"')
    assert lines[1].endswith(
        '"uuid":"abcdefghijkmno","index":2,"step":"sealed","fingerprint":"' + "f" * 43 + '"}'
    )
    assert SEED.encode() not in data


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"memory_kib":19456', b'"memory_kib":8'),
        (b'"passes":2', b'"passes":1'),
        (b'"kdf":"argon2id"', b'"kdf":"argon2i"'),
        (b'"xchacha20-poly1305"', b'"none"'),
    ],
)
def test_other_parameters_are_refused_not_obeyed(old: bytes, new: bytes) -> None:
    data = encode_keyfile(_memory(), WORDS)
    assert old in data
    with pytest.raises(Unreadable, match="ne connaît pas"):
        decode_keyfile(data.replace(old, new), WORDS)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"index":2', b'"index":3'), (b'"step":"certificate"', b'"step":"key"')],
)
def test_the_header_is_authenticated(old: bytes, new: bytes) -> None:
    data = encode_keyfile(_memory(), WORDS)
    assert old in data
    with pytest.raises(Refusal):
        decode_keyfile(data.replace(old, new), WORDS)


def test_a_header_that_contradicts_the_content_is_refused() -> None:
    members: Members = {"uuid": "abcdefghijkmno", "index": 1, "step": "certificate"}
    data = seal(FIRST_LINE, members, encode_memory(_memory()), WORDS)
    with pytest.raises(Unreadable, match="ne correspond pas"):
        decode_keyfile(data, WORDS)


@pytest.mark.parametrize("cut", [1, 60, 200, -1])
def test_a_file_cut_short_is_unreadable(cut: int) -> None:
    with pytest.raises(Unreadable):
        decode_keyfile(encode_keyfile(_memory(), WORDS)[:cut], WORDS)


def test_another_kind_of_file_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="pas un fichier secret"):
        decode_keyfile(b"PK\x03\x04", WORDS)


def test_it_is_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "secret-2.key"
    save_step(path, _memory(), WORDS, new=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(Refusal, match="existe déjà"):
        save_step(path, _memory(), WORDS, new=True)
    assert path.read_bytes() == before


def test_a_step_replaces_the_file_and_leaves_no_trace(tmp_path: Path) -> None:
    path, message = tmp_path / "secret-2.key", tmp_path / "polynomial-2.json"
    save_step(path, _memory(), WORDS, new=True)
    save_step(path, _sealed_memory(), WORDS, (NewFile(message, b"{}"),))
    assert load_keyfile(path, WORDS).step is Step.SEALED
    assert read_public_header(path)["step"] == "sealed"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert _names(tmp_path) == ["polynomial-2.json", "secret-2.key"]


def test_what_could_not_be_opened_again_is_not_saved(tmp_path: Path) -> None:
    path = tmp_path / "secret-2.key"
    save_step(path, _memory(), WORDS, new=True)
    before = path.read_bytes()
    swollen = replace(_memory(), certificates=("x" * 13_000_000,))
    for memory in (swollen, replace(_memory(), index=0)):
        with pytest.raises(Unreadable, match="rien n'a été écrit"):
            save_step(path, memory, WORDS, (NewFile(tmp_path / "m.json", b"{}"),))
        assert path.read_bytes() == before
        assert _names(tmp_path) == ["secret-2.key"]


def test_a_step_whose_message_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "secret-2.key"
    save_step(path, _memory(), WORDS, new=True)
    before = path.read_bytes()
    for message in (tmp_path / "no" / "m.json", path / "m.json"):
        with pytest.raises(Unreadable, match="rien n'a été écrit"):
            save_step(path, _sealed_memory(), WORDS, (NewFile(message, b"{}"),))
    assert path.read_bytes() == before
    assert _names(tmp_path) == ["secret-2.key"]


def test_a_key_file_that_cannot_be_written_takes_its_messages_back(tmp_path: Path) -> None:
    path, message = tmp_path / "secret-2.key", tmp_path / "polynomial-2.json"
    path.mkdir()  # nothing can be named like a folder
    with pytest.raises(Unreadable):
        save_step(path, _memory(), WORDS, (NewFile(message, b"{}"),))
    assert _names(tmp_path) == ["secret-2.key"]
