# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands of ``evote``, in the order of the help: one line each.

The module named has ``main(arguments: list[str]) -> int``, the exit status. It is imported only
when its command is called, so that one command never slows or breaks another.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Command:
    """A word after ``evote``, what it does in one line of French, and where it lives."""

    name: str
    summary: str
    module: str


COMMANDS: Final = (
    Command("roll", "lire un export ONDE et dire ce qui reste à régler", "evote.cli.roll"),
    Command("seats", "répartir les sièges, avec chaque étape du calcul", "evote.cli.seats"),
    Command(
        "credentials", "faire les codes des électeurs, loin du serveur", "evote.cli.credentials"
    ),
    Command(
        "election",
        "la vie d'une élection, sur des fichiers ou sur un serveur",
        "evote.cli.election",
    ),
    Command("pins", "les chiffres secrets que le serveur envoie", "evote.cli.pins"),
    Command("ballot", "faire un bulletin, le mettre dans l'urne", "evote.cli.ballot"),
    Command("serve", "servir les pages de vote aux parents", "evote.cli.serve"),
    Command("worker", "envoyer, récrire les émargements, clore à l'heure", "evote.cli.worker"),
    Command("backup", "sauvegarder le serveur, ou faire la clé de secours", "evote.cli.backup"),
    Command("restore", "rétablir un serveur d'une sauvegarde", "evote.cli.restore"),
    Command("doctor", "dire ce qui ne va pas sur ce serveur", "evote.cli.doctor"),
    Command("demo", "tenir toute une élection imaginaire, et la vérifier", "evote.cli.demo"),
)
