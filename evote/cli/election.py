# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote election``: the life of one election, on files or on a server."""

from evote.cli import (
    election_close,
    election_id,
    election_on_server,
    election_open,
    election_publish,
    election_seal,
)
from evote.cli.parser import run_group

_DESCRIPTION = """\
La vie d'une élection, de deux façons.

Sans serveur, sur des fichiers : id, seal, open, close, publish (docs/command-line-election.md).
Sur un serveur, où les parents votent : draft, puis seal --server, puis host, start, … jusqu'à
tally ; ces commandes, marquées [serveur], travaillent sur la base que nomment les réglages
PREAU_… de l'environnement (docs/server-election.md)."""


def main(arguments: list[str]) -> int:
    """Run one of the commands on an election."""
    files = (election_id, election_seal, election_open, election_close, election_publish)
    commands = [step.add_to for step in files]
    commands += [
        election_on_server.add_beginning,
        election_on_server.add_voting,
        election_on_server.add_desk,
        election_on_server.add_amending,
        election_on_server.add_ending,
        election_on_server.add_looking,
    ]
    return run_group("evote election", _DESCRIPTION, commands, arguments)
