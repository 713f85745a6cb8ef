# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-audit evidence FILE``: what evidence shows, for a person. docs/protocol.md §21."""

from __future__ import annotations

from pathlib import Path

from audit.arithmetic import self_test
from audit.evidence import MAX_EVIDENCE, Judged, judge_evidence
from audit.layout import quoted, raised
from audit.moments import moment
from audit.strict_json import decode, encode
from audit.system import CHECK_PATH, explained, open_regular
from audit.words import Malformed, Text, Unreadable, shown

_MARK = b"\xef\xbb\xbf"
_CONVICTS = Text(
    "Cette preuve tient : elle convainc le serveur de faute.",
    "This evidence holds: it convicts the server.",
)
_CONVICTS_IF = Text(
    "Cette preuve tient, si l'empreinte ci-dessous est celle de l'élection : alors elle convainc le"
    " serveur de faute.",
    "This evidence holds if the fingerprint below is the election's: then it convicts the server.",
)
_OBSERVED = Text(
    "Ce constat est en règle ; il repose sur la parole de qui l'a fait.",
    "This observation is in order; it rests on the word of whoever made it.",
)
_ALONE = Text(
    "Seul celui qui tient la clé secrète du serveur de cette élection a pu signer ce qu'il"
    " contient : ce fichier se suffit à lui-même, d'où qu'il vienne.",
    "Only the holder of the secret key of this election's server can have signed what is in it:"
    " this file stands by itself, wherever it comes from.",
)
_BY_ELECTION = Text(
    "La clé qui le prouve est celle que nomme l'élection écrite dans ce fichier, et n'importe qui"
    " peut en écrire une : avec une autre empreinte, il n'accuse personne.",
    "The key that proves it is named by the election written in this file, and anybody can write"
    " one: with another fingerprint it accuses nobody.",
)
_ANOTHER = Text(
    "il parle d'une autre élection que celle de cette empreinte",
    "it speaks about another election than that of this fingerprint",
)
_WORD = Text(
    "Rien dans ce fichier ne prouve que cela a été vu : demandez-le aussi à d'autres.",
    "Nothing in this file proves that it was seen: ask others, too.",
)
_COMPARE = Text(
    "Qui fabrique une élection peut l'accuser : comparez cette empreinte à celle que montre la page"
    " de l'école, ou le rapport d'un dossier vérifié.",
    "Whoever makes up an election can accuse it: compare this fingerprint with the one on the"
    " school's page, or in the report of a verified record.",
)
_KEEP = Text(
    "Gardez ce fichier tel quel, et donnez-en une copie au bureau et à votre fédération.",
    "Keep this file as it is, and give copies of it to the committee and to your federation.",
)
_SHOWS = Text("Ce qu'il montre", "What it shows")
_SEEN = Text("Vu par", "Seen by")
_OF = Text("Élection", "Election")
_FINGERPRINT = Text("Empreinte", "Fingerprint")
_NOTHING = Text("Ce fichier ne prouve rien", "This file proves nothing")
_NOBODY = Text(
    "il n'accuse personne ; reprenez-le chez qui l'a fait",
    "it accuses nobody; take it again from whoever made it",
)


def told_evidence(path: Path, fingerprint: str | None = None) -> list[Text]:
    """What a file of evidence shows, in lines for a person, once it holds.

    Args:
        path: the file.
        fingerprint: of the election that is meant, if that is known.

    Raises:
        Malformed: it shows nothing. Unreadable, Unsupported: as ``judge_evidence``.
    """
    self_test()
    try:
        with open_regular(path) as file:
            data = file.read(MAX_EVIDENCE + 1)
    except OSError as error:
        raise Unreadable(*explained(error), CHECK_PATH) from error
    try:
        judged = judge_evidence(_as_given(data))
        if fingerprint not in (None, judged.election.fingerprint):
            raise Malformed(*_ANOTHER)
        return _lines(judged, is_meant=fingerprint is not None)
    except Malformed as refusal:
        raise Malformed(*refusal.text.at(_NOTHING), _NOBODY) from refusal


def _as_given(data: bytes) -> bytes:
    """The one line that a watcher wrote, whatever an editor or a viewer of JSON made of it.

    What is in it is signed, or rests on a word; how it is written shows nothing (§2.2).
    """
    if len(data) > MAX_EVIDENCE:
        return data
    text = data.removeprefix(_MARK).strip()
    try:
        return encode(decode(text))
    except Malformed:
        return text


def _lines(judged: Judged, *, is_meant: bool) -> list[Text]:
    held = judged.held
    sentence = Text(f"{held.sentence.fr}.", f"{held.sentence.en}.")
    first, rests_on = (_CONVICTS, _ALONE) if held.convicts else (_OBSERVED, _WORD)
    if held.convicts and not is_meant:
        first, rests_on = _CONVICTS_IF, _BY_ELECTION
    lines = [
        first,
        quoted(shown(judged.election.name)).at(_OF),
        Text(judged.election.fingerprint, judged.election.fingerprint).at(_FINGERPRINT),
        raised(sentence).at(_SHOWS),
    ]
    if held.observer is not None:
        when, who = moment(held.seen_at), quoted(shown(held.observer))
        lines.append(Text(f"{who.fr}, {when.fr}", f"{who.en}, {when.en}").at(_SEEN))
    return [*lines, rests_on, *(() if is_meant else (_COMPARE,)), _KEEP]
