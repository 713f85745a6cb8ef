# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each election: its keys, its heads and steps, its booth, and ballots against sign-ins."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, select

from evote.board.listing import setup_bytes
from evote.board.published import PublishedDamaged, find_published
from evote.board.reading import count_ballots
from evote.clock import Clock
from evote.database.connection import Database, DatabaseUnavailable
from evote.database.elections import HeldElection, State, find_election
from evote.database.one_by_one import read_of_all
from evote.database.roll_tables import RollSealRow
from evote.doctor.boards import hosted
from evote.doctor.damaged_heads import find_damaged_head
from evote.doctor.findings import Finding, ok, serious, to_see
from evote.doctor.strangers import HEADS_DAMAGED, heads_unreadable
from evote.doctor.unread import unread
from evote.doctor.witnesses import check_witnesses
from evote.heads import Heads, HeadsUnavailable
from evote.keys import KeyFolder, KeyUnavailable
from evote.lifecycle.drafting import host_of
from evote.log_keys import LogKeys, load_log_keys
from evote.origins import same_as
from evote.publishing.following import HeadLost, WentBack, require_following
from evote.publishing.promising import AHEAD, is_unpromised
from evote.publishing.steps import TAKING_BALLOTS, due_elections
from evote.roll.electors import read_salt
from evote.roll.sign_ins import count_signed_in
from protocol.cosignatures import CosignerVerifierKey
from protocol.election import Election
from protocol.errors import ProtocolError
from protocol.server_binding import ServerBinding
from tally.french import count

# A step that is so late has been missed, and one so late that watchers tell everybody.
LATE: Final = 120
VERY_LATE: Final = 900
CLOSING_LATE: Final = 300
BEFORE_CLOSING: Final = (State.SEALED, State.OPEN, State.SUSPENDED)
_LAST_OF_CALENDAR: Final = 253_402_300_799
_RUNS: Final = "voyez si evote serve ou evote worker tourne, et ce que dit son journal"
_NOT_CLOSED: Final = (
    f"si l'horloge a avancé d'un coup, le serveur attend une heure avant de clore : réglez-la "
    f"d'abord (timedatectl) ; sinon {_RUNS}"
)
_LOST: Final = (
    "ne touchez à rien ; evote backup, puis evote restore ailleurs avec ce que d'autres ont vu "
    "(docs/operations.md)"
)

BoothOf = Callable[[str], bytes | None]
"""The canonical files of the booth that this program serves for an election: §8.3."""


@dataclass(frozen=True, slots=True)
class Looking:
    """What every election is looked at with, but those that are harmed."""

    folder: KeyFolder
    clock: Clock
    public_url: str
    seconds: int
    booth_of: BoothOf
    harmed: Collection[int]
    witnesses: Collection[CosignerVerifierKey]


def check_elections(database: Database, looking: Looking) -> Iterator[Finding]:
    """Look at every election that has been sealed, in the order of their numbers."""
    uuids, due = hosted(database, looking.harmed), _due(database, looking)
    for uuid in uuids:
        try:
            with database.read() as connection:
                held = find_election(connection, uuid)
                yield from _check(connection, held, looking, is_due=uuid in due)
        except DatabaseUnavailable:
            yield unread(database, "steps", uuid, "tout ce qu'elle a de cette élection")
        except ProtocolError:
            yield serious(
                "box",
                f"l'urne ou le journal de {uuid} est abîmé",
                "suspendez le vote, gardez tout, et faites vérifier le dossier public",
            )
    if not (uuids or looking.harmed):
        yield ok("elections", "aucune élection n'est scellée sur ce serveur")


def _due(database: Database, looking: Looking) -> frozenset[str]:
    """Return the elections of which a step is due, or seems so where that is not read."""
    now = looking.clock()

    def read(connection: Connection, uuid: str | None) -> tuple[str, ...]:
        return due_elections(connection, now, looking.seconds, uuid)

    return frozenset(read_of_all(database, read, unread=lambda uuid: (uuid,)))


