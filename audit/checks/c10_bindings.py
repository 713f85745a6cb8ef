# SPDX-License-Identifier: AGPL-3.0-or-later
"""C10: the election's bindings agree with its trustees, credentials and lists. §8.3, §14."""

from __future__ import annotations

from collections.abc import Iterator

from audit.binding import Binding, decode_binding
from audit.case import Case
from audit.election import Election
from audit.outcome import NOT_APPLICABLE, NOT_REACHED, Finding, judged
from audit.plain_text import LONGEST, plain_text
from audit.trustees import Pedersen
from audit.words import Malformed, Text, Unsupported, count

LONGEST_DESCRIPTION = 2000
TRUSTEES = range(3, 101)
WITHOUT = Text(
    "cette élection n'a pas les garanties de Préau, qui étaient exigées",
    "this election has not the guarantees of Préau, which were demanded",
)


def check(case: Case) -> Finding:
    """Decode ``election.evote``, then compare it with everything it binds.

    Raises:
        Unsupported: bindings of a later version, in an archive that is sound so far.
    """
    if case.demanded:
        return judged(0, [WITHOUT])
    if not case.strict:
        return NOT_APPLICABLE
    if case.election is None:
        return NOT_REACHED
    return judged(1, _faults(case, case.election))


def _faults(case: Case, election: Election) -> list[Text]:
    if case.evote is None:
        return [Text("l'élection n'a pas de champ « evote »", "no “evote” member")]
    try:
        case.binding = decode_binding(case.evote, election.uuid)
    except Unsupported as refusal:
        if case.board.whole:
            raise
        return [refusal.text]
    except Malformed as refusal:
        return [refusal.text]
    return [*_unfit_texts(election), *_disagreements(case, case.binding)]


def _unfit_texts(election: Election) -> Iterator[Text]:
    """What the voter reads is plain text: name, questions, and the description if any (§8.3)."""
    texts = [(election.name, "name", LONGEST)]
    texts += [(question.text, "question", LONGEST) for question in election.questions]
    if election.description:
        texts.append((election.description, "description", LONGEST_DESCRIPTION))
    for text, what, longest in texts:
        try:
            plain_text(text, what, longest)
        except Malformed as refusal:
            yield refusal.text


def _disagreements(case: Case, binding: Binding) -> Iterator[Text]:
    if not _fits_question(case, binding):
        yield Text(
            "la question n'est pas celle des listes", "the question is not that of the lists"
        )
    setup = case.board.setup_data
    if binding.trustees_sha256 != setup.get("trustees"):
        yield Text(
            "d'autres clés du bureau que celles annoncées", "other trustees than those bound"
        )
    if binding.credentials_sha256 != setup.get("credentials"):
        yield Text(
            "une autre liste de clés que celle annoncée", "other credentials than those bound"
        )
    if case.trustees is not None and not _fits_trustees(case, binding):
        yield Text(
            "le bureau n'est pas un groupe à seuil de la taille demandée (§8.3)",
            "the trustees are not one threshold item of the size demanded (§8.3)",
        )
    if case.credentials is not None:
        yield from _reserves(list(case.credentials.index), binding)


def _fits_question(case: Case, binding: Binding) -> bool:
    """One question with blank, min = max = 1, whose answers are the labels in order."""
    if case.election is None or len(case.election.questions) != 1:
        return False
    question = case.election.questions[0]
    labels = tuple(item.label for item in binding.lists)
    return question.blank and (question.low, question.high) == (1, 1) and question.answers == labels


def _fits_trustees(case: Case, binding: Binding) -> bool:
    """One Pedersen item, 3 ≤ n ≤ 100, t ≥ 2, 2t > n, n members."""
    items = case.trustees.items if case.trustees else ()
    if len(items) != 1 or not isinstance(items[0], Pedersen):
        return False
    n = len(items[0].members)
    return permitted(n, items[0].threshold) and len(binding.ceremony.members) == n


def permitted(size: int, threshold: int) -> bool:
    """Whether t of n trustees may hold a key: no two groups that do not overlap (§8.3)."""
    return size in TRUSTEES and threshold >= 2 and 2 * threshold > size


def _reserves(keys: list[str], binding: Binding) -> Iterator[Text]:
    """Distinct, in the list, in its order; electors + reserves = credentials."""
    reserves = set(binding.reserves)
    if tuple(key for key in keys if key in reserves) != binding.reserves:
        yield Text("les réserves ne suivent pas la liste des clés", "reserves are not in the list")
    if binding.electors + len(binding.reserves) != len(keys):
        electors = count(binding.electors, "électeur", "elector")
        reserved = count(len(binding.reserves), "réserve", "reserve")
        listed = count(len(keys), "clé", "credential")
        yield Text(
            f"{electors.fr} et {reserved.fr} pour {listed.fr}",
            f"{electors.en} and {reserved.en} for {listed.en}",
        )
