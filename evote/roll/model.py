# SPDX-License-Identifier: AGPL-3.0-or-later
"""The values of the roll: docs/roll.md. What an election does not need is not kept in them."""

from dataclasses import dataclass

from evote.roll.anomalies import Code


@dataclass(frozen=True, slots=True)
class Child:
    """A pupil of the school, as far as a letter to the parents needs it."""

    surname: str
    given_name: str
    school_class: str


@dataclass(frozen=True, slots=True)
class Elector:
    """A person who has one vote, however many children or lines.

    Names are cleaned and NFC. ``email`` and ``mobile`` are empty where there is none;
    ``consent`` is the agreement to hand the address to the lists, None where the file says
    nothing. ``rows`` are the physical lines of the file, the header being line 1.
    """

    surname: str
    given_name: str
    email: str
    mobile: str
    consent: bool | None
    children: tuple[Child, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One thing for a person to settle: where, what kind, and a plain French sentence."""

    code: Code
    row: int
    message: str


@dataclass(frozen=True, slots=True)
class Roll:
    """The electors in the order of the file, and the anomalies in the order of their lines."""

    electors: tuple[Elector, ...]
    anomalies: tuple[Anomaly, ...]