def _check(
    connection: Connection, held: HeldElection, looking: Looking, *, is_due: bool
) -> Iterator[Finding]:
    server = _server_of(connection, held)
    keys = None
    try:
        keys = _log_keys(connection, held, looking.folder, server)
        yield ok("keys", f"{held.uuid} : le serveur a ses clés")
    except KeyUnavailable:
        yield serious(
            "keys",
            f"{held.uuid} : la clé qui signe ou celle de la liste électorale manque, ou n'est pas "
            "la bonne",
            "remettez la copie que vous en avez (fichiers .logs et .key) dans PREAU_KEY_FOLDER ; "
            "si ce n'est plus le même dossier, remettez-le tel quel, heads.sqlite compris",
        )
    if keys is not None:
        yield _check_heads(connection, held, looking, keys)
    yield from _check_steps(connection, held, looking, is_due=is_due)
    yield from check_witnesses(
        connection, held, looking.witnesses, looking.clock(), looking.seconds
    )
    yield from _check_box(connection, held, looking.clock())
    if held.state in BEFORE_CLOSING:
        yield _check_booth(held, looking.booth_of)
        if server is not None:
            yield _check_address(held, server, looking.public_url)


def _server_of(connection: Connection, held: HeldElection) -> ServerBinding | None:
    evote = Election.decode(setup_bytes(connection, held)[0]).evote
    return None if evote is None else evote.server


def _log_keys(
    connection: Connection, held: HeldElection, folder: KeyFolder, server: ServerBinding | None
) -> LogKeys:
    keys = load_log_keys(folder, held.uuid)
    if server is None or not keys.are_of(server):
        raise KeyUnavailable("these keys are not those that were sealed")
    has_roll = select(RollSealRow.election_id).where(RollSealRow.election_id == held.id)
    if connection.scalar(has_roll) is not None:
        read_salt(connection, held, folder.load(held.uuid))
    return keys


def _check_address(held: HeldElection, server: ServerBinding, public_url: str) -> Finding:
    sealed = server.board_key.name.partition("/")[0]  # H/U/board: §8.3
    if sealed in map(host_of, same_as(public_url)):
        return ok("address", f"{held.uuid} : l'adresse est celle qui a été scellée")
    return serious(
        "address",
        f"{held.uuid} : PREAU_PUBLIC_URL n'est pas l'adresse qui a été scellée : aucun vote venu "
        "par les lettres ne sera accepté",
        f"remettez dans PREAU_PUBLIC_URL l'adresse des lettres, dont le serveur est « {sealed} », "
        "puis redémarrez evote serve",
    )


def _check_heads(
    connection: Connection, held: HeldElection, looking: Looking, keys: LogKeys
) -> Finding:
    heads = Heads(looking.folder.heads)
    try:
        if damaged := find_damaged_head(connection, held, heads, keys):
            return damaged
        require_following(connection, held, heads, keys)
    except WentBack:
        return serious(
            "heads",
            f"{held.uuid} : la base est revenue en arrière : elle a moins, ou autre chose, que ce "
            "qui a été publié",
            _LOST,
        )
    except PublishedDamaged:
        return serious(
            "heads",
            f"{held.uuid} : ce que la base garde de l'état publié est abîmé : rien n'est signé, "
            "aucun bulletin n'est pris",
            "voyez ce qui est dit plus haut de son urne et de son journal (docs/operations.md)",
        )
    except HeadLost:
        return serious(
            "heads", f"{held.uuid} : le fichier heads.sqlite du dossier des clés est perdu", _LOST
        )
    except HeadsUnavailable:
        return _heads_unreadable(held, looking)
    return ok("heads", f"{held.uuid} : la base est celle d'où tout a été publié")


