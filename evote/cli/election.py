# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote election``: the life of one election, from its number to the closing of the box."""

from evote.cli import election_close, election_id, election_open, election_publish, election_seal
from evote.cli.parser import run_group


def main(arguments: list[str]) -> int:
    """Run one of the commands on an election."""
    steps = (election_id, election_seal, election_open, election_close, election_publish)
    commands = [step.add_to for step in steps]
    return run_group("evote election", "La vie d'une élection.", commands, arguments)
