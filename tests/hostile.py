# SPDX-License-Identifier: AGPL-3.0-or-later
"""An election whose every name is markup, a script and a template at once."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, cached_property

from protocol.bindings import CandidateList, EvoteBinding, School
from protocol.election import Election, make_election
from tests.db.school import make_election as make_plain
from tests.simulator import SimulatedElection

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}${7*7}"


class _Hostile(SimulatedElection):
    @cached_property
    def candidate_lists(self) -> tuple[CandidateList, ...]:
        return tuple(
            CandidateList(f"{label} {EVIL}", tuple(f"{name} {EVIL}" for name in ("A", "B", "C")))
            for label in ("un", "deux", "trois")[: self.lists]
        )

    @cached_property
    def bindings(self) -> EvoteBinding:
        return replace(super().bindings, school=School(f"École {EVIL}", "0750001A", "ecole"))

    @cached_property
    def election(self) -> Election:
        return make_election(
            uuid=self.uuid,
            name=f"Élection {EVIL}",
            description=f"Ici {EVIL}",
            public_key=self.trustees.election_key(),
            questions=(self.question,),
            evote=self.bindings,
        )


@cache
def hostile_election() -> SimulatedElection:
    """Twelve electors and three lists with names that no school should have."""
    plain = make_plain(electors=12, lists=3)
    return _Hostile(
        votes=(),
        electors=12,
        lists=3,
        roll_commitment=plain.roll_commitment,
        held=plain.held,
        server=True,
        booth=plain.booth,
    )
