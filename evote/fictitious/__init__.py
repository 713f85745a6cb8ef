# SPDX-License-Identifier: AGPL-3.0-or-later
"""A school that does not exist, its families and its lists: for the demonstration and tests.

Nobody in it is anybody: names are drawn from lists of our own, numbers are of the range kept for
fiction, addresses end in ``.example``. The same seed always gives the same school.
"""

from evote.fictitious.school import (
    DEFAULT_ELECTORS,
    MAX_ELECTORS,
    MIN_ELECTORS,
    FictitiousCandidate,
    FictitiousList,
    FictitiousSchool,
    generate_school,
)

__all__ = [
    "DEFAULT_ELECTORS",
    "MAX_ELECTORS",
    "MIN_ELECTORS",
    "FictitiousCandidate",
    "FictitiousList",
    "FictitiousSchool",
    "generate_school",
]
