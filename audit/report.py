# SPDX-License-Identifier: AGPL-3.0-or-later
"""The report for a person: five plain lines, then the election, each check, what cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from audit.catalogue import Entry
from audit.elected import questions, seats
from audit.layout import lowered, wrapped
from audit.limits import limits
from audit.outcome import Finding, Outcome
from audit.summary import first_sentence, identity, summary, warnings
from audit.verify import Verdict
from audit.words import Text, cited, count

__all__ = ["first_sentence", "write_report"]

MAX_SHOWN = 5
_OF_PREAU = ("C10", "C11", "C12", "C17", "C21", "C24", "C25")
_OF_RECORDS = ("C26", "C27", "C28", "C29", "C30", "C31", "C32")  # what was given never comes later
_OUTCOMES = {
    Outcome.PASSED: Text("réussi", "passed"),
    Outcome.FAILED: Text("ÉCHEC", "FAILED"),
    Outcome.NOT_REACHED: Text("pas atteint", "not reached"),
}
_CHECKS = Text("Vérifications", "Checks")
_LIMITS = Text("Ce que cette vérification ne peut pas dire", "What this verification cannot tell")
_FOOTER = Text(
    "« protocole » renvoie aux paragraphes de docs/protocol.md, qui définit chaque vérification"
    " (§16).",
    "“protocol” refers to the sections of docs/protocol.md, which defines every check (§16).",
)
_INDENT = " " * 22


def write_report(verdict: Verdict, say: Callable[[Text], str]) -> Iterator[str]:
    """The lines of the report, in the language that ``say`` picks."""
    for text in (first_sentence(verdict), *warnings(verdict), *summary(verdict)):
        yield from wrapped(say(text), rest="  ")
    for block in (identity, questions, seats):
        yield from _block(block(verdict), say)
    yield from _block([_CHECKS], say)
    for entry, finding in verdict.findings:
        yield from _check(verdict, entry, finding, say)
    yield from _block([_LIMITS], say)
    for limit in limits(verdict):
        yield from wrapped(say(limit), "  - ", "    ")
    yield from _block([_FOOTER], say)


def _block(texts: Iterable[Text], say: Callable[[Text], str]) -> Iterator[str]:
    """Lines after an empty one, each with its own indent; nothing for nothing."""
    for number, text in enumerate(texts):
        if number == 0:
            yield ""
        line = say(text)
        indent = line[: len(line) - len(line.lstrip())]
        yield from wrapped(line.strip(), indent, indent + "  ")


def _check(
    verdict: Verdict, entry: Entry, finding: Finding, say: Callable[[Text], str]
) -> Iterator[str]:
    title = entry.title
    if finding.outcome is Outcome.FAILED:
        title = lowered(title).at(Text("Attendu", "Expected"))
    counts = f" ({finding.examined})" if finding.examined else ""
    outcome = say(_outcome(verdict, entry, finding)) + counts
    yield from wrapped(say(title), f"{entry.id}  {outcome:<15} ", _INDENT)
    for fault in finding.faults[:MAX_SHOWN]:
        yield from wrapped(say(cited(fault)), f"{_INDENT}! ", f"{_INDENT}  ")
    more = len(finding.faults) - MAX_SHOWN
    if more > 0:
        rest = Text(f"et {count(more, 'autre', 'other').fr}", f"and {more} more")
        yield f"{_INDENT}! … {say(rest)}"


def _outcome(verdict: Verdict, entry: Entry, finding: Finding) -> Text:
    """The outcome in words; what is not applicable may still come, or never."""
    if finding.outcome is not Outcome.NOT_APPLICABLE:
        return _OUTCOMES[finding.outcome]
    foreign = entry.id in _OF_PREAU and not verdict.case.strict
    elsewhere = entry.id == "C12" and not verdict.case.record.folder
    if foreign or elsewhere or entry.id in _OF_RECORDS:
        return Text("sans objet", "not applicable")
    return Text("pas encore", "not yet")
