# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bar of long work: silent at first, then drawn now and then, and wiped at the end."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from audit import progress
from audit.progress import Bar


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("audit.progress.time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_short_work_draws_nothing(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar("Bulletins")
    clock[0] += progress.SILENT_SECONDS / 2
    bar(300, 300)
    bar.close()
    assert capsys.readouterr() == ("", "")


def test_long_work_is_drawn_on_standard_error_and_wiped(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    bar = Bar("Bulletins")
    clock[0] += 10
    bar(250, 1000)
    bar(251, 1000)  # too soon after the first
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("Bulletins") == 1
    assert "250/1000 ~30 s" in err
    assert err.count("#") == progress.WIDTH // 4
    bar.close()
    assert capsys.readouterr().err.strip() == ""
