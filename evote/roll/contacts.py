# SPDX-License-Identifier: AGPL-3.0-or-later
"""E-mail addresses and mobile numbers: one form each, or a refusal. See docs/roll.md."""

import re
from typing import Final

_EMAIL: Final = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_PHONE_NOISE: Final = re.compile(r"[\s.\-/()\u00a0\u202f]")
_FRENCH: Final = re.compile(r"(?:(?:\+|00)330?|0)([1-9]\d{8})")
_FOREIGN: Final = re.compile(r"(?:\+|00)(?!33)([1-9]\d{6,14})")
_SCIENTIFIC: Final = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_HASHES: Final = re.compile(r"#{4,}")


def decode_email(text: str) -> str | None:
    """Return the address in lower case, ``""`` where there is none, None if it is not one."""
    address = text.strip().casefold()
    if not address:
        return ""
    if len(address) > 254 or len(address.partition("@")[0]) > 64:
        return None
    return address if _EMAIL.fullmatch(address) else None


def decode_mobile(text: str) -> str | None:
    """Return a mobile as ``+`` and digits, ``""`` for none or a land line, None if unreadable.

    French numbers may begin with 0, +33 or 0033; other countries' with + or 00.
    """
    digits = _PHONE_NOISE.sub("", text)
    if not digits.strip("0"):
        return ""
    if french := _FRENCH.fullmatch(digits):
        return f"+33{french[1]}" if french[1][0] in "67" else ""
    foreign = _FOREIGN.fullmatch(digits)
    return f"+{foreign[1]}" if foreign else None


def is_overflow(text: str) -> bool:
    """Tell whether a spreadsheet wrote this cell's width, or a number's size, over its content."""
    return bool(_HASHES.fullmatch(text.strip()) or _SCIENTIFIC.fullmatch(text.strip()))


def has_lost_zero(text: str) -> bool:
    """Tell whether this is a French number whose leading zero a spreadsheet took away."""
    return re.fullmatch(r"[1-9]\d{8}", _PHONE_NOISE.sub("", text)) is not None


def has_kept_zero(text: str) -> bool:
    """Tell whether this is a French number with its leading zero, or an international one."""
    return re.fullmatch(r"0[1-9]\d{8}|\+.*|00.*", _PHONE_NOISE.sub("", text)) is not None
