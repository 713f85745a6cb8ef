# SPDX-License-Identifier: AGPL-3.0-or-later
"""One thing that was looked at, how it is, and what to do."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from protocol.encoding import JsonValue

# What to do where the database's own rows are not what they were.
ELSEWHERE: Final = (
    "suspendez le vote et gardez tout ; une sauvegarde d'aujourd'hui ne se rétablira pas : "
    "evote restore ailleurs, d'une sauvegarde d'avant, avec --complete et le dossier public "
    "d'une surveillance (docs/operations.md)"
)

# What to do where only what a restore makes anew is not what it was.
MADE_ANEW: Final = (
    "rien n'est plus signé et aucun bulletin n'est pris : arrêtez le serveur, evote backup, puis "
    "evote restore dans une base vide, qui le refait (docs/operations.md)"
)


class Level(IntEnum):
    """How bad it is; the worst is the exit status of ``evote doctor``."""

    OK = 0
    TO_SEE = 1
    SERIOUS = 2

    @property
    def word(self) -> str:
        """What a person reads."""
        return ("ok", "à voir", "grave")[self]


@dataclass(frozen=True, slots=True)
class Finding:
    """A plain French sentence about one thing.

    Attributes:
        check: a fixed English word for programs: docs/schemas/doctor.schema.json.
        level: how bad it is.
        message: what was found, without a full stop.
        advice: what to do; empty if nothing.
        uuid: of the election that it is about, where a program of ours asks; else empty.
    """

    check: str
    level: Level
    message: str
    advice: str = ""
    uuid: str = ""

    def encode(self) -> JsonValue:
        """Return the object of the JSON report."""
        return {
            "check": self.check,
            "level": self.level.name.lower(),
            "message": self.message,
            "advice": self.advice,
        }


def ok(check: str, message: str) -> Finding:
    """Return a finding that asks for nothing."""
    return Finding(check, Level.OK, message)


def to_see(check: str, message: str, advice: str) -> Finding:
    """Return a finding that somebody should look at soon."""
    return Finding(check, Level.TO_SEE, message, advice)


def serious(check: str, message: str, advice: str) -> Finding:
    """Return a finding for which votes, secrets or the proof of them are in danger."""
    return Finding(check, Level.SERIOUS, message, advice)
