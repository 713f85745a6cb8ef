# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witnesses of a result: its record is refused until enough of them co-signed it: §18.4."""

import time
from collections.abc import Collection
from typing import Final

from evote.cli.server.opened import Server
from evote.database.elections import State
from evote.errors import Refusal
from evote.lifecycle.states import found
from evote.publishing.cosigned import Cosigned, find_cosigned, named_witnesses
from evote.settings import witnesses_of
from evote.upkeep import Cosignatures
from evote.witnessing.cosigning import Cosigning
from tally.french import count

# One that is silent is asked again after a minute.
PATIENCE_SECONDS: Final = 90
PUBLISHED: Final = "le résultat est publié"
MINUTES: Final = ", puis recommencez : le procès-verbal sera écrit"
BY_ITSELF: Final = " : le serveur les redemande de lui-même"
WITH_RESULT: Final = (State.TALLIED, State.ARCHIVED)
_EVERY_SECONDS: Final = 1


def require_witnesses(here: Server, uuid: str) -> None:
    """Ask the witnesses of a result before it is archived: what they have co-signed then ends.

    Raises:
        Refusal: too few of them answer; nothing has grown.
    """
    with here.database.read() as connection:
        held = found(connection, uuid)
        named = named_witnesses(connection, held) if held.state is State.TALLIED else None
    if named is None:
        return
    asked = {each.key: each for each in witnesses_of(here.settings)}
    silent = [
        key.name
        for key in named.keys
        if key not in asked
        or not Cosigning(here.database, here.publisher, asked[key]).answers(uuid)
    ]
    answer = len(named.keys) - len(silent)
    if answer < named.quorum:
        verb = "répondent" if answer > 1 else "répond"
        raise Refusal(
            f"{count(answer, 'témoin')} {verb}, et l'élection en demande {named.quorum} : avec une "
            "ligne de plus au journal, le dossier de son résultat ne serait plus en règle",
            f"faites-les redémarrer d'abord ; manquent : {', '.join(silent)} ; telle qu'elle est, "
            "l'élection n'a besoin de rien",
        )


def await_witnesses(here: Server, uuid: str, done: str = PUBLISHED, then: str = MINUTES) -> None:
    """Ask the witnesses, as ``evote serve`` does too, and wait for a minute and a half at most.

    Args:
        here: the server.
        uuid: of an election that has a result.
        done: what has been done all the same, in French.
        then: what a person does once they answer.

    Raises:
        Refusal: too few of them have answered.
    """
    cosigned = _cosigned(here, uuid)
    if cosigned is None or cosigned.are_enough:
        return
    print(
        "Ses témoins doivent encore le cosigner : attente, une minute et demie au plus…", flush=True
    )
    asking = {
        witness.key.name: Cosignatures(Cosigning(here.database, here.publisher, witness))
        for witness in witnesses_of(here.settings)
    }
    clocks: set[str] = set()  # of those whose time is not believed
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        for name, each in asking.items():
            # What one did not co-sign is said below, by its name.
            if any(fault.is_of_clock for fault in each.step()):
                clocks.add(name)
        cosigned = _cosigned(here, uuid) or cosigned
        if cosigned.are_enough:
            return
        time.sleep(_EVERY_SECONDS)
    raise _too_few(cosigned, clocks, done, then)


def _cosigned(here: Server, uuid: str) -> Cosigned | None:
    with here.database.read() as connection:
        return find_cosigned(connection, found(connection, uuid))


def _too_few(cosigned: Cosigned, clocks: Collection[str], done: str, then: str) -> Refusal:
    verb = "l'ont" if cosigned.found > 1 else "l'a"
    missing = (
        f"{name} (son horloge n'est pas à l'heure)" if name in clocks else name
        for name in cosigned.missing
    )
    return Refusal(
        f"{done}, et {count(cosigned.found, 'témoin')} {verb} cosigné : l'élection en demande "
        f"{cosigned.witnesses.quorum}",
        f"manquent : {', '.join(missing)} ; voyez qu'ils tournent et que "
        f"PREAU_WITNESS_FILE a leur ligne{then}",
    )


def await_after_result(here: Server, uuid: str, done: str) -> None:
    """Wait for the witnesses of what was added to the journal of an election that has a result.

    Raises:
        Refusal: too few of them have answered; what was added is published all the same.
    """
    with here.database.read() as connection:
        has_result = found(connection, uuid).state in WITH_RESULT
    if has_result:
        await_witnesses(here, uuid, done, BY_ITSELF)
