# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ordered list of checks: the table of docs/protocol.md §16; titles.py has its sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audit.case import Case
from audit.checks import (
    c01_archive,
    c02_names,
    c03_chain,
    c04_order,
    c05_data,
    c06_election,
    c07_trustees,
    c08_key,
    c09_credentials,
    c10_bindings,
    c11_ceremony,
    c12_setup_signatures,
    c13_ballots,
    c14_signatures,
    c15_proofs,
    c16_copies,
    c17_finality,
    c18_tally,
    c19_partials,
    c20_decryption,
    c21_bound,
    c22_threshold,
    c23_result,
    c24_sign_ins,
    c25_seats,
    c26_earlier,
    c27_journal,
    c28_story,
    c29_members,
    c30_replaced,
    c31_checkpoints,
    c32_witnesses,
)
from audit.outcome import Finding
from audit.titles import TITLES
from audit.words import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """A check: its id, the function that makes it, its sentence."""

    id: str
    check: Callable[[Case], Finding]
    title: Text


CATALOGUE = (
    Entry("C01", c01_archive.check, TITLES["C01"]),
    Entry("C02", c02_names.check, TITLES["C02"]),
    Entry("C03", c03_chain.check, TITLES["C03"]),
    Entry("C04", c04_order.check, TITLES["C04"]),
    Entry("C05", c05_data.check, TITLES["C05"]),
    Entry("C06", c06_election.check, TITLES["C06"]),
    Entry("C07", c07_trustees.check, TITLES["C07"]),
    Entry("C08", c08_key.check, TITLES["C08"]),
    Entry("C09", c09_credentials.check, TITLES["C09"]),
    Entry("C10", c10_bindings.check, TITLES["C10"]),
    Entry("C11", c11_ceremony.check, TITLES["C11"]),
    Entry("C12", c12_setup_signatures.check, TITLES["C12"]),
    Entry("C13", c13_ballots.check, TITLES["C13"]),
    Entry("C14", c14_signatures.check, TITLES["C14"]),
    Entry("C15", c15_proofs.check, TITLES["C15"]),
    Entry("C16", c16_copies.check, TITLES["C16"]),
    Entry("C17", c17_finality.check, TITLES["C17"]),
    Entry("C18", c18_tally.check, TITLES["C18"]),
    Entry("C19", c19_partials.check, TITLES["C19"]),
    Entry("C20", c20_decryption.check, TITLES["C20"]),
    Entry("C21", c21_bound.check, TITLES["C21"]),
    Entry("C22", c22_threshold.check, TITLES["C22"]),
    Entry("C23", c23_result.check, TITLES["C23"]),
    Entry("C24", c24_sign_ins.check, TITLES["C24"]),
    Entry("C25", c25_seats.check, TITLES["C25"]),
    Entry("C26", c26_earlier.check, TITLES["C26"]),
    Entry("C27", c27_journal.check, TITLES["C27"]),
    Entry("C28", c28_story.check, TITLES["C28"]),
    Entry("C29", c29_members.check, TITLES["C29"]),
    Entry("C30", c30_replaced.check, TITLES["C30"]),
    Entry("C31", c31_checkpoints.check, TITLES["C31"]),
    Entry("C32", c32_witnesses.check, TITLES["C32"]),
)
