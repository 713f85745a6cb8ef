# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup has every row of one moment, in an order that tells nothing, and opens with its key."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from evote.backup.order import ORDER, ordered_tables
from evote.backup.reading import opened_backup
from evote.backup.recovery import make_recovery_key
from evote.backup.rows import RowReader, dump_rows, store_rows
from evote.backup.sealed_stream import ID_BYTES
from evote.backup.writing import Places, write_backup
from evote.casting import Outcome
from evote.database.base import Base
from evote.database.connection import Database
from evote.errors import Refusal, Unreadable
from evote.sign_in_rewriting import rewrite_sign_ins
from protocol.errors import MalformedError
from tests.db.rows import all_rows
from tests.db.school import NOON, ManualClock, School, draft, make_election
from tests.db.second_machine import SCHEMA, Saved, save
from tests.db.test_crashes import no_file_longer_than


def rows_of(database: Database) -> bytes:
    with database.snapshot() as connection:
        return b"".join(dump_rows(connection, SCHEMA))


def put(saved: Saved, database: Database) -> None:
    with (
        opened_backup(saved.files.data, saved.files.keys, saved.key, SCHEMA) as backup,
        database.write() as connection,
    ):
        store_rows(connection, backup.rows())


@pytest.fixture
def busy(school: School) -> School:
    """Five parents have voted, and one has mistyped."""
    for elector in range(5):
        assert school.cast(elector).outcome is Outcome.RECORDED
    return school


def test_every_table_has_an_order_by_which_no_two_rows_are_alike() -> None:
    assert {table.name for table, _ in ordered_tables()} == set(Base.metadata.tables)
    for table, order in ordered_tables():
        unique = [set(key.columns.keys()) for key in table.constraints if hasattr(key, "columns")]
        unique = [each for each in unique if each]
        assert any(columns <= set(order) for columns in unique), table.name


def test_no_order_is_one_of_time_or_of_writing() -> None:
    for name, order in ORDER.items():
        assert not {"id", "next_try_at", "made_at"} & set(order), name


def test_no_sign_in_of_a_backup_says_when(busy: School, tmp_path: Path) -> None:
    """A backup is kept for long, and may be made at any moment between two rewritings."""
    saved = save(busy, tmp_path / "backup")
    with opened_backup(saved.files.data, saved.files.keys, saved.key, SCHEMA) as backup:
        rows = [row.values for row in backup.rows() if row.table.name == "sign_in"]
    assert sum(row["used"] is True for row in rows) == 5
    numbers = [value for row in rows for value in row.values() if isinstance(value, int)]
    assert max(numbers) <= busy.election.electors


def test_what_is_restored_is_what_was_saved_on_either_database(
    busy: School, other: Database, tmp_path: Path
) -> None:
    put(save(busy, tmp_path / "backup"), other)
    assert all_rows(other) == all_rows(busy.database)
    assert rows_of(other) == rows_of(busy.database)


@pytest.mark.parametrize(
    ("before", "after"), [(b",0,true]\n", b",0,1]\n"), (b",0,true]\n", b",false,true]\n")]
)
def test_a_number_is_no_truth_and_a_truth_no_number(
    busy: School, before: bytes, after: bytes
) -> None:
    rows = rows_of(busy.database)
    assert list(RowReader(iter([rows]), SCHEMA).rows())
    other = RowReader(iter([rows.replace(before, after, 1)]), SCHEMA)
    with pytest.raises(MalformedError, match="is not of its type"):
        list(other.rows())


def test_what_was_restored_goes_on(busy: School, other: Database, tmp_path: Path) -> None:
    put(save(busy, tmp_path / "backup"), other)
    again = School(other, busy.folder, busy.election, busy.clock, busy.pins)
    assert again.cast(7).outcome is Outcome.RECORDED
    assert again.cast(0, busy.ballot(0)).outcome is Outcome.RECORDED  # the same ballot, once more
    assert again.counts() == (6, 6)
    # New numbers come after those that were restored.
    draft(other, busy.folder, make_election(3, uuid="restxredRESTXRED"))


def test_it_is_of_one_moment_whatever_happens_meanwhile(busy: School, tmp_path: Path) -> None:
    before = rows_of(busy.database)
    seen: list[bytes] = []

    def meanwhile(size: int) -> bytes:
        # The snapshot has begun when the key of the rows is drawn, after the backup's number.
        if not seen and size != ID_BYTES:
            assert busy.cast(6).outcome is Outcome.RECORDED
            assert not rewrite_sign_ins(busy.database, NOON).log_dropped or busy.database.is_sqlite
            seen.append(rows_of(busy.database))
        return bytes(size)

    folder, key = tmp_path / "backup", make_recovery_key()
    folder.mkdir()
    places = Places(folder, folder)
    files = write_backup(busy.database, busy.folder, key.public, places, ManualClock(), meanwhile)
    with opened_backup(files.data, files.keys, key, SCHEMA) as backup:
        saved = {
            name: [row.values for row in backup.rows() if row.table.name == name]
            for name in ("sign_in", "ballot_index")
        }
    assert seen[0] != before
    assert len(saved["ballot_index"]) == 5
    assert sum(row["used"] is True for row in saved["sign_in"]) == 5
    assert rewrite_sign_ins(busy.database, NOON).log_dropped


