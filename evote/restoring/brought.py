# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person brings to a restore, beside the backup: docs/adr/0016."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evote.election.desk_messages import SignedInMessage
from evote.restoring.evidence import BroughtNote


@dataclass(frozen=True, slots=True)
class Brought:
    """What comes from outside.

    Attributes:
        notes: what outsiders have seen.
        records: complete ones, by the number of their election.
        sign_ins: what desks say, by the number of their election.
        unseen: the elections of which, a person says, nobody has seen more.
        without: those that are not restored: the backup has them not, or as drafts, or nobody has
            all that was published of them.
        seen: where the notes were found, which may have records of them, too.
        host: of the address that this server is to have, as its logs name it; of one with another
            host a note says nothing here.
    """

    notes: tuple[BroughtNote, ...] = ()
    records: Mapping[str, Path] = field(default_factory=dict)
    sign_ins: Mapping[str, SignedInMessage] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    seen: tuple[Path, ...] = ()
    host: str = ""
