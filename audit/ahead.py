# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stamps of the record's checkpoints that, for this machine's clock, are still to come. §18.6.

Such a stamp hides a later shortening, as a missing one does; but the clock may be the wrong one, so
that it fails nothing and is told beside the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping

from audit.case import Case
from audit.moments import moment
from audit.promises import is_too_far
from audit.words import Text


def stamps_ahead(case: Case) -> Mapping[str, int]:
    """By file, the stamps further ahead than any server may be: more than 960 seconds (§20.1).

    None where C31 did not pass, or no clock was asked.
    """
    clock = case.clock
    if clock is None:
        return {}
    return {file: stamp for file, stamp in case.stamps.items() if is_too_far(stamp, clock, None)}


def told_ahead(case: Case) -> Text | None:
    """What to do about them, the clock first; None where there are none."""
    stamps = stamps_ahead(case)
    if not stamps or case.clock is None:
        return None
    stamp, now = moment(max(stamps.values())), moment(case.clock)
    return Text(
        f"Attention : le serveur a signé ce dossier {stamp.fr}, et l'horloge de cet ordinateur dit"
        f" {now.fr} : vérifiez d'abord cette horloge. Si elle est juste, cette copie prouvera"
        " moins, plus tard, si l'urne ou son journal est raccourci : prévenez le bureau.",
        f"Beware: the server signed this record {stamp.en}, and this computer's clock says"
        f" {now.en}: check this clock first. If it is right, this copy will prove less, later, if"
        " the board or its journal is shortened: tell the committee.",
    )
