# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote credentials``: the desk that makes the voters' codes, away from the server."""

from evote.cli import (
    credentials_check,
    credentials_contested,
    credentials_make,
    credentials_reissue,
    credentials_signed_in,
)
from evote.cli.parser import run_group


def main(arguments: list[str]) -> int:
    """Run one of the commands of the desk."""
    parts = (
        credentials_make,
        credentials_check,
        credentials_reissue,
        credentials_contested,
        credentials_signed_in,
    )
    commands = [part.add_to for part in parts]
    summary = "Les codes des électeurs, sur un ordinateur qui n'est pas le serveur."
    return run_group("evote credentials", summary, commands, arguments)
