# SPDX-License-Identifier: AGPL-3.0-or-later
"""A backup restored into the server that the environment names, told election by election."""

import contextlib
import os
import sys
from argparse import Namespace
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from evote.backup.reading import OpenedBackup, opened_backup
from evote.backup.recovery import RecoveryKey, decode_recovery_key
from evote.cli.inputs import read_as, read_told_uuid
from evote.cli.server.confirming import Confirming
from evote.cli.server.opened import (
    environment_settings,
    explained,
    reached_database,
    server,
)
from evote.clock import system_clock
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import State
from evote.database.left_over import BESIDE
from evote.database.migrating import is_up_to_date, newest_schema
from evote.doctor.accounts import check_account
from evote.election.desk_messages import SignedInMessage
from evote.election.french_calendar import say_with_day
from evote.errors import Refusal
from evote.keys import KeyFolder
from evote.lifecycle.drafting import host_of
from evote.lifecycle.states import WORDS, locked
from evote.lifecycle.voting import SEALED_OR_LATER
from evote.publishing.publisher import NOT_PUBLISHED, Publisher
from evote.restoring.brought import Brought
from evote.restoring.marking import mark_sign_ins
from evote.restoring.note_files import read_notes, record_in
from evote.restoring.one_election import Restored
from evote.restoring.restore import Target, restore
from evote.restoring.standing import Confirm
from evote.settings import Settings, sqlite_file
from evote.sign_in_rewriting import rewrite_sign_ins
from tally.files import read_file
from tally.french import count
from tally.passphrase import PassphraseSource
from tally.record import opened_record

MOST_OTHERS: Final = 20  # are named; whoever gives a whole disk is told how many more


def restore_backup(options: Namespace) -> int:
    """``evote restore DONNÉES CLÉS``."""
    settings = environment_settings()
    with explained():
        _require_account(settings)
        brought = _brought(options, host_of(settings.public_url))
        key = _recovery_key(options)
        with opened_backup(options.data, options.keys, key, newest_schema()) as backup:
            print(f"Sauvegarde faite {say_with_day(backup.made_at, system_clock())}.")
            _require_some(backup)
            with _database(settings) as database:
                confirm = Confirming(
                    system_clock,
                    check=options.check,
                    typed=not options.yes,
                    stopped=options.stopped,
                )
                return _restore(settings, database, backup, brought, confirm, check=options.check)


def _restore(
    settings: Settings,
    database: Database,
    backup: OpenedBackup,
    brought: Brought,
    confirm: Confirm,
    *,
    check: bool,
) -> int:
    folder = KeyFolder(settings.key_folder or Path())
    target = Target(database, folder, system_clock)
    try:
        restored = restore(target, backup, brought, confirm, check=check)
    except DatabaseUnavailable as cause:
        raise Refusal(
            "la base n'a pas pu être écrite jusqu'au bout : disque plein ou abîmé, ou base arrêtée",
            "réglez cela, puis relancez la même commande : elle rétablit tout, ou dit que c'est "
            "déjà fait",
        ) from cause
    for each in restored:
        _tell(each)
    if check:
        print("Tout irait bien ; rien n'a été écrit (--check).")
        return 0
    try:
        rewrite_sign_ins(database, system_clock())
    except DatabaseUnavailable:
        print("les émargements ne sont pas encore récrits : le serveur le fera", file=sys.stderr)
    publisher = Publisher(database, folder, settings.publish_seconds, system_clock)
    for each in restored:
        try:
            publisher.publish(each.uuid)
        except NOT_PUBLISHED:
            print(f"{each.uuid} n'est pas encore publiée : le serveur le fera", file=sys.stderr)
    print("Le serveur est rétabli. Ensuite : evote doctor, puis evote serve.")
    return 0


def mark(options: Namespace) -> int:
    """``evote restore --sign-ins``, alone: on a server that was restored."""
    messages = _messages(options.sign_ins)
    with server() as here:
        for uuid, message in messages.items():
            with here.database.write() as connection:
                held = locked(connection, uuid, SEALED_OR_LATER, "elle n'a pas encore d'urne")
                key = here.keys.load(uuid)
                done = mark_sign_ins(connection, held, key, message, here.clock())
            print(f"Élection {uuid} : {count(done, 'émargement marqué')}.")
        rewrite_sign_ins(here.database, here.clock())
    print("Détruisez ce fichier. Pour que le vote reprenne : evote election resume.")
    return 0


