# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote credentials``: the desk that makes the voters' codes, away from the server."""

from evote.cli import credentials_check, credentials_make
from evote.cli.parser import run_group


def main(arguments: list[str]) -> int:
    """Run one of the commands of the desk."""
    commands = (credentials_make.add_to, credentials_check.add_to)
    summary = "Les codes des électeurs, sur un ordinateur qui n'est pas le serveur."
    return run_group("evote credentials", summary, commands, arguments)
