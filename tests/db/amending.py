# SPDX-License-Identifier: AGPL-3.0-or-later
"""Amendments of a hosted election, signed by its members."""

from __future__ import annotations

from evote.lifecycle.amending import take_amendment
from protocol.trustee_signatures import sign_statement
from tally.amendments import AmendmentMessage, AmendmentSignatureMessage
from tests.db.school import School


def signed(school: School, message: AmendmentMessage, trustee: int) -> bytes:
    """The file in which a member signs an amendment."""
    signature = sign_statement(school.election.keys(trustee), message.statement, trustee)
    return AmendmentSignatureMessage(message, signature).encode()


def amend(school: School, message: AmendmentMessage) -> None:
    """The first two members sign, and it is in force."""
    files = {str(trustee): signed(school, message, trustee) for trustee in (1, 2)}
    take_amendment(school.database, school.uuid, files, school.clock)
