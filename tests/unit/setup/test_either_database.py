# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is left to soak on a second database is named by files that exist."""

from __future__ import annotations

from tests.conftest import TESTS
from tests.either_database import OF_EITHER


def test_every_file_that_is_left_to_soak_is_there() -> None:
    named = [
        TESTS / folder / f"test_{name}.py" for folder in OF_EITHER for name in OF_EITHER[folder]
    ]
    assert [str(path) for path in named if not path.is_file()] == []
