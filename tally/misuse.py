# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mistyped command line in French, where ``argparse`` says it in English."""

import re
from typing import Final

_ENGLISH: Final = (
    (r"the following arguments are required: (.*)", r"il manque : \1"),
    (r"unrecognized arguments: (.*)", r"argument inconnu : \1"),
    (r"argument (.*): expected one argument", r"il manque une valeur après \1"),
    (r"argument (.*): expected at least one argument", r"il manque une valeur après \1"),
    (
        r"argument (.*): invalid choice: (.*) \(choose from (.*)\)",
        r"\1 : \2 est inconnu ; au choix : \3",
    ),
    (r"argument (.*): invalid int value: (.*)", r"\1 : \2 n'est pas un nombre entier"),
    (r"argument (.*): invalid \w+ value: (.*)", r"\1 : valeur incorrecte \2"),
    (r"argument (.*): ignored explicit argument (.*)", r"\1 ne prend pas de valeur : \2"),
    (r"argument (.*): not allowed with argument (.*)", r"\1 ne va pas avec \2"),
    (r"one of the arguments (.*) is required", r"il faut l'un de : \1"),
    (r"argument ([^:]*): (.*)", r"\1 : \2"),
)


def translate(message: str) -> str:
    """Return what ``argparse`` says of a command line, in French."""
    for pattern, french in _ENGLISH:
        if re.fullmatch(pattern, message, re.DOTALL):
            return re.sub(pattern, french, message, count=1, flags=re.DOTALL)
    return message
