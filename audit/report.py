# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report for a person: one sentence, the result, one line a check, and what cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from audit.limits import limits
from audit.outcome import Outcome
from audit.verify import Verdict
from audit.words import Text, shown

MAX_SHOWN = 5
_OUTCOMES = {
    Outcome.PASSED: Text("réussi", "passed"),
    Outcome.FAILED: Text("ÉCHEC", "FAILED"),
    Outcome.NOT_REACHED: Text("pas atteint", "not reached"),
    Outcome.NOT_APPLICABLE: Text("sans objet", "not applicable"),
}
_STATES = {
    "set-up": Text("installée, vote pas encore ouvert", "set up, the vote is not open yet"),
    "open": Text("vote en cours", "the vote is open"),
    "closed": Text("vote clos, décompte pas terminé", "closed, not yet counted"),
    "tallied": Text("dépouillée", "tallied"),
}
_BELENIOS = Text(
    "Élection Belenios, sans les garanties de Préau",
    "A Belenios election, without the guarantees of Préau",
)


def first_sentence(verdict: Verdict) -> Text:
    """The verdict in one sentence; for a plain election it says so first."""
    if not verdict.valid:
        ids = ", ".join(e.id for e, f in verdict.findings if f.outcome is Outcome.FAILED)
        sentence = Text(
            f"Ce dossier n'est pas en règle : {ids} en défaut. Ne vous fiez pas à son résultat.",
            f"This record is not in order: {ids} failed. Do not rely on its result.",
        )
    elif verdict.case.board.state == "tallied" and not verdict.case.strict:
        sentence = Text(
            "Toutes les vérifications de ce format ont réussi.",
            "Every check of this format passed.",
        )
    elif verdict.case.board.state == "tallied":
        sentence = Text(
            "Le résultat est vérifié : toutes les vérifications applicables ont réussi.",
            "The result is verified: every applicable check passed.",
        )
    else:
        sentence = Text(
            "Tout ce que l'urne montre jusqu'ici est en règle ; il n'y a pas encore de résultat.",
            "All that the board shows so far is in order; there is no result yet.",
        )
    if verdict.case.strict:
        return sentence
    return Text(*(text[0].lower() + text[1:] for text in sentence)).at(_BELENIOS)


def write_report(verdict: Verdict, say: Callable[[Text], str]) -> Iterator[str]:
    """The lines of the report, in the language that ``say`` picks."""
    yield say(first_sentence(verdict))
    yield ""
    yield from _identity(verdict, say)
    yield from _result(verdict, say)
    yield from _seats(verdict, say)
    yield from _signers(verdict, say)
    yield ""
    yield from _checks(verdict, say)
    yield ""
    yield say(
        Text("Ce que cette vérification ne peut pas dire", "What this verification cannot tell")
    )
    for limit in limits(verdict):
        yield f"  - {say(limit)}"


def _identity(verdict: Verdict, say: Callable[[Text], str]) -> Iterator[str]:
    case = verdict.case
    if case.election is not None:
        school = f" – {shown(case.binding.school)}" if case.binding else ""
        yield f"« {shown(case.election.name)} »{school}"
        yield say(Text("Empreinte", "Fingerprint")) + f" : {case.election.fingerprint}"
    if case.binding and case.binding.rehearsal:
        yield say(Text("RÉPÉTITION : ce n'est pas le vrai vote.", "REHEARSAL: not the real vote."))
    state = _STATES.get(case.board.state or "", Text("inconnu", "unknown"))
    yield say(Text("État", "State")) + f" : {say(state)}"
    yield (
        say(Text("Bulletins dans l'urne", "Ballots on the board")) + f" : {len(case.board.ballots)}"
    )


def verified_result(verdict: Verdict) -> tuple[tuple[int, ...], ...] | None:
    """The numbers, if C23 passed; a result that does not hold is not shown."""
    return verdict.case.result if _passed(verdict, "C23") else None


def verified_seats(verdict: Verdict) -> dict[str, Any] | None:
    """Seats and names elected, if C23 and C25 passed: they are worth what the numbers are."""
    return verdict.case.seats if _passed(verdict, "C23") and _passed(verdict, "C25") else None


def _passed(verdict: Verdict, check: str) -> bool:
    return any(e.id == check and f.outcome is Outcome.PASSED for e, f in verdict.findings)


def _result(verdict: Verdict, say: Callable[[Text], str]) -> Iterator[str]:
    result, election = verified_result(verdict), verdict.case.election
    if result is None or election is None:
        return
    yield ""
    yield say(Text("Résultat", "Result"))
    for number, (question, row) in enumerate(zip(election.questions, result, strict=True), 1):
        if len(result) > 1:
            yield f"  Question {number}"
        blank = [say(Text("Blanc", "Blank"))] if question.blank else []
        for label, votes in zip([*blank, *question.answers], row, strict=True):
            yield f"  {votes:>8}  {shown(label)}"


def _seats(verdict: Verdict, say: Callable[[Text], str]) -> Iterator[str]:
    seats = verified_seats(verdict)
    if seats is None:
        return
    yield ""
    yield say(Text("Sièges", "Seats"))
    for row in seats["lists"]:
        yield f"  {row['seats']:>8}  {shown(row['label'])}"
        for title, key in (("titulaires", "titulaires"), ("suppléants", "suppleants")):
            if row[key]:
                yield f"            {title} : {', '.join(shown(name) for name in row[key])}"
        if row["unfilled"]:
            text = Text("siège(s) non pourvu(s)", "seat(s) unfilled")
            yield f"            {row['unfilled']} {say(text)}"


def _signers(verdict: Verdict, say: Callable[[Text], str]) -> Iterator[str]:
    case = verdict.case
    if case.unsigned:
        names = ", ".join(shown(say(who), 200) for who in case.unsigned)
        yield ""
        yield say(Text("N'ont pas signé l'installation", "Did not sign the set-up")) + f" : {names}"
    elif case.strict and not case.record.folder and case.board.state in ("set-up", "open"):
        yield ""
        yield say(
            Text(
                "Signatures de l'installation : elles sont dans le dossier complet, pas dans cette"
                " archive seule ; elles n'ont pas été vérifiées ici.",
                "Signatures of the set-up: they are in the complete record, not in this archive"
                " alone; they were not checked here.",
            )
        )


def _checks(verdict: Verdict, say: Callable[[Text], str]) -> Iterator[str]:
    for entry, finding in verdict.findings:
        counts = f" ({finding.examined})" if finding.examined else ""
        outcome = say(_OUTCOMES[finding.outcome]) + counts
        yield f"{entry.id}  {outcome:<16}  {say(entry.title)}"
        for fault in finding.faults[:MAX_SHOWN]:
            yield f"       ! {say(fault)}"
        more = len(finding.faults) - MAX_SHOWN
        if more > 0:
            yield f"       ! … {say(Text(f'et {more} autres', f'and {more} more'))}"
