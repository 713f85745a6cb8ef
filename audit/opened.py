# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recompute a checked ballot: docs/protocol.md §15.

The file gives the unsigned ballot, what it was made from and the election that it says it is of;
an archive, where one is given, has the last word on the election. The tracker printed is the one
that the parent noted before choosing to check.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from audit.arithmetic import base_power, is_member, multiply, power, read_scalar, self_test
from audit.as_given import checked_as_given
from audit.ballots import MAX_BALLOT, Answer, Ballot, answer_faults, decode_ballot
from audit.board import read_board
from audit.election import UUID, Election, Question, decode_election
from audit.hashing import sha256_base64
from audit.layout import enumerated, quoted
from audit.profile import has_bindings
from audit.record import open_record
from audit.strict_json import decode, decode_datum, encode, read_list, read_object, read_text
from audit.system import CHECK_PATH, explained, open_regular
from audit.trackers import tracker
from audit.words import Malformed, Text, Unreadable, Unsupported, shown

_VERSION = 1
_TRACKER = Text("Suivi du bulletin", "Tracker of the ballot")
_CHOICE = Text("Choix", "Choice")
_GOOD = Text(
    "Ce bulletin contrôlé contient bien cela ; il n'est pas signé et ne peut pas être déposé."
    " Si ce n'est pas votre choix, ou pas le suivi que vous aviez noté, gardez ce fichier, ne"
    " votez pas avec cet appareil et prévenez le bureau.",
    "This checked ballot does hold that; it is not signed and cannot be cast. If this is not your"
    " choice, or not the tracker that you noted, keep this file, do not vote with that device and"
    " tell the committee.",
)
_WRONG = Text("Ce bulletin n'est pas en règle", "This ballot is not in order")
_KEEP = Text(
    "gardez ce fichier, ne votez pas avec cet appareil et prévenez le bureau",
    "keep this file, do not vote with that device and tell the committee",
)
_NO_CHECKED_BALLOT = Text(
    "ce fichier n'est pas un bulletin contrôlé", "this file is no checked ballot"
)
_ORIGINAL = Text(
    "reprenez le fichier tel que l'appareil l'a donné, sans l'ouvrir dans un éditeur : son nom"
    " commence par « preau-essai »",
    "take the file as the device gave it, without opening it in an editor: its name begins with"
    " “preau-essai”",
)
_SEALED = Text(
    "ce bulletin est chiffré et n'a pas été contrôlé ; personne ne peut y lire de choix",
    "this ballot is encrypted and was not checked; nobody can read a choice in it",
)
_ASK = Text(
    "sur l'appareil, demandez à contrôler le bulletin au lieu de le déposer",
    "on the device, ask to check the ballot instead of casting it",
)
_OTHER = Text(
    "Ce bulletin est celui d'une autre élection que cette archive.",
    "This ballot is of another election than this archive.",
)
_SAME = Text(
    "donnez l'archive de la même élection ; si c'était elle, gardez ce fichier, ne votez pas"
    " avec cet appareil et prévenez le bureau",
    "give the archive of the same election; if it was, keep this file, do not vote with that"
    " device and tell the committee",
)
_NO_ELECTION = Text(
    "ce bulletin contrôlé ne porte pas son élection, sans laquelle rien ne se vérifie",
    "this checked ballot does not carry its election, without which nothing can be verified",
)
_GIVE_ONE = Text(
    "donnez-la : --election suivi de l'archive .bel, du dossier de l'élection ou de son zip",
    "give it: --election and the .bel archive, the record's folder or its zip",
)
_FROM_FILE = Text(
    "L'élection a été prise dans ce fichier même, qu'un appareil menteur aurait pu choisir :"
    " comparez son empreinte à celle que montre la page de l'école, ou donnez --election.",
    "The election was taken from this very file, where a lying device could have put its own:"
    " compare its fingerprint with the one on the school's page, or give --election.",
)
_FINGERPRINT = Text("Empreinte de l'élection", "Fingerprint of the election")
_CARRIES = Text(
    "Ce fichier a été changé en route : l'élection qu'il porte n'est plus celle de son bulletin, et"
    " il n'accuse personne (§15).",
    "This file was changed on the way: the election that it carries is no longer its ballot's, and"
    " it accuses nobody (§15).",
)
_UNNAMED = Text(
    "Ce fichier ne dit pas de quelle élection il est : il a été modifié, et n'accuse personne.",
    "This file does not say of which election it is: it was changed, and accuses nobody.",
)
_REWRITTEN = Text(
    "Ce fichier a été réécrit depuis que l'appareil l'a donné (§2.2).",
    "This file was written anew since the device gave it (§2.2).",
)
_VERIFY = Text("vérifiez-la avec evote-audit verify", "verify it with evote-audit verify")


