# SPDX-License-Identifier: AGPL-3.0-or-later
"""A head file of which a bit has changed is damaged: it says nothing against the backup: ADR 16."""

from collections.abc import Collection, Iterable
from typing import Final

from evote.errors import Refusal
from evote.publishing.damaged_head import is_damaged
from evote.restoring.comparing import WORDS
from evote.restoring.evidence import Seen
from protocol.server_binding import BOARD, JOURNAL, ServerBinding, key_name, uuid_of_key

PUT_ASIDE: Final = (
    "mettez-le hors de ce dossier, sans le détruire : il ne dit plus jusqu'où tout a été publié, "
    "et ce que d'autres ont vu le dira (--seen, --complete)"
)


def require_true_names(servers: Iterable[ServerBinding], origins: Collection[str]) -> None:
    """Check that each line of the head file has a name that a log can have: §8.3.

    A log is named once, when its election is sealed. So a line of a sealed election of the backup
    under another host or log is one of its own lines, and damaged: not an election that the backup
    lacks.

    Args:
        servers: of the sealed elections of the backup.
        origins: the names of the lines.

    Raises:
        Refusal: one has not.
    """
    own = {key.name for each in servers for key in (each.board_key, each.journal_key)}
    sealed = {uuid_of_key(name) for name in own}
    false = [
        origin
        for origin in origins
        if origin not in own and (uuid_of_key(origin) in sealed or not _is_name(origin))
    ]
    if false:
        raise Refusal(
            f"le fichier heads.sqlite du dossier des clés est abîmé : il parle de {min(false)}, "
            "et ce n'est le nom de l'urne ni du journal d'aucune élection",
            PUT_ASIDE,
        )


def require_true_roots(uuid: str, of_heads: Seen, seen: Seen) -> None:
    """Check that no line of the head file is a signed note's with some digits changed.

    Args:
        uuid: of the election.
        of_heads: what the head file says of it.
        seen: what else is known of it; of this, what a note says counts.

    Raises:
        Refusal: one is.
    """
    for log in (BOARD, JOURNAL):
        signed = [each.position for each in seen.log(log) if each.note is not None]
        for line in of_heads.log(log):
            if any(is_damaged(line.position, each) for each in signed):
                raise Refusal(
                    "le fichier heads.sqlite du dossier des clés est abîmé : ce qu'il dit de "
                    f"{WORDS[log]} de l'élection {uuid} est, à quelques signes près, ce qui a été "
                    "signé",
                    PUT_ASIDE,
                )


def _is_name(origin: str) -> bool:
    host, _, rest = origin.partition("/")
    return origin in {key_name(host, rest.partition("/")[0], log) for log in (BOARD, JOURNAL)}
