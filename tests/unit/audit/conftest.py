# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command, as a person sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from audit import cli


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run ``evote-audit``: the exit status, and all that it says as one line."""

    def call(*arguments: object) -> tuple[int, str]:
        status = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, " ".join((captured.out + captured.err).split())

    return call
