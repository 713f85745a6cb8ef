# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote election publish``: the result enters the archive, and the minutes are written: §11.4."""

from argparse import Namespace
from pathlib import Path

from evote.cli.inputs import new_folder, read_birth
from evote.cli.parser import Group
from evote.cli.words import printable
from evote.election.publishing import ON_SERVER, publish_result
from evote.election.reading import binding_on_files, find_archive
from evote.minutes import OutcomeFiles, read_outcome
from protocol.events import BoardState
from tally.boards import opened_board
from tally.combine import Rejected
from tally.console import read_messages
from tally.count import TieBreak
from tally.errors import Unreadable
from tally.files import NewFile, require_writable, write_files

_EPILOG = """\
fichiers écrits dans le dossier :
  result.json   le résultat : voix, sièges, élus (docs/schemas/result.schema.json)
  minutes.txt   un procès-verbal à relire et à signer

Sans part du comptage, une archive déjà complète donne ces deux fichiers."""


def add_to(commands: Group) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "publish",
        help="publier le résultat, écrire le procès-verbal",
        description="Mettre les parts du comptage et le résultat dans l'archive, et les relire.",
        epilog=_EPILOG,
    )
    add = parser.add_argument
    add("archive", type=Path, metavar="ARCHIVE", help="l'archive .bel ou son dossier")
    add(
        "decryptions",
        nargs="*",
        type=Path,
        metavar="F",
        help="les parts du comptage, decryption-*.json",
    )
    add("--born", action="append", default=[], metavar="LISTE=DATE", help="départage à l'âge")
    add(
        "--lot",
        action="append",
        default=[],
        metavar="LISTE",
        help="liste tirée au sort",
    )
    add("--out", required=True, type=Path, metavar="DOSSIER", help="où écrire")
    parser.set_defaults(run=_publish)


def _publish(options: Namespace) -> int:
    archive = find_archive(options.archive)
    tie_break = TieBreak(dict(map(read_birth, options.born)), tuple(options.lot))
    result, minutes = options.out / "result.json", options.out / "minutes.txt"
    # A result enters the archive once: not for files that cannot be written.
    with new_folder(options.out):
        require_writable([result, minutes], replace=True)
        if options.decryptions or not _is_published(archive):
            files = read_messages(options.decryptions)
            publish_result(archive, files, tie_break, notice=_say_rejected)
        outcome = read_outcome(archive)
        _write(result, minutes, outcome)
    print(outcome.minutes.decode("utf-8"))
    print(f"Publiez le dossier « {archive.parent} » : chacun peut le vérifier avec")
    print(f"  evote-audit verify {archive.parent}")
    return 0


def _write(result: Path, minutes: Path, outcome: OutcomeFiles) -> None:
    try:
        write_files(
            [
                NewFile(result, outcome.result, replace=True),
                NewFile(minutes, outcome.minutes, replace=True),
            ]
        )
    except Unreadable as cause:
        raise Unreadable(
            "le résultat est dans l'archive, mais ni result.json ni minutes.txt n'ont été écrits",
            f"{cause.advice} ; puis relancez evote election publish sans part du comptage",
        ) from cause


def _say_rejected(rejected: Rejected) -> None:
    who = f" de {rejected.who}" if rejected.who else ""
    print(printable(f"Mis de côté : « {rejected.label} »{who} : {rejected.reason}.", 1000))


def _is_published(archive: Path) -> bool:
    with opened_board(archive) as board:
        binding_on_files(board, ON_SERVER)
        return board.state is BoardState.TALLIED
