# SPDX-License-Identifier: AGPL-3.0-or-later
"""C11: each trustee committed to its part beforehand, all signed the transcript. §7.11, §7.12."""

from __future__ import annotations

from collections.abc import Iterator

from audit.arithmetic import element_text
from audit.binding import Ceremony
from audit.case import Case
from audit.hashing import CEREMONY_LABEL, COEFFICIENTS_LABEL, labelled_digest
from audit.outcome import NOT_REACHED, Finding, judged
from audit.proofs import holds_labelled
from audit.trustees import Pedersen
from audit.words import Text


def check(case: Case) -> Finding:
    """Recompute every commitment, verify every signature."""
    if not case.strict:
        return case.not_ours
    item = case.trustees.items[0] if case.trustees else None
    datum = case.setup_datum("trustees")
    if case.election is None or case.binding is None or datum is None:
        return NOT_REACHED
    ceremony = case.binding.ceremony
    if not isinstance(item, Pedersen) or len(ceremony.members) != len(item.members):
        return NOT_REACHED
    faults = ceremony_faults(case.election.uuid, item, ceremony, datum.digest.hex())
    return judged(len(item.members), faults)


def ceremony_faults(
    uuid: str, item: Pedersen, ceremony: Ceremony, trustees_hash: str
) -> Iterator[Text]:
    """The faults of one ceremony; ``trustees_hash`` is that of the trustees' exact bytes."""
    head = [uuid, str(len(item.members)), str(item.threshold)]
    entries = zip(ceremony.members, ceremony.commitments, strict=True)
    story = [part for (name, role), commitment in entries for part in (name, role, commitment)]
    rows = zip(item.members, ceremony.commitments, ceremony.signatures, strict=True)
    for index, (member, commitment, signature) in enumerate(rows, 1):
        place = Text(f"membre du bureau n° {index}", f"trustee {index}")
        exponents = [element_text(point) for point in member.exponents]
        if labelled_digest(COEFFICIENTS_LABEL, *head, str(index), *exponents) != commitment:
            yield Text("engagement non tenu (§7.11)", "commitment not kept (§7.11)").at(place)
        parts = [*head, *story, trustees_hash, str(index)]
        if not holds_labelled(member.verification, CEREMONY_LABEL, parts, signature):
            yield Text(
                "n'a pas signé cette cérémonie (§7.12)", "did not sign this ceremony (§7.12)"
            ).at(place)