def _brought(options: Namespace, host: str) -> Brought:
    records: dict[str, Path] = {}
    for path in map(record_in, options.complete):
        with opened_record(path) as record:
            uuid = record.board.election.uuid
        if uuid in records:
            raise Refusal(f"deux dossiers sont de l'élection {uuid}", "donnez le plus récent, seul")
        records[uuid] = path
    found = [read_notes(path) for path in (*options.seen, *options.complete)]
    _tell_others(dict.fromkeys(other for each in found for other in each.others))
    unseen, without = (
        frozenset(map(read_told_uuid, each)) for each in (options.unseen, options.without)
    )
    sign_ins, seen = _messages(options.sign_ins), tuple(options.seen)
    notes = tuple(note for each in found for note in each.notes)
    return Brought(notes, records, sign_ins, unseen, without, seen, host)


def _tell_others(paths: Collection[Path]) -> None:
    for path in list(paths)[:MOST_OTHERS]:
        print(f"« {path} » n'est pas une preuve : non regardé.")
    if (more := len(paths) - MOST_OTHERS) > 0:
        print(f"Et {count(more, 'autre fichier', 'autres fichiers')} de même.")


def _messages(paths: list[Path]) -> dict[str, SignedInMessage]:
    what = "le fichier signed-in.json du bureau des codes"
    messages: dict[str, SignedInMessage] = {}
    for path in paths:
        message = read_as(path, SignedInMessage.decode, what)
        if message.uuid in messages:
            raise Refusal(
                f"deux fichiers d'émargements sont de l'élection {message.uuid}",
                "donnez le plus récent, seul",
            )
        messages[message.uuid] = message
    return messages


def _recovery_key(options: Namespace) -> RecoveryKey:
    data = read_file(options.recovery_key)  # says that it is missing before asking for the words
    words = PassphraseSource(options.passphrase_file).existing("Les mots de la clé de secours")
    return decode_recovery_key(data, words)


def _require_account(settings: Settings) -> None:
    other = check_account(settings)
    if other is not None:
        raise Refusal(f"{other.message} ; rien n'a été écrit", other.advice)
    if not os.access(settings.key_folder or Path(), os.W_OK | os.X_OK):
        raise Refusal(
            "ce compte ne peut pas écrire dans le dossier des clés : rien n'a été écrit",
            "chmod 0700 sur PREAU_KEY_FOLDER, et vérifiez que son disque se laisse écrire",
        )


def _require_some(backup: OpenedBackup) -> None:
    """Say what a backup has; one of an empty database restores nothing."""
    states = [row.values["state"] for row in backup.rows() if row.table.name == "election"]
    drafts = states.count(State.DRAFT.value)
    held = count(len(states) - drafts, "élection"), count(drafts, "brouillon")
    if not states:
        raise Refusal(
            "cette sauvegarde est d'une base vide : elle n'a ni élection ni brouillon",
            "prenez la dernière d'avant ; celle-ci vient d'une machine neuve, ou d'un réglage faux",
        )
    print(f"Elle a {' et '.join(held)}.")


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """Give the database; a new file of SQLite goes away again if it stays without tables."""
    file = sqlite_file(settings.database_url)
    made = _absent_files(file)
    database = reached_database(settings)
    try:
        yield database
    finally:
        stayed_empty = False  # where it does not answer, a restore may have been committed
        with contextlib.suppress(DatabaseUnavailable):
            stayed_empty = file in made and not is_up_to_date(database)
        database.close()
        if stayed_empty:
            for each in made:
                each.unlink(missing_ok=True)


def _absent_files(file: Path | None) -> list[Path]:
    """Return which of the files of SQLite are not there yet: what is there is somebody's."""
    if file is None:
        return []
    files = [file, *(file.with_name(file.name + end) for end in BESIDE)]
    return [each for each in files if not each.exists()]


def _tell(one: Restored) -> None:
    events, entries = count(one.events, "événement"), count(one.entries, "ligne")
    print(f"Élection {one.uuid} : {WORDS[one.state]} ; urne : {events}, journal : {entries}.")
    for behind in one.behind:
        print(f"  dans la sauvegarde, {behind}")
    if one.behind:
        print(f"  repris du dossier public : {count(one.ballots, 'bulletin')}")
    if one.marked:
        print(f"  {count(one.marked, 'émargement marqué')} d'après le bureau des codes")
    if one.roll_is_closed:
        print("  la clé de sa liste électorale manque, ou n'est pas la bonne : si la loi veut")
        print(f"  encore cette liste, remettez « {one.uuid}.key » dans le dossier des clés")
    if one.missing:
        print(f"  il manque les émargements de {count(one.missing, 'bulletin')}.")
    if one.reissued:
        replaced = count(one.reissued, "code remplacé", "codes remplacés")
        print(f"  {replaced} au bureau des codes depuis la sauvegarde : d'ici là, la nouvelle")
        print("  lettre ne marche pas.")
    if one.missing or one.reissued:
        print("  Au bureau des codes : evote credentials signed-in ; puis ici : evote restore")
        print("  --sign-ins")
