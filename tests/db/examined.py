# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the doctor says of a school's server, without what it says of the machine of the tests."""

from __future__ import annotations

from collections.abc import Callable

from evote.doctor.examine import Asked, examine
from evote.doctor.findings import Finding, Level
from evote.lifecycle.in_force import encode_booth
from tests.db.school import School
from tests.own_files import booth_files_of_tests

# What the machine of the tests is like is not asked: its clock is not that of these schools.
OF_THE_MACHINE = ("clock", "room", "disk")


def booth_of(uuid: str) -> bytes:
    return encode_booth(booth_files_of_tests(uuid))


def look(school: School, booth: Callable[[str], bytes] = booth_of) -> list[Finding]:
    asked = Asked(booth, clock=school.clock)
    return [each for each in examine(asked) if each.check not in OF_THE_MACHINE]


def bad(school: School) -> dict[str, Level]:
    """What is not in order."""
    return {each.check: each.level for each in look(school) if each.level is not Level.OK}
