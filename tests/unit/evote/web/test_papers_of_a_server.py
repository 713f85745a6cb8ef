# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server's own promises and receipts, judged by the verifier beside its own records (§20)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from audit import cli
from tests.simulator import UUID
from tests.site import Site, make_site

P, PROMISED = 60, 60 + 300 + 60  # what is promised is published by then, whatever the minute
Judge = Callable[[bytes, bytes | None], tuple[int, str]]


@pytest.fixture
def site(address: str, tmp_path: Path) -> Iterator[Site]:
    """Published on the clock."""
    made = make_site(tmp_path, address=address, seconds=P)
    yield made
    made.school.database.close()


@pytest.fixture
def judge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Judge:
    """``evote-audit receipt`` on a paper, and on a record in a zip: its status, what it says."""

    def call(paper: bytes, record: bytes | None) -> tuple[int, str]:
        (tmp_path / "paper").write_bytes(paper)
        words = ["receipt", str(tmp_path / "paper")]
        if record is not None:
            (tmp_path / "record.zip").write_bytes(record)
            words.append(str(tmp_path / "record.zip"))
        status = cli.main(words)
        return status, capsys.readouterr().out

    return call


def promise_of(site: Site, elector: int) -> bytes:
    answer = site.school.cast(elector, site.school.ballot(elector, 0))
    assert answer.promise is not None
    return answer.promise


def step(site: Site, seconds: int = P) -> None:
    site.clock.time += seconds
    assert site.school.publisher.publish_due(UUID)


def record(client: TestClient) -> bytes:
    return client.get(f"/e/{UUID}/record").content


def receipt(client: TestClient, tracker: str) -> bytes:
    answer = client.get(f"/e/{UUID}/receipt/{tracker}")
    assert answer.status_code == 200
    return answer.content


def test_a_promise_waits_and_is_kept(client: TestClient, site: Site, judge: Judge) -> None:
    promise = promise_of(site, 0)
    early = record(client)
    status, said = judge(promise, early)
    assert (status, said[:31]) == (0, "On ne peut pas encore le dire :")
    step(site)
    status, said = judge(promise, record(client))
    assert (status, said[:26]) == (0, "Cette promesse a été tenue")


def test_an_honest_server_breaks_no_promise_by_its_clock(
    client: TestClient, site: Site, judge: Judge
) -> None:
    """However late it looks, what was published in the next step was published in time."""
    promise = promise_of(site, 0)
    step(site, 10 * PROMISED)
    assert judge(promise, record(client))[0] == 0


def test_a_receipt_holds_then_and_after_the_count(
    client: TestClient, site: Site, judge: Judge
) -> None:
    trackers = [site.vote(elector) for elector in range(3)]
    step(site)
    early = [receipt(client, tracker) for tracker in trackers]
    for paper in early:
        assert judge(paper, None)[0] == judge(paper, record(client))[0] == 0
    site.close_and_count()
    late = record(client)
    for paper, tracker in zip(early, trackers, strict=True):
        status, said = judge(paper, late)
        assert (status, said[:14]) == (0, "Ce reçu tient ")
        assert tracker in said
        assert judge(receipt(client, tracker), late)[0] == 0


def test_a_receipt_convicts_a_server_that_went_back_in_time(
    client: TestClient, site: Site, judge: Judge, tmp_path: Path
) -> None:
    """The same keys on another machine, which has fewer ballots and signs later."""
    site.vote(0)
    tracker = site.vote(1)
    step(site)
    other = make_site(tmp_path / "other", seconds=P)
    try:
        other.vote(0)
        step(other, 2 * P)
        shorter = record(TestClient(other.app, base_url=other.url))
    finally:
        other.school.database.close()
    status, said = judge(receipt(client, tracker), shorter)
    assert (status, said[:27]) == (1, "CE REÇU CONVAINC LE SERVEUR"), said
    assert "le serveur a raccourci l'urne" in " ".join(said.split())


def test_the_papers_of_a_ballot_that_another_database_lacks_convict(
    client: TestClient, site: Site, judge: Judge, tmp_path: Path
) -> None:
    """The same keys on another machine, without one ballot: what a restored database would be."""
    promise, tracker = promise_of(site, 0), site.vote(1)
    step(site)
    paper = receipt(client, tracker)
    other = make_site(tmp_path / "other", seconds=P)
    try:
        other.vote(2)
        other.vote(3)
        step(other)
        lacking = record(TestClient(other.app, base_url=other.url))
    finally:
        other.school.database.close()
    for each, named in ((promise, "CETTE PROMESSE"), (paper, "CE REÇU")):
        status, said = judge(each, lacking)
        assert (status, said.startswith(f"{named} CONVAINC LE SERVEUR")) == (1, True), said
