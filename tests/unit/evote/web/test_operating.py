# SPDX-License-Identifier: AGPL-3.0-or-later
"""Health, metrics, files and logs: what they say, and what they must never say."""

from __future__ import annotations

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from evote.upkeep import Fault, Trouble
from evote.web.app import create_app
from evote.web.assets import read_assets
from evote.web.log_lines import LOGGER, JsonFormatter
from evote.web.metrics import Metrics
from evote.web.templating import TEMPLATES
from evote.web.upkeep import every
from tests.simulator import UUID
from tests.site import Site


def test_a_file_has_the_address_of_its_content_and_no_other(client: TestClient) -> None:
    for asset in read_assets().values():
        answer = client.get(asset.href)
        assert answer.content == asset.data
        assert "immutable" in answer.headers["cache-control"]
        assert client.get(f"/assets/{asset.name}").status_code == 404
    plain = client.get(read_assets()["booth.js"].href, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_the_style_is_served_without_its_comments_and_with_all_its_rules() -> None:
    lines = (TEMPLATES / "assets" / "style.css").read_text(encoding="utf-8").splitlines()
    head, *served = read_assets()["style.css"].text.splitlines()
    assert head == "/* SPDX-License-Identifier: AGPL-3.0-or-later */"
    rules = [line for line in lines[1:] if line.strip() and not line.endswith("*/")]
    assert [line for line in served if line.strip()] == [
        line for line in rules if not line.startswith("/*")
    ]
    assert not any("*/" in line for line in served)


def test_the_booth_is_the_same_for_all_and_loads_what_it_names(
    client: TestClient, site: Site
) -> None:
    first = client.get(f"/v/{UUID}")
    site.vote(0)
    assert client.get(f"/v/{UUID}", headers={"Cookie": "a=b"}).content == first.content
    assert UUID not in first.text
    for name in ("booth.js", "style.css"):
        asset = read_assets()[name]
        assert f'"{asset.href}" integrity="{asset.integrity}"' in first.text


def test_the_first_load_of_the_booth_is_light(client: TestClient) -> None:
    page = len(client.get(f"/v/{UUID}", headers={"Accept-Encoding": "gzip"}).text.encode()) // 3
    files = [len(read_assets()[name].zipped) for name in ("booth.js", "style.css")]
    assert page + sum(files) < 60_000


def test_health_tells_that_the_database_answers(client: TestClient) -> None:
    assert client.get("/healthz").text == "ok\n"


TOKEN = "a-token-of-the-monitoring-\u00e9"
BEARING: dict[str, dict[bytes, bytes]] = {
    "nothing": {},
    "another token": {b"Authorization": b"Bearer a-token-of-the-monitoring"},
    "no scheme": {b"Authorization": TOKEN.encode()},
    "another scheme": {b"Authorization": b"Basic " + TOKEN.encode()},
    "an empty token": {b"Authorization": b"Bearer "},
    "bytes of no text": {b"Authorization": b"Bearer \xff\xfe"},
}


def with_token(site: Site) -> TestClient:
    """A client of this machine, at a server of the same school that was told a token."""
    settings = site.app.state.services.settings.model_copy(
        update={"metrics_token": SecretStr(TOKEN)}
    )
    app = create_app(settings, site.school.database, clock=site.clock)
    return TestClient(app, base_url=site.url, client=("127.0.0.1", 1))


def test_metrics_are_coarse_and_for_who_bears_the_token_alone(site: Site) -> None:
    client = with_token(site)
    number, pin = site.school.number(0), site.pin(0)
    client.post(
        f"/api/elections/{UUID}/pre-check", json={"sign_in_number": number, "pin": pin}
    ).raise_for_status()
    text = client.get("/metrics", headers={b"Authorization": b"Bearer " + TOKEN.encode()}).text
    assert 'preau_requests_total{audience="voting",status="2xx"} 1.0' in text
    assert UUID not in text
    for what, headers in BEARING.items():
        assert client.get("/metrics", headers=headers).status_code == 404, what


@pytest.mark.parametrize("what", BEARING)
def test_without_a_token_nobody_reads_metrics_not_even_this_machine(site: Site, what: str) -> None:
    client = TestClient(site.app, base_url=site.url, client=("127.0.0.1", 1))
    assert client.get("/metrics", headers=BEARING[what]).status_code == 404


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger=LOGGER.name)
    return caplog


def test_the_log_says_nothing_of_votes_and_nothing_finer_than_the_hour(
    client: TestClient, site: Site, lines: pytest.LogCaptureFixture
) -> None:
    number, pin = site.school.number(0), site.pin(0)
    sign_in = {"sign_in_number": number, "pin": pin}
    client.post(f"/api/elections/{UUID}/pre-check", json=sign_in)
    sent = client.post(f"/api/elections/{UUID}/cast", json={**sign_in, **site.sent(0)})
    assert sent.status_code == 200
    assert lines.records == []
    client.get(f"/e/{UUID}/find?tracker=ABCD-EFGH")
    (record,) = lines.records
    line = json.loads(JsonFormatter().format(record))
    assert line == {
        "level": "info",
        "event": "request",
        "hour": "2026-10-10T13Z",
        "route": "/e/{uuid}/find",
        "status": 200,
    }


def test_what_the_upkeep_could_not_do_is_counted_each_time() -> None:
    metrics, fault = Metrics(), Fault(Trouble.CLOCK_JUMPED, "x", "7 min")

    async def work() -> None:
        async with every(0.01, lambda: iter([fault]), count=metrics.count):
            await asyncio.sleep(0.2)

    with ThreadPoolExecutor(1) as thread:  # of its own: this one may have a loop
        thread.submit(lambda: asyncio.run(work())).result()
    name = 'preau_upkeep_faults_total{trouble="clock_jumped"} '
    (line,) = [each for each in metrics.text().decode().splitlines() if each.startswith(name)]
    assert float(line.removeprefix(name)) > 1
