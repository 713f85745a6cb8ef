# SPDX-License-Identifier: AGPL-3.0-or-later
"""While a vote is held: suspended, resumed, an incident, a lost letter, a change: §19."""

from argparse import Namespace

from evote.cli.hours import question_hours
from evote.cli.inputs import read_as, read_hosted_uuid
from evote.cli.server.opened import Server, server
from evote.cli.server.witnesses import await_after_result, require_witnesses
from evote.database.elections import State
from evote.election.config import decode_instant
from evote.election.desk_messages import ContestedMessage, ReissueMessage
from evote.election.french_calendar import say_with_day
from evote.errors import Refusal
from evote.lifecycle.amending import NewHours, prepare_booth, prepare_hours, take_amendment
from evote.lifecycle.cancelling import cancel_election
from evote.lifecycle.desk import contest_vote, reissue_code
from evote.lifecycle.drafting import delete_draft
from evote.lifecycle.states import found
from evote.lifecycle.voting import (
    archive_election,
    note_incident,
    resume_vote,
    suspend_vote,
)
from evote.web.booth import booth_files
from protocol.ceremony import Member
from protocol.journal_bodies import Case, HoursChanged
from tally.amendments import AmendmentMessage
from tally.console import read_messages
from tally.files import NewFile, write_files

_CASES = {
    Case.BOTH_USED: "son code et son émargement ont servi",
    Case.SIGN_IN_USED: "son émargement a servi, mais pas son code",
    Case.CREDENTIAL_USED: "son code a servi, mais pas son émargement",
}
# Of one alone nothing says which of the two it is: docs/adr/0014.
_ONE_USED = """\
Une lettre employée par quelqu'un d'autre, avec ses propres chiffres secrets, fait cela ; un défaut
ou une attaque du serveur ou du bureau des codes aussi. Cherchez qui a pu avoir la lettre. Ne
suspendez pas le vote pour ce seul cas : docs/server-election.md, 5, dit quand le faire."""


def suspend(options: Namespace) -> int:
    """``evote election suspend``."""
    uuid = read_hosted_uuid(options.uuid)
    with server() as here, here.publisher.around(uuid):
        suspend_vote(here.database, uuid, options.reason, here.clock)
    print("Le vote est suspendu ; la page de l'élection dit pourquoi. L'heure de fermeture reste.")
    return 0


def resume(options: Namespace) -> int:
    """``evote election resume``."""
    uuid = read_hosted_uuid(options.uuid)
    with server() as here, here.publisher.around(uuid):
        resume_vote(here.database, uuid, options.reason, here.clock)
    print("Le vote reprend, jusqu'à la même heure de fermeture.")
    return 0


def incident(options: Namespace) -> int:
    """``evote election incident``."""
    uuid = read_hosted_uuid(options.uuid)
    with server() as here:
        with here.publisher.around(uuid):
            note_incident(here.database, uuid, options.note, here.clock)
        print("L'incident est au journal ; pendant le vote, il y paraît d'ici une minute.")
        await_after_result(here, uuid, "l'incident est au journal")
    return 0


def archive(options: Namespace) -> int:
    """``evote election archive``."""
    uuid = read_hosted_uuid(options.uuid)
    with server() as here:
        require_witnesses(here, uuid)
        with here.publisher.around(uuid):
            archive_election(here.database, uuid, here.clock)
        print("L'élection est archivée.")
        await_after_result(here, uuid, "l'élection est archivée")
    return 0


def cancel(options: Namespace) -> int:
    """``evote election cancel``."""
    uuid = read_hosted_uuid(options.uuid)
    with server() as here:
        with here.database.read() as connection:
            is_draft = found(connection, uuid).state is State.DRAFT
        if is_draft:
            delete_draft(here.database, here.keys, uuid)
            print("Le brouillon est effacé, avec ses clés.")
            return 0
        if not options.reason:
            raise Refusal("il manque la raison", "--reason « … » ; tout le monde la lira")
        persons = tuple(map(_person, options.by))
        with here.publisher.around(uuid):
            cancel_election(here.database, uuid, options.reason, persons, here.clock)
    print(
        "L'élection est annulée ; ses codes ne servent plus. Pour voter à nouveau, avec les mêmes"
    )
    print(f"listes, de nouveaux codes et de nouvelles clés : evote election copy {uuid}")
    return 0


