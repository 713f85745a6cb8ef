# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command, as a person sees it; witnesses whose folders are closed when a test ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from audit import cli
from tests.unit.audit.witnesses import close_stores


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run ``evote-audit``: the exit status, and all that it says as one line."""

    def call(*arguments: object) -> tuple[int, str]:
        status = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, " ".join((captured.out + captured.err).split())

    return call


@pytest.fixture(autouse=True)
def _folders() -> Iterator[None]:
    yield
    close_stores()
