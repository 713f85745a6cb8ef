# SPDX-License-Identifier: AGPL-3.0-or-later
"""Does this code belong to that list? docs/protocol.md §13.2, §13.3.

Five letters drawn at sealing are opened before the bureau and checked with this.
"""

from collections.abc import Sequence
from typing import Final

from evote.credentials.desk import code_key
from evote.errors import Refusal
from protocol.codes import MistypedCode, decode_code
from protocol.errors import MalformedError
from protocol.public_credentials import PublicCredentials
from protocol.secret import Secret

_ORDINALS: Final = ("premier", "deuxième", "troisième", "quatrième", "cinquième")


def read_code(text: str) -> Secret[bytes]:
    """Read a code as it was typed: §13.2.

    Raises:
        Refusal: naming the groups that are mistyped.
    """
    try:
        return decode_code(text.strip())
    except MistypedCode as cause:
        raise Refusal(
            f"ce code est mal recopié : {_groups(cause.groups)}",
            "relisez cette partie sur la lettre, signe par signe",
        ) from cause
    except MalformedError as cause:
        raise Refusal(
            "ce code n'a pas le bon nombre de signes",
            "il y a cinq groupes : quatre de 6 signes et un de 7",
        ) from cause


def check_code(uuid: str, code: Secret[bytes], credentials: PublicCredentials) -> None:
    """Check that the code's public credential is in the list: §13.3.

    Raises:
        Refusal: it is not.
    """
    if code_key(uuid, code) not in credentials:
        raise Refusal(
            "ce code est bien écrit, mais il ne donne pas accès à cette élection",
            "vérifiez que la lettre et la liste sont bien celles de la même élection",
        )


def _groups(groups: Sequence[int]) -> str:
    names = [_ORDINALS[group - 1] for group in groups]
    if len(names) == 1:
        return f"le {names[0]} groupe"
    return f"les {', '.join(names[:-1])} et {names[-1]} groupes"
