# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witnesses of a result: its record is refused before enough of them co-signed it: §18.4."""

import time
from typing import Final

from evote.cli.server.opened import Server
from evote.errors import Refusal
from evote.lifecycle.states import found
from evote.publishing.cosigned import Cosigned, find_cosigned
from evote.settings import witnesses_of
from evote.upkeep import Cosignatures
from evote.witnessing.cosigning import Cosigning
from tally.french import count

# One that is silent is asked again after a minute.
PATIENCE_SECONDS: Final = 90
_EVERY_SECONDS: Final = 1


def await_witnesses(here: Server, uuid: str) -> None:
    """Ask the witnesses, as ``evote serve`` does too, and wait for a minute and a half at most.

    Raises:
        Refusal: too few of them have answered; the result is published all the same.
    """
    cosigned = _cosigned(here, uuid)
    if cosigned is None or cosigned.are_enough:
        return
    print(
        "Ses témoins doivent encore le cosigner : attente, une minute et demie au plus…", flush=True
    )
    asking = [
        Cosignatures(Cosigning(here.database, here.publisher, witness))
        for witness in witnesses_of(here.settings)
    ]
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        for each in asking:
            list(each.step())  # what one did not co-sign is said below, by its name
        cosigned = _cosigned(here, uuid) or cosigned
        if cosigned.are_enough:
            return
        time.sleep(_EVERY_SECONDS)
    raise _too_few(cosigned)


def _cosigned(here: Server, uuid: str) -> Cosigned | None:
    with here.database.read() as connection:
        return find_cosigned(connection, found(connection, uuid))


def _too_few(cosigned: Cosigned) -> Refusal:
    verb = "l'ont" if cosigned.found > 1 else "l'a"
    return Refusal(
        f"le résultat est publié, et {count(cosigned.found, 'témoin')} {verb} cosigné : "
        f"l'élection en demande {cosigned.witnesses.quorum}",
        f"manquent : {', '.join(cosigned.missing)} ; voyez qu'ils tournent et que "
        "PREAU_WITNESS_FILE a leur ligne, puis recommencez : le procès-verbal sera écrit",
    )