def check_opened(path: Path, archive: Path | None) -> list[Text]:
    """What a checked ballot says, in lines for a person, once everything in it agrees.

    Without an archive, it is judged by the election that the file carries, and that is said.

    Raises:
        Malformed: it is not a checked ballot of this election, or it lies.
        Unreadable: the file or the archive cannot be read, the file is something else, or there
            is no election to judge it by.
        Unsupported: a checked ballot or an election of another version.
    """
    self_test()
    data = checked_as_given(_bytes(path))
    value = _checked_ballot(data)
    _names_election(value)
    given = None if archive is None else _election(archive)
    if given is not None:
        _same_election(value, given)
    # What an editor wrote anew accuses nobody, and so is told before what does not agree in it.
    if not _is_version(value["evote_checked_ballot"]) or encode(value) != data:
        raise Malformed(*_REWRITTEN, _ORIGINAL)
    election = given or _carried(value)
    try:
        ballot, lines = _recomputed(data, election)
    except Malformed as refusal:
        raise Malformed(*refusal.text.at(_WRONG), _KEEP) from refusal
    # After the archive's election, which may show that the ballot lies, whatever the file carries.
    _carries_its_own(value)
    code = tracker(sha256_base64(ballot.unsigned))
    found = [Text(code, code).at(_TRACKER), *lines, _GOOD]
    if archive is None:
        phi = election.fingerprint
        found += [_FROM_FILE, Text(phi, phi).at(_FINGERPRINT)]
    return found


