# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witnesses of a result: its record is refused until enough of them co-signed it: §18.4."""

import time
from collections.abc import Mapping
from typing import Final

from evote.cli.server.opened import Server
from evote.database.elections import State
from evote.errors import Refusal
from evote.lifecycle.states import found
from evote.publishing.cosigned import Cosigned, find_cosigned, named_witnesses
from evote.settings import witnesses_of
from evote.upkeep import Cosignatures
from evote.witnessing.asking import Reason, Unwitnessed
from evote.witnessing.cosigning import Cosigning
from tally.french import count

# One that is silent is asked again after a minute.
PATIENCE_SECONDS: Final = 90
PUBLISHED: Final = "le résultat est publié"
MINUTES: Final = ", puis recommencez : le procès-verbal sera écrit"
BY_ITSELF: Final = " : le serveur les redemande de lui-même"
WITH_RESULT: Final = (State.TALLIED, State.ARCHIVED)
_EVERY_SECONDS: Final = 1
# For these no witness is at fault.
_OURS: Final = (Reason.NO_PROOF, Reason.UNREAD, Reason.FAULT)


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
    missing: dict[str, Unwitnessed | None] = {}
    for key in named.keys:
        refusal = None
        if key in asked:
            refusal = Cosigning(here.database, here.publisher, asked[key]).refusal(uuid)
        if key not in asked or refusal is not None:
            missing[key.name] = refusal
    cosign = len(named.keys) - len(missing)
    if cosign < named.quorum:
        verb = "cosignent" if cosign > 1 else "cosigne"
        raise Refusal(
            f"{count(cosign, 'témoin')} {verb}, et l'élection en demande {named.quorum} : avec une "
            "ligne de plus au journal, le dossier de son résultat ne serait plus en règle",
            f"{_what_to_do(missing)}, puis recommencez ; telle qu'elle est, l'élection n'a besoin "
            "de rien",
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
    causes: dict[str, Unwitnessed] = {}
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        for name, each in asking.items():
            # What one did not co-sign is said below, by its name.
            for fault in each.step():
                if fault.missed is not None:
                    causes[name] = fault.missed.cause
        cosigned = _cosigned(here, uuid) or cosigned
        if cosigned.are_enough:
            return
        time.sleep(_EVERY_SECONDS)
    raise _too_few(cosigned, causes, done, then)


def _cosigned(here: Server, uuid: str) -> Cosigned | None:
    with here.database.read() as connection:
        return find_cosigned(connection, found(connection, uuid))


def _too_few(
    cosigned: Cosigned, causes: Mapping[str, Unwitnessed], done: str, then: str
) -> Refusal:
    verb = "l'ont" if cosigned.found > 1 else "l'a"
    return Refusal(
        f"{done}, et {count(cosigned.found, 'témoin')} {verb} cosigné : l'élection en demande "
        f"{cosigned.witnesses.quorum}",
        f"{_what_to_do({name: causes.get(name) for name in cosigned.missing})}{then}",
    )


def _what_to_do(missing: Mapping[str, Unwitnessed | None]) -> str:
    """Say who is missing, and what there is to do: one of two clocks is wrong, or one is silent."""
    apart = {
        name: cause.detail
        for name, cause in missing.items()
        if cause is not None and cause.reason is Reason.CLOCK
    }
    names = (
        f"{name} (son heure est à {apart[name]} s de celle du serveur)" if name in apart else name
        for name in missing
    )
    parts = [f"manquent : {', '.join(names)}"]
    if any(cause is not None and cause.reason is Reason.NO_KEY for cause in missing.values()):
        parts.append("ce serveur n'a plus la clé de cette élection : voyez evote doctor")
    if any(cause is not None and cause.reason in _OURS for cause in missing.values()):
        parts.append("ce serveur n'a pas pu leur montrer ce qu'il a publié : voyez evote doctor")
    if len(apart) == len(missing) > 1:
        parts.append("réglez d'abord l'heure de ce serveur, qui paraît fausse")
    elif apart:
        parts.append("réglez celle des deux horloges qui est fausse")
    if len(apart) < len(missing):
        parts.append("voyez qu'ils tournent et que PREAU_WITNESS_FILE a leur ligne")
    return " ; ".join(parts)


def await_after_result(here: Server, uuid: str, done: str) -> None:
    """Wait for the witnesses of what was added to the journal of an election that has a result.

    Raises:
        Refusal: too few of them have answered; what was added is published all the same.
    """
    with here.database.read() as connection:
        has_result = found(connection, uuid).state in WITH_RESULT
    if has_result:
        await_witnesses(here, uuid, done, BY_ITSELF)
