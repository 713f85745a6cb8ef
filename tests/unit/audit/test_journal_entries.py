# SPDX-License-Identifier: AGPL-3.0-or-later
"""§19.1: an entry is at most as long as a tile can hold (§18.8)."""

from __future__ import annotations

import pytest

from audit.journal import MAX_ENTRY, decode_journal


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_an_entry_fits_in_a_tile(more: int, *, refused: bool) -> None:
    frame = len(b'{"note":""}\n')
    line = b'{"note":"' + b"x" * (2**16 - frame + more) + b'"}\n'
    assert len(line) == 2**16 + more
    (fault,) = decode_journal(line).faults
    assert ("65,535 bytes" in fault.en) == refused
    assert MAX_ENTRY == 65_535
