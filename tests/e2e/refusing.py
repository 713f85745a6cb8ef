# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a refusal must look: one sentence, the right status, not a byte changed."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.e2e.bureau import Bureau


@dataclass(frozen=True, slots=True)
class Refused:
    """Runs a command that must be refused."""

    capsys: pytest.CaptureFixture[str]

    def __call__(self, bureau: Bureau, status: int, sentence: str, *command: str) -> None:
        before = bureau.files()
        self.capsys.readouterr()
        assert bureau.run(*command) == status
        said = self.capsys.readouterr().err.rstrip("\n").split("\n")
        assert said[0].startswith("evote-tally : ")
        assert said[0].endswith(".")
        assert sentence in said[0]
        assert len(said) == 2
        assert said[1].startswith("  conseil : ")
        assert "[" not in said[0]
        assert bureau.files() == before
