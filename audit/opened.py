# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recompute a checked ballot: docs/protocol.md §15.

The archive gives the election's key and questions; the file gives the unsigned ballot and what it
was made from. The tracker printed is the one that the parent noted before choosing to check.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from audit.arithmetic import base_power, is_member, multiply, power, read_scalar, self_test
from audit.ballots import MAX_BALLOT, Answer, Ballot, answer_faults, decode_ballot
from audit.board import read_board
from audit.election import Election, Question, decode_election
from audit.hashing import sha256_base64
from audit.profile import has_bindings
from audit.record import open_record
from audit.strict_json import decode, encode, read_list, read_object
from audit.words import Malformed, Text, Unreadable, shown

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # §13.2


def tracker(digest: str) -> str:
    """The first 80 bits of the digest behind ``signature.hash``, in four groups (§9.5)."""
    bits = int.from_bytes(base64.b64decode(digest + "=")[:10], "big")
    text = "".join(_CROCKFORD[bits >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))


def check_opened(path: Path, archive: Path) -> list[Text]:
    """What a checked ballot says, in lines for a person, once everything in it agrees.

    Raises:
        Malformed: it is not a checked ballot of this election, or it lies.
        Unreadable: the file or the archive cannot be read.
    """
    self_test()
    try:
        with path.open("rb") as file:
            data = file.read(2 * MAX_BALLOT + 1)
    except OSError as error:
        raise Unreadable(
            f"lecture impossible : {error.strerror}", f"cannot read: {error}"
        ) from None
    election = _election(archive)
    ballot, votes, scalars = decode_opened(data, election)
    rows = zip(election.questions, ballot.answers, votes, scalars, strict=True)
    lines = []
    for number, (question, answer, row, randomness) in enumerate(rows, 1):
        _recompute(election, answer, row, randomness)
        _permitted(question, row)
        if answer_faults(election, ballot.credential_text, question, answer):
            raise Malformed("une preuve du bulletin est fausse (§6)", "a proof fails (§6)")
        lines += _choice_lines(question, row, number)
    code = tracker(sha256_base64(ballot.unsigned))
    return [
        Text(
            f"Code de suivi : {code} – c'est celui que vous aviez noté ? Sinon, signalez-le.",
            f"Tracker: {code} - is it the one you noted? If not, report it.",
        ),
        *lines,
        Text(
            "Ce bulletin d'essai dit bien cela. Il n'est pas signé et ne peut pas être déposé.",
            "This checked ballot does say so. It is not signed and cannot be cast.",
        ),
    ]


def _election(archive: Path) -> Election:
    with open_record(archive) as record, record.archive.open("rb") as file:
        board = read_board(file)
        strict = has_bindings(file, board)
        datum = board.setup_datum("election")
        if datum is None:
            raise Unreadable("cette archive n'a pas d'élection", "this archive has no election")
        file.seek(datum.offset)
        return decode_election(file.read(datum.size), strict=strict)[0]


def decode_opened(
    data: bytes, election: Election
) -> tuple[Ballot, list[list[int]], list[list[int]]]:
    """The unsigned ballot, the choices and the randomness of a checked ballot (§15)."""
    value = decode(data)
    if encode(value) != data:
        raise Malformed("l'écriture n'est pas canonique (§2.2)", "not in canonical form (§2.2)")
    fields = read_object(value, "evote_checked_ballot ballot choices randomness", strict=True)
    version = fields["evote_checked_ballot"]
    if type(version) is not int or version != 1:
        raise Malformed("version inconnue (§15)", "unknown version (§15)")
    ballot = decode_ballot(encode(fields["ballot"]), election)
    if ballot.signature is not None:
        raise Malformed("ce bulletin est signé (§15)", "this ballot is signed (§15)")
    if not is_member(ballot.credential):
        raise Malformed("sa clé n'est pas dans le groupe (§4.2)", "its credential (§4.2)")
    votes = [[_vote(v) for v in row] for row in _rows(fields["choices"], "choices", election)]
    randomness = _rows(fields["randomness"], "randomness", election)
    return ballot, votes, [[read_scalar(r) for r in row] for row in randomness]


def _rows(value: Any, what: str, election: Election) -> list[list[Any]]:  # noqa: ANN401
    rows = read_list(value, what, len(election.questions))
    return [
        read_list(row, what, q.choices) for row, q in zip(rows, election.questions, strict=True)
    ]


def _vote(value: Any) -> int:  # noqa: ANN401
    if type(value) is not int or value not in (0, 1):
        raise Malformed("un choix n'est ni 0 ni 1 (§15)", "a choice is neither 0 nor 1 (§15)")
    return int(value)


def _recompute(election: Election, answer: Answer, votes: list[int], scalars: list[int]) -> None:
    """(g^r, y^r g^m) for every choice (§5, §15)."""
    for choice, m, r in zip(answer.choices, votes, scalars, strict=True):
        beta = multiply(power(election.key, r), base_power(m))
        if (choice.alpha, choice.beta) != (base_power(r), beta):
            raise Malformed(
                "CE BULLETIN NE CONTIENT PAS LE CHOIX AFFICHÉ (§15)",
                "THIS BALLOT DOES NOT HOLD THE CHOICE SHOWN (§15)",
            )


def _permitted(question: Question, votes: list[int]) -> None:
    blank, others = (votes[0], votes[1:]) if question.blank else (0, votes)
    total = sum(others)
    allowed = total == 0 if blank else question.low <= total <= question.high
    if not allowed:
        raise Malformed("ce n'est pas un vote permis (§8.1)", "not a permitted vote (§8.1)")


def _choice_lines(question: Question, votes: list[int], number: int) -> list[Text]:
    blank = [Text("blanc", "blank")] if question.blank else []
    labels = blank + [Text(shown(answer), shown(answer)) for answer in question.answers]
    chosen = [label for label, vote in zip(labels, votes, strict=True) if vote]
    none = Text("aucun choix", "no choice")
    place = Text(f"Question {number}", f"Question {number}")
    return [choice.at(place) for choice in chosen or [none]]
