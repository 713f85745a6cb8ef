# SPDX-License-Identifier: AGPL-3.0-or-later
"""Strict and canonical JSON: docs/protocol.md §2.1 and §2.2.

``decode`` refuses every text that two readers could understand differently. ``read_object`` takes
the members of one object, in the one permitted order where canonical form is demanded.
"""

from __future__ import annotations

import json
import re
from typing import Any

from audit.words import Malformed, shown

MAX_BYTES = 64 * 2**20
MAX_OPENINGS = 2**21  # commas, colons, opening brackets and braces, even inside texts
MAX_LEVELS = 32
INTEGER_BOUND = 2**53
_HASH = re.compile("[0-9a-f]{64}")
SMALL_BOUND = 2**30  # §11.2, §11.6: numbers below, decimal texts from here on


def _integer(digits: str) -> int:
    if digits == "-0" or len(digits) > 17 or abs(int(digits)) >= INTEGER_BOUND:
        raise Malformed("un nombre hors des bornes (§2.1)", "a number out of range (§2.1)")
    return int(digits)


def _refuse_number(digits: str) -> None:
    raise Malformed(
        f"« {shown(digits, 20)} » n'est pas un entier (§2.1)",
        f"“{shown(digits, 20)}” is not an integer (§2.1)",
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("deux fois la même clé (§2.1)", "the same key twice (§2.1)")
    return members


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_refuse_number,
    parse_constant=_refuse_number,
)


def decode(data: bytes) -> Any:  # noqa: ANN401
    """The value of a strict JSON text (§2.1): None, bool, int, str, list or dict.

    Raises:
        Malformed: not UTF-8, a byte-order mark, a key twice, a number that is not an integer below
            2^53, a lone surrogate, more than 32 levels, text after the value, over 64 MiB, or
            too many values.
    """
    if len(data) > MAX_BYTES:
        raise Malformed("un texte de plus de 64 Mio (§2.1)", "a text over 64 MiB (§2.1)")
    if len(data) - len(data.translate(None, b"[{:,")) > MAX_OPENINGS:
        raise Malformed("un texte de trop de valeurs (§2.1)", "a text of too many values (§2.1)")
    try:
        value = _DECODER.decode(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Malformed("ce n'est pas du JSON strict (§2.1)", "not strict JSON (§2.1)") from None
    _check_tree(value)
    return value


def _check_tree(root: Any) -> None:  # noqa: ANN401
    """No surrogate in any text, no more than 32 levels (§2.1)."""
    stack = [(root, 1)]
    while stack:
        value, level = stack.pop()
        if isinstance(value, str):
            if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
                raise Malformed("un demi-caractère UTF-16 (§2.1)", "a lone surrogate (§2.1)")
            continue
        if isinstance(value, dict):
            stack += [(key, level) for key in value]
            children = list(value.values())
        elif isinstance(value, list):
            children = value
        else:
            continue
        if level > MAX_LEVELS:
            raise Malformed("plus de 32 niveaux (§2.1)", "more than 32 levels (§2.1)")
        stack += [(child, level + 1) for child in children]


def encode(value: Any) -> bytes:  # noqa: ANN401
    """The canonical bytes of a value (§2.2); dictionaries in the order they have."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("\x7f", "\\u007f").encode("utf-8")


def decode_datum(data: bytes, *, canonical: bool) -> Any:  # noqa: ANN401
    """The value of a datum; in the Préau profile only if its bytes are canonical (§2.2, §14)."""
    value = decode(data)
    if canonical and encode(value) != data:
        raise Malformed("l'écriture n'est pas canonique (§2.2)", "not in canonical form (§2.2)")
    return value


def read_object(value: Any, spec: str, *, strict: bool) -> dict[str, Any]:  # noqa: ANN401
    """The members of one object; ``spec`` names them in order, a ``?`` after the optional ones.

    With ``strict``, unknown members and another order are refused (§2.2, §14); without, ignored.
    """
    names = [(name.rstrip("?"), name.endswith("?")) for name in spec.split()]
    if not isinstance(value, dict):
        raise Malformed("un objet JSON manque", "a JSON object is missing")
    for name, optional in names:
        if not optional and name not in value:
            raise Malformed(f"le champ « {name} » manque", f"the member “{name}” is missing")
    if strict:
        expected = [name for name, _ in names if name in value]
        stray = [key for key in value if key not in expected]
        if stray:
            raise Malformed(
                f"champ inconnu « {shown(stray[0])} » (§14)",
                f"unknown member “{shown(stray[0])}” (§14)",
            )
        if list(value) != expected:
            raise Malformed(
                "les champs ne sont pas dans l'ordre (§2.2)", "members out of order (§2.2)"
            )
    return value


def read_text(value: Any, what: str) -> str:  # noqa: ANN401
    """A JSON text, or Malformed."""
    if not isinstance(value, str):
        raise Malformed(f"« {what} » n'est pas un texte", f"“{what}” is not a text")
    return value


def read_hash(value: Any, what: str) -> str:  # noqa: ANN401
    """A hash: 64 lower-case hexadecimal digits (§2.3), or Malformed."""
    text = read_text(value, what)
    if not _HASH.fullmatch(text):
        raise Malformed(
            f"« {what} » n'est pas une empreinte (§2.3)", f"“{what}” is not a hash (§2.3)"
        )
    return text


def read_integer(value: Any, what: str, low: int, high: int) -> int:  # noqa: ANN401
    """A JSON integer from low to high, never a boolean, or Malformed."""
    if type(value) is not int or not low <= value <= high:
        raise Malformed(
            f"« {what} » n'est pas un entier de {low} à {high}",
            f"“{what}” is not an integer from {low} to {high}",
        )
    return value


def read_list(value: Any, what: str, length: int | None = None) -> list[Any]:  # noqa: ANN401
    """A JSON array, of the given length if one is given, or Malformed."""
    if not isinstance(value, list) or (length is not None and len(value) != length):
        of = "" if length is None else f" ({length})"
        raise Malformed(
            f"« {what} » n'est pas une liste de la bonne longueur{of}",
            f"“{what}” is not an array of the right length{of}",
        )
    return value


def read_count(value: Any, what: str) -> int:  # noqa: ANN401
    """A count or weight: a number up to 2^30 - 1, a decimal text beyond (§11.2, §11.6)."""
    if type(value) is int and 0 <= value < SMALL_BOUND:
        return value
    if isinstance(value, str) and len(value) <= 20 and value.isascii() and value.isdigit():
        number = int(value)
        if number >= SMALL_BOUND and str(number) == value:
            return number
    raise Malformed(f"« {what} » n'est pas un nombre permis", f"“{what}” is not a permitted number")
