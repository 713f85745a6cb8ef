# SPDX-License-Identifier: AGPL-3.0-or-later
"""What `make bench` says of casting is measured on ballots that are on a board that verifies."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.casting import Place as Database
from bench.casting import let_vote, measure, requests_of, require_true
from bench.polling import OpenVote, host_vote, prepare_vote
from bench.serving import processor_seconds, serving

VOTERS = 24


@pytest.fixture(scope="module")
def vote() -> OpenVote:
    return prepare_vote(VOTERS)


@pytest.mark.either
@pytest.mark.parametrize("kind", ["SQLite", pytest.param("PostgreSQL", marks=pytest.mark.db)])
def test_parents_vote_over_http_and_the_figures_are_of_them_all(kind: str, vote: OpenVote) -> None:
    figures = measure(kind, vote, workers=2, warm_up=4)
    assert figures["a second"] > 0
    assert figures["server ms"] > 1
    assert (figures["database ms"] > 0) is (kind == "PostgreSQL")
    assert 0 < figures["p50 ms"] <= figures["p95 ms"]


def test_a_refusal_is_no_measurement_and_a_lost_ballot_none_either(
    vote: OpenVote, tmp_path: Path
) -> None:
    for name in ("keys", "data"):
        (tmp_path / name).mkdir(mode=0o700)
    url = f"sqlite:///{tmp_path / 'data' / 'preau.db'}"
    pins = host_vote(url, tmp_path / "keys", vote)
    with serving(url, tmp_path / "keys", 1) as (port, server):
        assert processor_seconds(server) > 0
        parents = [requests_of(port, vote, i, pins[i]) for i in range(3)]
        assert let_vote(port, parents)["outcomes"] == {"recorded": 3}
        wrong = requests_of(port, vote, 3, "x" * 6)
        with pytest.raises(RuntimeError, match="403"):
            let_vote(port, [wrong])
    place = Database("SQLite", url, tmp_path / "first", tmp_path / "keys", None)
    place.folder.mkdir()
    require_true(place, vote, 3)
    place = Database("SQLite", url, tmp_path / "second", tmp_path / "keys", None)
    place.folder.mkdir()
    with pytest.raises(RuntimeError, match="4 acknowledged"):
        require_true(place, vote, 4)