def _person(text: str) -> Member:
    name, _, role = text.partition(",")
    return Member(name.strip(), role.strip())


def reissue(options: Namespace) -> int:
    """``evote election reissue``."""
    message = read_as(options.file, ReissueMessage.decode, "un fichier reissue")
    _same(options.uuid, message.uuid)
    with server() as here, here.publisher.around(message.uuid):
        activated = reissue_code(here.database, here.keys, message, here.clock)
    print("L'ancien code ne sert plus ; la nouvelle lettre est bonne.")
    print(f"Codes de réserve en service : {activated}. De nouveaux chiffres secrets sont à")
    print("remettre à cette personne : ils sont dans la boîte d'envoi (evote worker).")
    return 0


def contested(options: Namespace) -> int:
    """``evote election contested``."""
    message = read_as(options.file, ContestedMessage.decode, "un fichier contested")
    _same(options.uuid, message.uuid)
    with server() as here:
        with here.publisher.around(message.uuid):
            case = contest_vote(here.database, message, here.clock)
        print(f"Le vote est contesté au journal, sans nommer personne : {_CASES[case]}.")
        if case is not Case.BOTH_USED:
            print(_ONE_USED)
        await_after_result(here, message.uuid, "le vote est contesté au journal")
    return 0


def amend(options: Namespace) -> int:
    """``evote election amend``."""
    uuid = read_hosted_uuid(options.uuid)
    with server() as here:
        if options.signed:
            return _take(here, uuid, options)
        if not options.reason:
            raise Refusal("il manque la raison du changement", "--reason « … »")
        message = _prepare(here, uuid, options)
        if isinstance(message.body, HoursChanged):
            _question(here, uuid, message.body, yes=options.yes)
    write_files([NewFile(options.out, message.encode())])
    print(f"Changement à signer : {options.out}. Rien n'est encore changé.")
    print("Ensuite, chaque membre : evote-tally sign-amendment ; puis")
    print(f"  evote election amend {uuid} --signed amendment-*-signature-*.json")
    return 0


def _prepare(here: Server, uuid: str, options: Namespace) -> AmendmentMessage:
    if options.booth:
        booth = booth_files(uuid)
        return prepare_booth(here.database, uuid, booth, options.reason, here.clock)
    times = [
        None if text is None else decode_instant(text)
        for text in (options.opens_at, options.closes_at)
    ]
    asked = NewHours(times[0], times[1], options.grace_seconds)
    return prepare_hours(here.database, uuid, asked, options.reason, here.clock)


def _question(here: Server, uuid: str, body: HoursChanged, *, yes: bool) -> None:
    with here.database.read() as connection:
        held = found(connection, uuid)
    question_hours(
        body.opens_at,
        body.closes_at,
        yes=yes,
        clock=here.clock,
        in_force=(held.opens_at, held.closes_at),
    )


def _take(here: Server, uuid: str, options: Namespace) -> int:
    files = read_messages(options.signed)
    with here.publisher.around(uuid, at_once=True):  # a new booth is served once it is announced
        amended = take_amendment(here.database, uuid, files, here.clock)
    if isinstance(amended.body, HoursChanged):
        now = here.clock()
        print(f"Nouvelles heures : ouverture {say_with_day(amended.body.opens_at, now)} ;")
        print(f"fermeture {say_with_day(amended.body.closes_at, now)}.")
    else:
        print("La page de vote de ce serveur est en vigueur.")
    print(f"Ont signé : {', '.join(amended.signed)}.")
    return 0


def _same(typed: str, named: str) -> None:
    if read_hosted_uuid(typed) != named:
        raise Refusal(f"ce fichier est celui de l'élection {named}", "donnez le bon fichier")
