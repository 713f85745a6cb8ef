# SPDX-License-Identifier: AGPL-3.0-or-later
"""schemathesis on the whole API, with a valid code at hand: no 500, and each operation succeeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from protocol.sending import padding_for
from tests.simulator import UUID
from tests.site import Site, make_site

_FOLDER = TemporaryDirectory()
_SITE = make_site(Path(_FOLDER.name) / "site")
_SITE.school.database.close()  # every process imports this file, and one alone runs its tests
SCHEMA = schemathesis.openapi.from_asgi("/api/openapi.json", _SITE.app)
OPERATIONS = {
    ("GET", f"/api/elections/{UUID}/{name}")
    for name in ("election.json", "credentials.json", "state", "ballots")
} | {("POST", f"/api/elections/{UUID}/{name}") for name in ("pre-check", "cast")}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    yield _SITE
    _SITE.school.database.close()
    _FOLDER.cleanup()


def with_valid_code(site: Site, ballot: str) -> dict[str, str]:
    """What makes a request reach the reading of its ballot: code, PIN and the right length."""
    context = site.school.election.election.context
    sign_in = {"sign_in_number": site.school.number(1), "pin": site.pin(1)}
    padding = padding_for(context, site.pin(1), ballot)
    return sign_in | ({"padding": padding} if ballot else {})


@SCHEMA.parametrize()
@settings(suppress_health_check=list(HealthCheck), deadline=None)
def test_no_request_breaks_the_server(case: schemathesis.Case[Any], site: Site) -> None:
    """Half of the requests are for the election that there is, half of those with a valid code."""
    if len(str(case.path_parameters.get("uuid", ""))) % 2:
        case.path_parameters["uuid"] = UUID
    if isinstance(case.body, dict) and len(str(case.body)) % 2:
        case.body |= with_valid_code(site, str(case.body.get("ballot", "")))
    before = site.school.counts()
    response = case.call()
    case.validate_response(
        response,
        checks=[not_a_server_error, status_code_conformance, response_schema_conformance],
    )
    assert site.school.counts() == before


def test_each_operation_succeeds_with_a_valid_code(site: Site) -> None:
    described = {
        (method.upper(), path.replace("{uuid}", UUID))
        for path, methods in SCHEMA.raw_schema["paths"].items()
        for method in methods
    }
    assert described == OPERATIONS
    sign_in = {"sign_in_number": site.school.number(0), "pin": site.pin(0)}
    for operation in SCHEMA.get_all_operations():
        assert isinstance(operation, Ok)
        made = operation.ok()
        case = made.Case(path_parameters={"uuid": UUID})
        if made.method.upper() == "POST":
            case.body = {**sign_in, **(site.sent(0) if made.path.endswith("cast") else {})}
            case.media_type = "application/json"
        response = case.call()
        assert response.status_code == 200, response.text
        case.validate_response(response)
    assert site.school.counts() == (1, 1)