def test_sign_ins_stand_in_the_order_of_their_numbers(busy: School, tmp_path: Path) -> None:
    saved = save(busy, tmp_path / "backup")
    with opened_backup(saved.files.data, saved.files.keys, saved.key, SCHEMA) as backup:
        numbers = [
            row.values["sign_in_number"] for row in backup.rows() if row.table.name == "sign_in"
        ]
    assert numbers == sorted(busy.number(elector) for elector in range(12))


def test_a_thief_of_the_files_reads_nothing(busy: School, tmp_path: Path) -> None:
    saved = save(busy, tmp_path / "backup")
    for path in (saved.files.data, saved.files.keys):
        data = path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        known = [busy.uuid, busy.number(0), busy.number(11), "EVOTE-SERVER-SECRET", "sign_in"]
        known += [event.encode().decode()[:40] for event in busy.journal()]
        assert not [text for text in known if text.encode() in data]


def test_a_thief_of_the_rows_and_their_key_reads_no_name(busy: School, tmp_path: Path) -> None:
    saved = save(busy, tmp_path / "backup")
    with opened_backup(saved.files.data, saved.files.keys, saved.key, SCHEMA) as backup:
        values = [value for row in backup.rows() for value in row.values.values()]
    in_clear = b"".join(value for value in values if isinstance(value, bytes))
    in_clear += "\n".join(value for value in values if isinstance(value, str)).encode()
    assert b"NOM0001" not in in_clear
    assert b"p1@exemple.fr" not in in_clear


def test_the_files_of_two_backups_do_not_go_together(busy: School, tmp_path: Path) -> None:
    key, places = make_recovery_key(), Places(tmp_path, tmp_path)
    one, two = (
        write_backup(busy.database, busy.folder, key.public, places, ManualClock()) for _ in "12"
    )
    for data, keys in ((one.data, two.keys), (one.keys, one.data), (one.keys, one.keys)):
        with (
            pytest.raises(Refusal, match=r"même sauvegarde|fichier des clés"),
            opened_backup(data, keys, key, SCHEMA),
        ):
            pass


def test_rows_that_were_forged_with_the_public_half_do_not_open(
    busy: School, tmp_path: Path
) -> None:
    key, places = make_recovery_key(), Places(tmp_path, tmp_path)
    same = [bytes(16), b"k" * 32, b"K" * 32] * 2
    one, two = (
        write_backup(
            busy.database, busy.folder, key.public, places, ManualClock(n), lambda _: same.pop(0)
        )
        for n in (1, 2)
    )
    with (
        pytest.raises(Refusal, match="même sauvegarde"),
        opened_backup(two.data, one.keys, key, SCHEMA),
    ):
        pass


def test_a_key_that_an_election_lacks_is_named(busy: School, tmp_path: Path) -> None:
    busy.folder.file(busy.uuid, "logs").unlink()
    (busy.folder.path / "lost+found").mkdir()
    saved = save(busy, tmp_path / "backup")
    assert saved.files.unfit == (f"{busy.uuid}.logs",)
    assert saved.files.ignored == ("lost+found",)


@pytest.mark.parametrize("kind", ["key", "logs"])
def test_a_key_that_is_another_one_is_named_too(busy: School, tmp_path: Path, kind: str) -> None:
    own = busy.folder.file(busy.uuid, kind)
    digits = own.read_text()
    for wrong in (f"{digits[:-2]}{int(digits[-2], 16) ^ 1:x}\n", "no key at all\n", ""):
        own.write_text(wrong)
        saved = save(busy, tmp_path / "backup")
        assert saved.files.unfit == (own.name,)
        assert saved.files.ignored == ()


def test_a_full_disk_leaves_nothing_and_is_said(busy: School, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    with no_file_longer_than(20_000), pytest.raises(Unreadable, match="rien n'a été écrit"):
        save(busy, folder)
    assert list(folder.iterdir()) == []


def test_a_backup_of_other_tables_is_refused(busy: School, tmp_path: Path) -> None:
    saved = save(busy, tmp_path / "backup")
    with (
        pytest.raises(Refusal, match="autre version"),
        opened_backup(saved.files.data, saved.files.keys, saved.key, "9999"),
    ):
        pass
