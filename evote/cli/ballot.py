# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote ballot``: a ballot made from a code, and put into the box, without a browser."""

from evote.cli import ballot_make, ballot_record
from evote.cli.parser import run_group


def main(arguments: list[str]) -> int:
    """Run one of the commands on ballots."""
    commands = (ballot_make.add_to, ballot_record.add_to)
    return run_group("evote ballot", "Un bulletin, sans navigateur.", commands, arguments)
