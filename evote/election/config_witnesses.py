# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witnesses that a school names in its configuration: docs/protocol.md §8.3, §18.6."""

from collections.abc import Sequence

from evote.errors import Refusal, Unreadable
from protocol.cosignatures import CosignerVerifierKey
from protocol.encoding import Fields, JsonValue
from protocol.errors import ProtocolError
from protocol.witness_binding import MAX_WITNESSES, Witnesses, likeness

_WHOLE = "copiez en entier la ligne que le témoin a donnée : nom, numéro et clé, joints par +"


def decode_witnesses(value: JsonValue) -> Witnesses:
    """Read ``{"quorum":…,"keys":[…]}``, its keys in any order.

    Raises:
        Unreadable: a key is none of a witness.
        Refusal: too many or too few witnesses, or two that are the same.
        ProtocolError: another shape, as ``Fields`` says it.
    """
    fields = Fields(value, where="witnesses", section="8.3")
    quorum = fields.integer("quorum", 1, MAX_WITNESSES)
    keys = [_decode_key(item) for item in fields.items("keys")]
    fields.finish()
    if not 1 <= len(keys) <= MAX_WITNESSES:
        raise Refusal(
            f"il faut de 1 à {MAX_WITNESSES} témoins",
            "complétez « keys », ou retirez « witnesses » si l'élection n'a pas de témoin",
        )
    _check_distinct(keys)
    if quorum > len(keys):
        raise Refusal(
            f"{quorum} témoins devraient signer, et la configuration en nomme {len(keys)}",
            "« quorum » va de 1 au nombre de témoins",
        )
    return Witnesses.of(quorum, keys)


def _decode_key(value: JsonValue) -> CosignerVerifierKey:
    try:
        return CosignerVerifierKey.decode(value)
    except ProtocolError as cause:
        raise Unreadable(f"« {value} » n'est pas la clé d'un témoin", _WHOLE) from cause


def _check_distinct(keys: Sequence[CosignerVerifierKey]) -> None:
    if len({key.name for key in keys}) < len(keys):
        raise Refusal("deux témoins ont le même nom", "chaque témoin a un nom à lui")
    if len({likeness(key.name) for key in keys}) < len(keys):
        raise Refusal(
            "deux noms de témoins se ressemblent",
            "demandez à chacun un nom qui ne se confond avec aucun autre",
        )
    if len({key.public_key for key in keys}) < len(keys):
        raise Refusal(
            "deux témoins ont la même clé, et n'en feraient qu'un",
            "demandez à chacun la sienne",
        )