def _bytes(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            data = file.read(2 * MAX_BALLOT + 1)
    except OSError as error:
        raise Unreadable(*explained(error), CHECK_PATH) from error
    if not data:
        raise Unreadable("ce fichier est vide", "this file is empty", _ORIGINAL)
    return data


def _checked_ballot(data: bytes) -> dict[str, Any]:
    """An object that says it is a checked ballot, not of a later version; unbelieved yet."""
    try:
        value = decode(data)
    except Malformed as refusal:
        raise Unreadable(*_NO_CHECKED_BALLOT, _ORIGINAL) from refusal
    if not isinstance(value, dict) or not {"evote_checked_ballot", "election_uuid"} & set(value):
        raise Unreadable(*_NO_CHECKED_BALLOT, _ORIGINAL)
    if "evote_checked_ballot" not in value:
        raise Unreadable(*_SEALED, _ASK)
    version = value["evote_checked_ballot"]
    if type(version) is int and version > _VERSION:
        raise Unsupported(
            f"ce bulletin contrôlé vient d'un programme plus récent (version {version})",
            f"this checked ballot was made by a newer program (version {version})",
        )
    return value


def _is_version(version: object) -> bool:
    return type(version) is int and version == _VERSION


def _names_election(value: dict[str, Any]) -> None:
    """Only a file that says it is of an election may accuse the device that made it (§15)."""
    ballot = value.get("ballot")
    uuid = ballot.get("election_uuid") if isinstance(ballot, dict) else None
    if not isinstance(uuid, str) or not UUID.fullmatch(uuid):
        raise Malformed(*_UNNAMED, _ORIGINAL)


def _same_election(value: dict[str, Any], election: Election) -> None:
    """Said before anything else: a ballot of another election can agree with nothing here."""
    ballot = value.get("ballot")
    if not isinstance(ballot, dict):
        return
    named = (ballot.get("election_uuid"), ballot.get("election_hash"))
    if named != (election.uuid, election.fingerprint):
        raise Malformed(*_OTHER, _SAME)


def _carried(value: dict[str, Any]) -> Election:
    """The election in the file, which must be the ballot's: its fingerprint decides (§15)."""
    if "election" not in value:
        raise Unreadable(*_NO_ELECTION, _GIVE_ONE)
    _carries_its_own(value)
    try:
        data = read_text(value["election"], "election").encode()
        ours = decode(data)
        strict = isinstance(ours, dict) and "evote" in ours
        election = decode_election(data, strict=strict)[0]
    except Malformed as refusal:
        raise Malformed(*refusal.text.at(_WRONG), _KEEP) from refusal
    if value["ballot"]["election_uuid"] != election.uuid:
        raise Malformed(*_CARRIES, _ORIGINAL)
    return election


def _carries_its_own(value: dict[str, Any]) -> None:
    """A text that is not what the ballot names accuses nobody: accents suffer on the way (§15).

    A device gains nothing by it: with the true election its ballot is recomputed.
    """
    text, named = value.get("election"), value["ballot"].get("election_hash")
    if not isinstance(text, str) or not isinstance(named, str):
        return  # no charset made it so: told as what it is
    if sha256_base64(text.encode()) != named:
        raise Malformed(*_CARRIES, _ORIGINAL)


def _election(archive: Path) -> Election:
    with open_record(archive) as record, record.archive.open("rb") as file:
        board = read_board(file)
        strict = has_bindings(file, board)
        datum = board.setup_datum("election")
        if datum is None:
            raise Unreadable(
                "cette archive n'a pas d'élection", "this archive has no election", _VERIFY
            )
        file.seek(datum.offset)
        try:
            return decode_election(file.read(datum.size), strict=strict)[0]
        except Malformed as refusal:
            raise Unreadable(
                "l'archive n'est pas en règle", "the archive is not in order", _VERIFY
            ) from refusal


def _recomputed(data: bytes, election: Election) -> tuple[Ballot, list[Text]]:
    """The unsigned ballot, and its choices in words, once each was encrypted again."""
    ballot, votes, scalars = decode_opened(data, election)
    rows = zip(election.questions, ballot.answers, votes, scalars, strict=True)
    lines = []
    for number, (question, answer, row, randomness) in enumerate(rows, 1):
        _recompute(election, answer, row, randomness)
        _permitted(question, row)
        if answer_faults(election, ballot.credential_text, question, answer):
            raise Malformed("une de ses preuves est fausse (§6)", "one of its proofs fails (§6)")
        place = Text(f"Question {number}", f"Question {number}")
        lines.append(_chosen(question, row).at(place if len(votes) > 1 else _CHOICE))
    return ballot, lines


def decode_opened(
    data: bytes, election: Election
) -> tuple[Ballot, list[list[int]], list[list[int]]]:
    """The unsigned ballot, the choices and the randomness of a checked ballot (§15)."""
    value = decode_datum(data, canonical=True)
    fields = read_object(
        value, "evote_checked_ballot ballot choices randomness election?", strict=True
    )
    if not _is_version(fields["evote_checked_ballot"]):
        raise Malformed("version inconnue (§15)", "unknown version (§15)")
    read_text(fields.get("election", ""), "election")
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
                "IL NE CONTIENT PAS LE CHOIX AFFICHÉ (§15)",
                "IT DOES NOT HOLD THE CHOICE SHOWN (§15)",
            )


def _permitted(question: Question, votes: list[int]) -> None:
    blank, others = (votes[0], votes[1:]) if question.blank else (0, votes)
    total = sum(others)
    allowed = total == 0 if blank else question.low <= total <= question.high
    if not allowed:
        raise Malformed("ce n'est pas un vote permis (§8.1)", "not a permitted vote (§8.1)")


def _chosen(question: Question, votes: list[int]) -> Text:
    blank = [Text("blanc", "blank")] if question.blank else []
    labels = blank + [quoted(shown(answer)) for answer in question.answers]
    chosen = [label for label, vote in zip(labels, votes, strict=True) if vote]
    return enumerated(chosen or [Text("aucun choix", "no choice")])
