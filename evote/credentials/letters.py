# SPDX-License-Identifier: AGPL-3.0-or-later
"""One plain sheet for each elector, to print and cut: docs/protocol.md §13.2.

This text holds every code. It is printed, then destroyed; the commands say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.codes import encode_code
from protocol.secret import Secret

PAGE_BREAK: Final = "\f"


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom a letter goes: names, and the class of the eldest child, who carries it home."""

    name: str
    school_class: str
    child: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every letter of an election says. ``host`` is empty where there is no server."""

    school: str
    uuid: str
    host: str = ""


def write_letters(
    sheet: Sheet, letters: Sequence[tuple[Recipient, Secret[bytes]]]
) -> Secret[bytes]:
    """Return all sheets, one a page, sorted by class and then by name."""
    in_order = sorted(letters, key=lambda letter: _order(letter[0]))
    pages = [_page(sheet, recipient, code) for recipient, code in in_order]
    return Secret(PAGE_BREAK.join(pages).encode("utf-8"))


def _order(recipient: Recipient) -> tuple[str, str, str]:
    return recipient.school_class, recipient.name, recipient.child


def _page(sheet: Sheet, recipient: Recipient, code: Secret[bytes]) -> str:
    printed = encode_code(code).reveal()
    lines = [
        sheet.school,
        f"Classe : {recipient.school_class}    (par {recipient.child})",
        "",
        recipient.name,
        "",
        "Voici votre code personnel pour l'élection des représentants des parents",
        "d'élèves. Il est à vous seul ; ne le donnez à personne.",
        "",
        f"    {printed.replace('-', '  ')}",
        "",
        *_link(sheet, printed),
        "Chaque groupe se termine par un signe de contrôle : si vous faites une faute",
        "de frappe, on vous dira dans quel groupe. Les lettres I et L valent 1, O vaut 0.",
        "Code perdu ? Adressez-vous à l'école.",
        "",
    ]
    return "\n".join(lines)


def _link(sheet: Sheet, printed: str) -> list[str]:
    if not sheet.host:
        return []
    return [
        f"    https://{sheet.host}/v/{sheet.uuid}#{printed}",
        "",
        "Pour voter, il faut aussi vos chiffres secrets. Ils ne sont pas sur cette lettre :",
        "vous les recevez à part. Les dates du vote, les listes et le résultat :",
        "",
        f"    https://{sheet.host}/e/{sheet.uuid}",
        "",
    ]
