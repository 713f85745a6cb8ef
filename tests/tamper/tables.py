# SPDX-License-Identifier: AGPL-3.0-or-later
"""All damages of this folder in one table, for whoever wants to try them on something else."""

from __future__ import annotations

from tests.tamper import (
    test_ballots,
    test_checkpoints,
    test_container,
    test_credentials,
    test_decryptions,
    test_election,
    test_events,
    test_journal_form,
    test_journal_signatures,
    test_journal_story,
    test_peer_archives,
    test_points,
    test_profile,
    test_replaced_codes,
    test_result,
    test_scalars,
    test_served_election,
    test_tally,
    test_ties,
    test_trustees,
    test_witnesses,
)
from tests.tamper.damage import Damage
from tests.tamper.record import RecordDamage

MODULES = (
    test_container,
    test_events,
    test_election,
    test_trustees,
    test_credentials,
    test_ballots,
    test_tally,
    test_decryptions,
    test_result,
    test_ties,
    test_profile,
    test_points,
    test_scalars,
    test_peer_archives,
)
DAMAGES: dict[str, Damage] = {
    f"{module.__name__.rpartition('.')[2].removeprefix('test_')}: {phrase}": damage
    for module in MODULES
    for phrase, damage in module.TABLE.items()
}
RECORD_MODULES = (
    test_served_election,
    test_journal_form,
    test_journal_story,
    test_journal_signatures,
    test_replaced_codes,
    test_checkpoints,
    test_witnesses,
)
RECORDS: dict[str, RecordDamage] = {
    f"{module.__name__.rpartition('.')[2].removeprefix('test_')}: {phrase}": damage
    for module in RECORD_MODULES
    for phrase, damage in module.TABLE.items()
}
