# SPDX-License-Identifier: AGPL-3.0-or-later
"""Step 7, ``evote-tally combine``: from the members' parts to the result: §11.4, §12."""

import argparse
import io
from datetime import date
from pathlib import Path

from protocol.archive import ArchiveWriter
from protocol.board import Board
from protocol.journal_state import JournalState
from tally.archive_file import NewEntry
from tally.combine import Gathered, closing_of, combine, gather_decryptions, new_entries
from tally.console import Subparsers, add_command, read_messages, tell, tell_next
from tally.count import TieBreak
from tally.describe import describe_result
from tally.errors import Refusal, Unreadable
from tally.files import NewFile, write_files
from tally.record import Record, opened_record, verify_whole_record
from tally.senders import Files

_RESULT = Path("board-result.json")


def add(commands: Subparsers) -> None:
    """Add the command."""
    parser = add_command(
        commands,
        "combine",
        run,
        summary="étape 7 : réunir les parts, obtenir le résultat et les sièges",
        text="Vérifie chaque part du comptage, met de côté celles qui ne valent rien, dit de qui\n"
        "elles viennent et qui manque ; puis calcule le résultat, les sièges et les élus.",
        example="combine 3yKpQvX2mBtRwZ.bel decryption-*.json --append resultat.bel",
    )
    parser.add_argument(
        "record",
        metavar="ÉLECTION",
        type=Path,
        help="l'élection close : .bel, ou le .zip (ou dossier) si elle est sur un serveur",
    )
    parser.add_argument(
        "messages", metavar="PART", type=Path, nargs="*", help="decryption-*.json des membres"
    )
    parser.add_argument(
        "--out",
        metavar="FICHIER",
        type=Path,
        help="où écrire le résultat de l'urne (board-result.json si rien n'est dit)",
    )
    parser.add_argument(
        "--append",
        metavar="NOUVELLE",
        type=Path,
        help="écrit aussi une nouvelle archive, complétée par les parts et le résultat",
    )
    parser.add_argument(
        "--born",
        metavar="LISTE=AAAA-MM-JJ",
        type=_born,
        action="append",
        default=[],
        help="date de naissance qui départage une égalité (une fois par liste)",
    )
    parser.add_argument(
        "--lot",
        metavar="LISTE",
        action="append",
        default=[],
        help="liste tirée au sort, dans l'ordre du tirage (une fois par liste)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Combine, show, write; an election on a server is written by the server alone."""
    tie_break = TieBreak(dict(arguments.born), tuple(arguments.lot))
    files = read_messages(arguments.messages)
    with opened_record(arguments.record) as record:
        record.require_journal()
        state = verify_whole_record(record)
        if state is not None:
            _show_served(record, state, files, tie_break, arguments)
            return 0
        board = record.board
        gathered = gather_decryptions(board, files)
        _show_rejected(gathered)
        result = combine(board, gathered, tie_break)
        outputs = [NewFile(arguments.out or _RESULT, result.encode())]
        if arguments.append is not None:
            old = record.archive_bytes()
            new = _completed(board, old, new_entries(gathered, result))
            outputs.append(NewFile(arguments.append, new))
        tell(*describe_result(board.election, result))
        if not board.is_preau:
            tell(*_PLAIN)
    write_files(outputs)
    following = (
        f"publiez {arguments.append}, que chacun peut vérifier : evote-audit verify"
        if arguments.append is not None
        else "donnez les parts à l'organisateur, qui publie : evote election publish"
    )
    tell_next([file.path for file in outputs], following)
    return 0


def _show_served(
    record: Record,
    state: JournalState,
    files: Files,
    tie_break: TieBreak,
    arguments: argparse.Namespace,
) -> None:
    # §11.7: the result names the journal, which only the server goes on writing.
    if arguments.append is not None or arguments.out is not None:
        raise Refusal(
            "le résultat de cette élection est écrit par son serveur, avec le journal : "
            "--out et --append ne servent pas ici",
            "relancez sans elles pour voir le résultat, et donnez les parts à l'organisateur",
        )
    gathered = gather_decryptions(record.board, files, closing_of(state))
    _show_rejected(gathered)
    result = combine(record.board, gathered, tie_break, state.position)
    tell(*describe_result(record.board.election, result))
    tell_next(
        [],
        "donnez les parts à l'organisateur ; sur le serveur :",
        f"evote election decryptions {record.board.election.uuid} decryption-*.json",
    )


_PLAIN = (
    "Élection de Belenios : ce comptage repose sur les seules preuves de ce format. Les garanties",
    "de Préau (parts liées à ce total, clés promises d'avance, ouverture signée) n'y sont pas.",
)


def _show_rejected(gathered: Gathered) -> None:
    for each in gathered.rejected:
        who = f" de {each.who}" if each.who else ""
        tell(f"Mis de côté : « {each.label} »{who} : {each.reason}.")


def _completed(board: Board, old: bytes, entries: list[NewEntry]) -> bytes:
    stream = io.BytesIO()
    writer = ArchiveWriter.resume(stream, board.header, board.head)
    for kind, data in entries:
        writer.append(kind, data)
    return old + stream.getvalue()


def _born(text: str) -> tuple[str, date]:
    label, separator, born = text.rpartition("=")
    try:
        if not separator:
            raise ValueError(text)
        return label, date.fromisoformat(born)
    except ValueError as cause:
        raise Unreadable(
            f"« {text} » n'est pas de la forme LISTE=AAAA-MM-JJ",
            'exemple : --born "FCPE=1980-05-17"',
        ) from cause