def _heads_unreadable(held: HeldElection, looking: Looking) -> Finding:
    """Return what is said where the file, or what it says of this election alone, is damaged."""
    try:
        Heads(looking.folder.heads).origins()
    except HeadsUnavailable:
        return heads_unreadable()
    return serious(
        "heads",
        f"{held.uuid} : ce que heads.sqlite dit de cette élection ne peut pas être lu : rien n'en "
        "est publié, aucun bulletin n'y est pris ; les autres élections continuent",
        HEADS_DAMAGED,
    )


def _check_steps(
    connection: Connection, held: HeldElection, looking: Looking, *, is_due: bool
) -> Iterator[Finding]:
    now = looking.clock()
    try:
        published = find_published(connection, held)
    except PublishedDamaged:
        yield serious("steps", f"{held.uuid} : on ne sait pas jusqu'où elle est publiée", _LOST)
        return
    if published is None:
        yield to_see("steps", f"{held.uuid} : rien n'est encore publié", _RUNS)
        return
    late = now - published.board.stepped_at - looking.seconds
    if held.state in TAKING_BALLOTS and is_due and late > LATE:
        found = serious if late > VERY_LATE else to_see
        minutes = count(late // 60, "minute")
        yield found("steps", f"{held.uuid} : la publication a {minutes} de retard", _RUNS)
    elif held.state not in TAKING_BALLOTS and is_due:
        yield to_see("steps", f"{held.uuid} : la dernière étape n'est pas encore publiée", _RUNS)
    else:
        yield ok("steps", f"{held.uuid} : tout est publié à l'heure")
    if is_unpromised(connection, held, published, now, looking.seconds):
        last = datetime.fromtimestamp(min(published.board.stamp, _LAST_OF_CALENDAR), UTC)
        yield serious(
            "stamps",
            f"{held.uuid} : l'horloge a été en avance, jusqu'au {last:%d/%m/%Y}, et les heures "
            "signées ne reculent pas : depuis, et jusqu'à la clôture, les bulletins sont "
            "enregistrés sans promesse signée",
            "aucun ne se perd : chacun paraît à l'étape d'après, et la page le dit au parent ; "
            "réglez l'horloge (timedatectl), et prévenez le bureau",
        )
    elif published.board.stamp > now + AHEAD:
        yield to_see(
            "stamps",
            f"{held.uuid} : le dernier état publié porte une heure à venir",
            "l'horloge a été en avance : réglez-la ; les heures signées attendront la bonne",
        )


def _check_box(connection: Connection, held: HeldElection, now: int) -> Iterator[Finding]:
    ballots, sign_ins = count_ballots(connection, held), count_signed_in(connection, held)
    if ballots != sign_ins:
        said = f"{held.uuid} : {count(ballots, 'bulletin')} et {count(sign_ins, 'émargement')}"
        yield serious(
            "box",
            said,
            "si le serveur vient d'être rétabli : evote credentials signed-in au bureau des codes, "
            "puis evote restore --sign-ins ; sinon suspendez, et faites vérifier",
        )
    else:
        yield ok("box", f"{held.uuid} : autant de bulletins que d'émargements ({ballots})")
    if held.state in TAKING_BALLOTS and now > held.closes_at + held.grace_seconds + CLOSING_LATE:
        yield serious(
            "closing", f"{held.uuid} : son heure est passée, le vote n'est pas clos", _NOT_CLOSED
        )


def _check_booth(held: HeldElection, booth_of: BoothOf) -> Finding:
    here = booth_of(held.uuid)
    if here is None:
        return serious(
            "booth",
            "la page de vote n'a pas été faite",
            "dans un dossier de sources : make booth ; sinon, réinstallez Préau",
        )
    if held.booth == here:
        return ok("booth", f"{held.uuid} : la page de vote est celle qui a été scellée")
    found = to_see if held.state is State.SEALED else serious
    return found(
        "booth",
        f"{held.uuid} : la page de vote de ce programme n'est pas celle qui a été scellée",
        "remettez la version d'avant, ou faites signer la nouvelle : evote election amend --booth",
    )
