# SPDX-License-Identifier: AGPL-3.0-or-later
"""The closed list of anomalies that the roll doctor reports; docs/roll.md explains each."""

from enum import StrEnum
from typing import Final


class Code(StrEnum):
    """What a person has to settle before the roll is sealed."""

    MISSING_GIVEN_NAME_COLUMN = "missing_given_name_column"
    MISSING_SURNAME = "missing_surname"
    MISSING_GIVEN_NAME = "missing_given_name"
    MISSING_CHILD = "missing_child"
    INCOMPLETE_CHILD = "incomplete_child"
    SHORT_LINE = "short_line"
    LONG_LINE = "long_line"
    MISQUOTED_LINE = "misquoted_line"
    DAMAGED_NAME = "damaged_name"
    SUSPICIOUS_NAME = "suspicious_name"
    FORMULA = "formula"
    ORGANISATION = "organisation"
    INVALID_EMAIL = "invalid_email"
    INVALID_PHONE = "invalid_phone"
    SHARED_EMAIL = "shared_email"
    SHARED_PHONE = "shared_phone"
    SEVERAL_EMAILS = "several_emails"
    SEVERAL_PHONES = "several_phones"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    SEVERAL_CLASSES = "several_classes"
    MANY_PARENTS = "many_parents"


# With one of these nobody can say who votes: a person mends the file, and cannot just agree.
BREAKING_CODES: Final = frozenset(
    {
        Code.MISSING_GIVEN_NAME_COLUMN,
        Code.MISSING_SURNAME,
        Code.MISSING_GIVEN_NAME,
        Code.SHORT_LINE,
        Code.MISQUOTED_LINE,
        Code.DAMAGED_NAME,
        Code.FORMULA,
        Code.ORGANISATION,
    }
)
