# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote ballot make``: a ballot from a code, to cast or to check: docs/protocol.md §9, §15."""

from argparse import Namespace
from pathlib import Path

from evote.cli.inputs import read_code_of_letter
from evote.cli.parser import Group
from evote.credentials.checking import check_code
from evote.election.reading import find_archive, preau_binding
from evote.election.voting import cast_ballot, check_ballot, choice_of_label, vote_for
from tally.boards import opened_board
from tally.files import write_file

_EPILOG = """\
Avec --check, le bulletin n'est pas signé et ne pourra jamais être voté : le fichier montre
ce qu'il contient, et « evote-audit opened » le vérifie. Notez le suivi du bulletin
affiché ici : c'est lui qu'il faut retrouver."""


def add_to(commands: Group) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "make",
        help="faire un bulletin à partir d'un code",
        description="Faire un bulletin chiffré à partir d'un code d'électeur.",
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add("--archive", required=True, type=Path, metavar="ARCHIVE", help="l'archive ou son dossier")
    add("--code-file", type=Path, metavar="F", help="fichier qui porte le code (sinon demandé)")
    add("--choice", required=True, metavar="LISTE", help="nom d'une liste, ou blank")
    add("--check", action="store_true", help="ouvrir le bulletin au lieu de le voter")
    add("--out", required=True, type=Path, metavar="FICHIER", help="où écrire le bulletin")
    parser.set_defaults(run=_make)


def _make(options: Namespace) -> int:
    code = read_code_of_letter(options.code_file)
    archive = find_archive(options.archive)
    with opened_board(archive) as board:
        election = board.election
        labels = [entry.label for entry in preau_binding(board).lists]
        check_code(election.uuid, code, board.credentials)
    choice = choice_of_label(labels, options.choice)
    vote = vote_for(labels, choice)
    if options.check:
        made = check_ballot(election, code, vote)
    else:
        made = cast_ballot(election.context, code, vote)
    write_file(options.out, made.data, secret=options.check)
    print(f"Suivi du bulletin : {made.tracker}")
    if options.check:
        print("Bulletin ouvert pour vérification ; il ne peut pas être voté.")
        print(f"Ensuite : evote-audit opened {options.out} --election {archive}")
    else:
        print("Notez ce suivi : il permet de retrouver le bulletin dans l'urne.")
        print("Ensuite : evote ballot record.")
    return 0
