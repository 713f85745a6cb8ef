# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys of an election's logs: made once with the draft, apart from the roll's key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from evote.keys import KeyFolder, KeyUnavailable
from evote.log_keys import FIRST_LINE, create_log_keys, destroy_log_keys, load_log_keys
from protocol.notes import Checkpoint, sign_checkpoint, verify_checkpoint

UUID = "AbCdEfGhJkLmNp"


def test_keys_are_made_once_and_sign_for_their_own_log(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    made = create_log_keys(folder, UUID, "vote.exemple.fr:8443")
    loaded = load_log_keys(folder, UUID)
    assert made.board.verifier_key == loaded.board.verifier_key
    assert loaded.journal.name == f"vote.exemple.fr:8443/{UUID}/journal"
    checkpoint = Checkpoint(loaded.board.name, 3, bytes(32))
    signed = sign_checkpoint(checkpoint, loaded.board)
    assert verify_checkpoint(signed, made.board.verifier_key) == checkpoint
    assert made.board.verifier_key.public_key != made.journal.verifier_key.public_key
    path = tmp_path / f"{UUID}.logs"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith(FIRST_LINE)
    assert loaded.board.seed.reveal().hex() not in repr(loaded)
    with pytest.raises(KeyUnavailable, match="cannot be made"):
        create_log_keys(folder, UUID, "vote.exemple.fr")


def test_the_keys_of_a_record_outlive_those_of_its_roll(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    folder.create(UUID)
    create_log_keys(folder, UUID, "localhost")
    folder.destroy(UUID)
    load_log_keys(folder, UUID)
    destroy_log_keys(folder, UUID)
    assert not list(tmp_path.iterdir())
    with pytest.raises(KeyUnavailable, match="cannot be read"):
        load_log_keys(folder, UUID)


@pytest.mark.parametrize("content", [b"", b"\xff", FIRST_LINE.encode() + b"\nx/board 00\n"])
def test_another_file_has_no_keys(tmp_path: Path, content: bytes) -> None:
    (tmp_path / f"{UUID}.logs").write_bytes(content)
    with pytest.raises(KeyUnavailable):
        load_log_keys(KeyFolder(tmp_path), UUID)
