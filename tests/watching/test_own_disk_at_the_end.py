# SPDX-License-Identifier: AGPL-3.0-or-later
"""At the end of a watch, its disk has changed, or does not give, the record: nobody is accused."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from audit import cli
from audit.record import Record
from audit.verify import Options, Verdict
from audit.watching import command, ending
from audit.watching.speaking import Speaker
from audit.watching.store import Store
from audit.watching.watcher import Watcher
from audit.words import Unreadable
from tests.watching.board import UUID, TestBoard
from tests.watching.http_board import serving
from tests.watching.test_own_disk import FILES, Hurt, cut, flip

Ended = Callable[[Hurt], tuple[int, str]]


@pytest.fixture
def ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Ended:
    """Watch an honest server once, and hurt the record just before the end; status and words."""

    def run(hurt: Hurt) -> tuple[int, str]:
        def hurt_before(watcher: Watcher, store: Store, speaker: Speaker) -> None:
            hurt(store.record)
            ending.verify_kept(watcher, store, speaker)

        monkeypatch.setattr(command, "verify_kept", hurt_before)
        board = TestBoard()
        board.now = int(time.time())
        board.publish()
        store = tmp_path / "s"
        with serving(board) as host:
            arguments = [f"http://{host}/e/{UUID}", "--store", str(store), "--once"]
            status = cli.main(["watch", *arguments])
        assert '"alarm"' not in (store / "watch.jsonl").read_text("utf-8")
        captured = capsys.readouterr()
        return status, " ".join((captured.out + captured.err).split())

    return run


@pytest.mark.parametrize("hurt", [flip, cut])
@pytest.mark.parametrize("name", FILES)
def test_a_kept_file_that_changed_before_the_end_accuses_nobody(
    name: str, hurt: Hurt, ended: Ended
) -> None:
    status, words = ended(lambda record: hurt(record / name))
    assert status == 2
    assert "le dossier de surveillance est abîmé" in words
    assert "ALARME" not in words


@pytest.mark.parametrize("name", [*FILES, "board.checkpoint"])
def test_a_kept_file_that_is_not_given_back_at_the_end_is_the_disks_fault(
    name: str, ended: Ended
) -> None:
    def replaced_by_a_folder(record: Path) -> None:
        (record / name).unlink()
        (record / name).mkdir()

    status, words = ended(replaced_by_a_folder)
    assert status == 2
    assert "n'a pas pu être relu : c'est un dossier, pas un fichier" in words
    assert "ALARME" not in words


@pytest.mark.parametrize("name", ["board.checkpoint", "journal.checkpoint"])
def test_a_checkpoint_that_changed_is_put_there_again_from_the_diary(
    name: str, ended: Ended
) -> None:
    status, words = ended(lambda record: flip(record / name))
    assert (status, "est en règle" in words) == (0, True)


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (OSError(errno.EIO, "Input/output error"), "le disque ne répond pas bien"),
        (
            Unreadable("le fichier a changé pendant sa lecture", "the file changed"),
            "le fichier a changé pendant sa lecture",
        ),
    ],
)
def test_a_disk_that_fails_at_the_end_is_a_trouble_of_this_machine(
    failure: Exception, why: str, ended: Ended, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_record: Record, _earlier: None, _options: Options) -> Verdict:
        raise failure

    monkeypatch.setattr(ending, "verify", fail)
    status, words = ended(lambda _: None)
    assert status == 2
    assert why in words
    assert "reprend où elle en était" in words
    assert "ALARME" not in words


@pytest.mark.parametrize("name", ["._x.bel", "copie.bel", "setup-signatures.json", ".DS_Store"])
def test_what_a_system_or_a_person_leaves_in_the_record_accuses_nobody(
    name: str, ended: Ended
) -> None:
    status, words = ended(lambda record: (record / name).write_bytes(b"\0\5\x16\7"))
    assert (status, "est en règle" in words) == (0, True)
