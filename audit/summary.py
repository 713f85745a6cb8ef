# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first lines of the report: verdict, state, ballots, result, who signed; then whose vote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.ahead import told_ahead
from audit.case import Case
from audit.election import Question
from audit.layout import enumerated, lowered, quoted, raised
from audit.outcome import Outcome
from audit.told import is_cancelled, journal_lines, state
from audit.verify import Verdict
from audit.vouched import vouching_lines
from audit.witness_names import witness_lines
from audit.words import Text, count, shown

_STATES = {
    "set-up": Text("prête, le vote n'a pas commencé", "ready, the vote has not begun"),
    "open": Text("vote en cours", "the vote is open"),
    "suspended": Text("vote suspendu", "the vote is suspended"),
    "closed": Text("vote clos, dépouillement à finir", "the vote is closed, the count unfinished"),
    "tallied": Text("dépouillée", "tallied"),
}
_BY_THE_BOARD = {  # all that it shows, where no verified journal tells of opening and suspension
    "set-up": Text("prête, aucun bulletin publié", "ready, no ballot published"),
    "open": Text(
        "des bulletins publiés, pas encore la clôture", "ballots published, not yet the closing"
    ),
}
_REHEARSAL = Text("RÉPÉTITION, ce n'est pas le vrai vote", "REHEARSAL, not the real vote")
_BELENIOS = Text(
    "Élection Belenios, sans les garanties de Préau",
    "A Belenios election, without the guarantees of Préau",
)
_NOT_YET = Text("pas encore", "not yet")
_CANCELLED = Text(
    "Cette élection a été annulée ; ce qui en est publié est en règle, elle n'a pas de résultat.",
    "This election was cancelled; what is published of it is in order, and it has no result.",
)
_WITNESSES_LACK = Text(
    "Il manque encore des témoins à ce dossier (en défaut : C32) ; tout le reste est en règle. Ne"
    " vous fiez pas encore à son résultat : reprenez le dossier plus tard.",
    "This record still lacks witnesses (failed: C32); all the rest is in order. Do not rely on its"
    " result yet: take the record again later.",
)
_NOT_COMPARED = Text(
    "Attention : la comparaison demandée par --since n'a pas été faite, ce verdict est celui du"
    " dossier seul.",
    "Beware: the comparison asked for by --since was not made, this verdict is on the record"
    " alone.",
)
_ALONE = Text(
    "Attention : ceci est l'archive seule, pas le dossier complet : le journal et la signature du"
    " serveur n'y sont pas, et ne sont pas vérifiés.",
    "Beware: this is the archive alone, not the complete record: the journal and the server's"
    " signature are not in it, and not verified.",
)
_ALONE_UNWITNESSED = Text(
    "Attention : ceci est l'archive seule, pas le dossier complet : le journal, la signature du"
    " serveur et celles des témoins n'y sont pas, et ne sont pas vérifiés.",
    "Beware: this is the archive alone, not the complete record: the journal, the server's"
    " signature and those of the witnesses are not in it, and not verified.",
)
_STOPPED = Text("ANNULÉE", "CANCELLED")


def first_sentence(verdict: Verdict) -> Text:
    """The verdict in one sentence; for a plain election it says so first."""
    if not verdict.valid:
        return _refusal(verdict)
    if is_cancelled(verdict.case):
        return _CANCELLED
    if verdict.case.board.state != "tallied":
        sentence = Text(
            "Tout ce que l'urne montre jusqu'ici est en règle ; il n'y a pas encore de résultat.",
            "All that the board shows so far is in order; there is no result yet.",
        )
    elif verdict.case.strict:
        return Text(
            "Le résultat est vérifié : toutes les vérifications applicables ont réussi.",
            "The result is verified: every applicable check passed.",
        )
    else:
        sentence = Text(
            "Toutes les vérifications de ce format ont réussi.",
            "Every check of this format passed.",
        )
    return sentence if verdict.case.strict else lowered(sentence).at(_BELENIOS)


def _refusal(verdict: Verdict) -> Text:
    """What is wrong, the most telling first: a wrong question before a wrong answer."""
    case = verdict.case
    failed = [entry.id for entry, finding in verdict.findings if finding.outcome is Outcome.FAILED]
    if case.differing and failed == ["C26"]:
        return _sentence(case.differing)
    if case.waits_for_witnesses and failed == ["C32"] and not case.demanded:
        return _WITNESSES_LACK
    others = [check for check in failed if not (case.demanded and check == "C10")]
    ids = ", ".join(others)
    wrong = Text(
        f"Ce dossier n'est pas en règle (en défaut : {ids}). Ne vous fiez pas à son résultat.",
        f"This record is not in order (failed: {ids}). Do not rely on its result.",
    )
    if case.demanded:
        sentence = Text(
            "Cette élection n'a pas les garanties de Préau, qui étaient exigées.",
            "This election has not the guarantees of Préau, which were demanded.",
        )
        return Text(f"{sentence.fr} {wrong.fr}", f"{sentence.en} {wrong.en}") if ids else sentence
    return wrong if case.strict else lowered(wrong).at(_BELENIOS)


def _sentence(text: Text) -> Text:
    """With a capital and a full stop, unless it asks."""
    return Text(*(part if part[-1] == "?" else part + "." for part in raised(text)))


