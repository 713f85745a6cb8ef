# SPDX-License-Identifier: AGPL-3.0-or-later
"""What plain French is, as far as a program can tell."""

from __future__ import annotations

import re
from typing import Final

LONGEST_SENTENCE: Final = 25  # words

# What a parent need not know: the words of cryptography and of those who run computers.
JARGON: Final = re.compile(
    r"\b(?:(?:dé)?chiffr(?:e|é|er|ée|ées|és|ement)|crypt\w+|hach\w+|hash\w*|homomorph\w+|el ?gamal"
    r"|paillier|clés? (?:publi|privé|secrèt)\w+|sign-in|credentials?|bytes?|octets?|backend|API"
    r"|SHA-?\d+|base ?64|JSON|HTTPS?|URL|UUID|tokens?|jetons?|login|seuil|preuves? \w*zéro\w*"
    r"|exponentiation\w*|scalaires?|courbes?|ed25519|merkle|checkpoints?|trustees?)\b",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [each.strip() for each in re.split(r"[.!?\n]+", text) if each.strip()]
