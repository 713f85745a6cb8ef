# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the commands of the desk during a vote are given: its own files, the roll, the archive."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evote.cli.inputs import read_as, read_roll
from evote.cli.words import printable
from evote.credentials.sealed import DeskMemory, open_desk
from evote.errors import Refusal
from evote.roll.model import Elector
from evote.roll.sealing import seal_roll
from evote.roll.sign_in_file import SignInNumbers, decode_sign_in_numbers
from protocol.group import Element
from protocol.plain_text import likeness
from protocol.secret import Secret
from tally.boards import opened_board, require_uuid
from tally.files import read_file
from tally.passphrase import PassphraseSource

_OTHER_ROLL: Final = "donnez l'export ONDE avec lequel les codes ont été faits, tel quel"


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """The opened desk, one elector of it, and the credentials of all ballots in the archive."""

    memory: DeskMemory
    passphrase: Secret[str]
    numbers: SignInNumbers
    number: int
    elector: Elector
    voted: frozenset[Element]


def add_desk_arguments(parser: ArgumentParser) -> None:
    """Add what both commands are given."""
    add = parser.add_argument
    add("roll", type=Path, metavar="LISTE.csv", help="l'export ONDE qui a servi aux codes")
    add("--elector", required=True, metavar="NOM", help="« NOM Prénom », ou son numéro")
    add("--desk", required=True, type=Path, metavar="F", help="desk-sealed")
    add("--sign-ins", required=True, type=Path, metavar="F", help="sign-in-numbers.json")
    add("--archive", required=True, type=Path, metavar="F", help="l'archive .bel, toute fraîche")
    add("--out", required=True, type=Path, metavar="DOSSIER", help="où écrire")
    add("--passphrase-file", type=Path, metavar="F", help="les mots qui ouvrent desk-sealed")


def read_desk(options: Namespace) -> Desk:
    """Open the desk's files and find the elector.

    Raises:
        Refusal: another election or roll, or nobody, or more than one person, of this name.
        Unreadable: a file of another kind.
    """
    passphrase = PassphraseSource(options.passphrase_file).existing(
        "Les six mots du bureau des codes"
    )
    memory = open_desk(read_file(options.desk), passphrase)
    roll = seal_roll(read_roll(options.roll, settled=True).electors)
    what = "le fichier des numéros d'émargement"
    numbers = read_as(options.sign_ins, decode_sign_in_numbers, what)
    if numbers.uuid != memory.uuid:
        raise Refusal("ces numéros d'émargement sont ceux d'une autre élection", _OTHER_ROLL)
    if {memory.roll_sha256, numbers.roll_sha256} != {roll.digest()}:
        raise Refusal("ces codes ont été faits pour une autre liste électorale", _OTHER_ROLL)
    with opened_board(options.archive) as board:
        require_uuid(board.election, memory.uuid)
        voted = frozenset(each.ballot.credential for each in board.ballots())
    number = _find(roll.electors, options.elector)
    return Desk(memory, passphrase, numbers, number, roll.electors[number - 1], voted)


def _find(electors: tuple[Elector, ...], wanted: str) -> int:
    if wanted.isdecimal() and 1 <= int(wanted) <= len(electors):
        return int(wanted)
    found = [
        number
        for number, each in enumerate(electors, 1)
        if likeness(wanted) == likeness(f"{each.surname} {each.given_name}")
    ]
    if len(found) > 1:
        numbers = ", ".join(map(str, found))
        raise Refusal(
            f"plusieurs personnes s'appellent « {printable(wanted)} » : les n° {numbers}",
            "regardez dans la liste laquelle c'est, et donnez son numéro",
        )
    if not found:
        raise Refusal(
            f"personne ne s'appelle « {printable(wanted)} » dans la liste électorale",
            "écrivez le nom puis le prénom, comme dans l'export",
        )
    return found[0]