def warnings(verdict: Verdict) -> Iterator[Text]:
    """What the verdict does not rest on: a copy that was given, the rest of the record, a clock.

    A copy is set aside (§17.3); an archive alone, in whatever it came, may be taken for the record
    of an election on a server (§17.1); a stamp may be ahead of this machine's clock (§18.6).
    """
    if verdict.case.incomparable:
        why = _sentence(verdict.case.incomparable)
        yield Text(f"{_NOT_COMPARED.fr} {why.fr}", f"{_NOT_COMPARED.en} {why.en}")
    binding = verdict.case.binding
    if binding and binding.server and not verdict.case.record.folder:
        yield _ALONE_UNWITNESSED if binding.server.witnesses else _ALONE
    ahead = told_ahead(verdict.case)
    if ahead is not None:
        yield ahead


def summary(verdict: Verdict) -> Iterator[Text]:
    """Four lines after the verdict, the same for every election; then those of a server's."""
    case = verdict.case
    yield _line("État", "State", _state(case))
    ballots = count(len(case.board.ballots), "bulletin", "ballot")
    if case.binding:
        electors = count(case.binding.electors, "électeur", "elector")
        ballots = Text(f"{ballots.fr}, pour {electors.fr}", f"{ballots.en}, for {electors.en}")
    yield _line("Urne", "Board", ballots)
    yield _line("Résultat", "Result", _result(verdict))
    yield _line("Signatures d'ouverture", "Set-up signatures", _signatures(verdict))
    for (fr, en), text in (*journal_lines(case), *vouching_lines(case), *witness_lines(case)):
        yield _line(fr, en, text)


def _state(case: Case) -> Text:
    """How far the election is, and no more of it than was verified."""
    words = _STATES if case.story is not None else _STATES | _BY_THE_BOARD
    text = words.get(state(case) or "", Text("inconnu", "unknown"))
    if is_cancelled(case):
        text = Text(f"{_STOPPED.fr} ({text.fr})", f"{_STOPPED.en} ({text.en})")
    if case.binding and case.binding.rehearsal:
        text = Text(f"{text.fr} – {_REHEARSAL.fr}", f"{text.en} – {_REHEARSAL.en}")
    return text


def _line(fr: str, en: str, text: Text) -> Text:
    return Text(f"{text.fr}.", f"{text.en}.").at(Text(fr, en))


def _result(verdict: Verdict) -> Text:
    election, result = verdict.case.election, verdict.case.result
    if is_cancelled(verdict.case):
        return Text("aucun", "none")
    if verdict.case.board.state != "tallied":
        return _NOT_YET
    if not verdict.valid or election is None or result is None:
        return Text("NON VÉRIFIÉ ; il n'est pas montré ici", "NOT VERIFIED; it is not shown here")
    if len(result) > 1:
        return Text(f"plus bas, {len(result)} questions", f"below, {len(result)} questions")
    rows = numbered(election.questions[0], result[0])
    return enumerated([Text(f"{label.fr} {n}", f"{label.en} {n}") for label, n in rows])


def numbered(question: Question, row: Sequence[int]) -> list[tuple[Text, int]]:
    """The choices of a question with their numbers, the blank last as people expect it."""
    labels = [quoted(shown(answer)) for answer in question.answers]
    if not question.blank:
        return list(zip(labels, row, strict=True))
    blank, *votes = row
    return [*zip(labels, votes, strict=True), (Text("blanc", "blank"), blank)]


def _signatures(verdict: Verdict) -> Text:
    """Who vouched for the set-up before opening (C12)."""
    case = verdict.case
    if not case.strict:
        return Text("sans objet pour une élection Belenios", "none in a Belenios election")
    signed, unsigned = case.signed, case.unsigned
    if not signed and not unsigned:
        return _unknown_signatures(verdict)
    total = len(signed) + len(unsigned)
    text = Text(f"{len(signed)} sur {total}", f"{len(signed)} of {total}")
    if signed:
        names = enumerated(signed)
        text = Text(f"{text.fr}, {names.fr}", f"{text.en}, {names.en}")
    if unsigned:
        names = enumerated(unsigned)
        text = Text(f"{text.fr}, sans {names.fr}", f"{text.en}, without {names.en}")
    return text


def _unknown_signatures(verdict: Verdict) -> Text:
    outcomes = {entry.id: finding.outcome for entry, finding in verdict.findings}
    if outcomes["C12"] is not Outcome.NOT_APPLICABLE:
        return Text("pas vérifiées, à cause d'un défaut", "not verified, because of a fault")
    if verdict.case.record.folder:
        return _NOT_YET
    return Text(
        "dans le dossier complet, pas dans cette archive seule ; pas vérifiées ici",
        "in the complete record, not in this archive alone; not verified here",
    )


def identity(verdict: Verdict) -> Iterator[Text]:
    """Which election this is, and what to compare with one's neighbours."""
    election, binding = verdict.case.election, verdict.case.binding
    if election is None:
        return
    name = quoted(shown(election.name))
    school = f" – {shown(binding.school)}" if binding else ""
    yield Text(name.fr + school, name.en + school)
    print_of = Text(election.fingerprint, election.fingerprint)
    yield print_of.at(Text("Empreinte", "Fingerprint"))
