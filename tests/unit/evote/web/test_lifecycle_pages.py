# SPDX-License-Identifier: AGPL-3.0-or-later
"""What visitors see of the life of an election: journal, reasons, record, and the sealed booth."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient
from sqlalchemy import text, update

from evote.database.common_tables import ElectionRow
from evote.database.elections import State
from evote.lifecycle.amending import prepare_booth
from evote.lifecycle.cancelling import cancel_election
from evote.lifecycle.voting import note_incident, resume_vote, suspend_vote
from protocol.ceremony import Member
from protocol.encoding import encode_json, sha256_hex
from protocol.server_binding import BoothFile
from tests.db.amending import amend
from tests.simulator import CLOSES_AT, UUID
from tests.site import Site

AWAY = re.compile(r"dans \d+ (jour|heure|minute)|il y a \d+ (jour|heure|minute)")
PERSONS = (Member("Aïcha Ben Ali", "directrice"), Member("Bruno Carré", "enseignant"))


def test_a_suspension_and_its_reason_are_public_until_it_ends(
    client: TestClient, site: Site
) -> None:
    school = site.school
    suspend_vote(school.database, UUID, "Coupure de courant <b>", site.clock)
    page = client.get(f"/e/{UUID}").text
    assert "Le vote est suspendu" in page
    assert "Coupure de courant &lt;b&gt;" in page
    state = client.get(f"/api/elections/{UUID}/state").json()
    assert (state["state"], state["reason"]) == ("suspended", "Coupure de courant <b>")
    resume_vote(school.database, UUID, "Le courant est revenu", site.clock)
    assert "Coupure" not in client.get(f"/e/{UUID}").text
    assert client.get(f"/api/elections/{UUID}/state").json()["reason"] == ""
    site.publish()
    journal = client.get(f"/e/{UUID}/journal").text
    for words in ("Vote suspendu", "Coupure de courant", "Vote repris", "Le courant est revenu"):
        assert words in journal


def test_a_cancelled_election_says_why_and_who_answers_for_it(
    client: TestClient, site: Site
) -> None:
    cancel_election(site.school.database, UUID, "Une liste a été oubliée", PERSONS, site.clock)
    page = client.get(f"/e/{UUID}").text
    for words in ("annulée", "Une liste a été oubliée", "Aïcha Ben Ali", "enseignant"):
        assert words in page
    assert "Voter avec le code" not in page
    result = client.get(f"/e/{UUID}/result").text
    assert "Il n’y aura pas de résultat" in result
    assert "pas encore de résultat" not in result


def test_a_cancelled_election_counts_down_to_nothing(client: TestClient, site: Site) -> None:
    tracker = site.school.cast(0).tracker
    site.publish()
    found = client.get(f"/e/{UUID}/find?tracker={tracker}").text
    assert "Ce bulletin est dans l’urne" in found
    assert "ne seront pas comptés" not in found
    assert AWAY.search(client.get(f"/e/{UUID}").text)
    cancel_election(site.school.database, UUID, "Une liste a été oubliée", PERSONS, site.clock)
    for path in (f"/e/{UUID}", "/", f"/api/elections/{UUID}/state"):
        page = client.get(path).text
        assert "prévue" in page
        assert "élection est annulée" in page
        assert not AWAY.search(page), path
    assert (
        "ses bulletins ne seront pas comptés"
        in client.get(f"/e/{UUID}/find?tracker={tracker}").text
    )


def test_a_vote_that_was_closed_before_its_hour_says_so(client: TestClient, site: Site) -> None:
    site.set_state(State.CLOSED)
    for path in (f"/e/{UUID}", "/", f"/api/elections/{UUID}/state"):
        page = client.get(path).text
        assert "le vote a été clos avant" in page
        assert "dans " not in page.partition("clos avant")[0].rpartition("prévue")[2]
    site.clock.time = CLOSES_AT + 3600
    page = client.get(f"/e/{UUID}").text
    assert "clos avant" not in page
    assert "il y a 1 heure" in page


def test_before_the_opening_the_page_of_the_result_says_so(client: TestClient, site: Site) -> None:
    site.set_state(State.SEALED)
    assert "le vote n’est pas encore ouvert" in client.get(f"/e/{UUID}/result").text


def test_the_journal_names_who_signed_the_opening(client: TestClient, site: Site) -> None:
    note_incident(site.school.database, UUID, "La page a été lente", site.clock)
    site.publish()
    page = client.get(f"/e/{UUID}/journal").text
    assert "La page a été lente" in page
    assert "Aïcha Ben Ali" in page
    assert "Chloé d&#39;Aubigné" not in page  # the third member did not sign


def test_the_record_is_one_zip_that_the_verifier_accepts(
    client: TestClient, site: Site, tmp_path: Path
) -> None:
    site.vote(0)
    answer = client.get(f"/e/{UUID}/record")
    assert answer.headers["content-disposition"] == f'attachment; filename="preau-{UUID}.zip"'
    assert answer.content == client.get(f"/e/{UUID}/record").content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        assert {name: bundle.read(name) for name in bundle.namelist()} == site.school.record()
        assert {entry.compress_type for entry in bundle.infolist()} == {zipfile.ZIP_STORED}
    path = tmp_path / "record.zip"
    path.write_bytes(answer.content)
    done = subprocess.run(
        [sys.executable, "-m", "audit", "verify", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_sealed_file_is_served_as_it_was_sealed(client: TestClient, site: Site) -> None:
    booth = site.school.election.server_binding.booth
    assert {each.path for each in booth} >= {f"/v/{UUID}", f"/en-XA/v/{UUID}"}
    assert len(booth) == 4
    for each in booth:
        for language in ("fr", "en-XA"):
            answer = client.get(each.path, headers={"Accept-Language": language})
            assert sha256_hex(answer.content) == each.sha256


def test_a_booth_that_was_not_sealed_is_not_shown(client: TestClient, site: Site) -> None:
    with site.school.database.write() as connection:
        row = update(ElectionRow).where(ElectionRow.uuid == UUID)
        connection.execute(row.values(booth=encode_json([])))
    answer = client.get(f"/v/{UUID}")
    assert answer.status_code == 503
    assert "<script" not in answer.text
    assert "pas celle qui a été scellée" in answer.text
    assert "Un autre appareil recevrait la même page" in answer.text
    assert client.get(f"/fr/v/{UUID}").status_code == 404
    assert client.get(f"/xx/v/{UUID}").status_code == 404


def test_a_new_booth_is_served_only_once_the_journal_announces_it(
    client: TestClient, site: Site
) -> None:
    """Before that nobody could tell it from one that the committee did not sign."""
    school = site.school
    ours = school.election.server_binding.booth
    other = (replace(ours[0], sha256="ab" * 32), *ours[1:])

    def put_in_force(booth: tuple[BoothFile, ...]) -> None:
        amend(school, prepare_booth(school.database, UUID, booth, "Une faute", site.clock))

    put_in_force(other)
    assert client.get(f"/v/{UUID}").status_code == 503
    site.publish()
    assert client.get(f"/v/{UUID}").status_code == 503
    put_in_force(ours)
    answer = client.get(f"/v/{UUID}")
    assert answer.status_code == 503
    assert "<script" not in answer.text
    with school.database.write() as connection:  # beside it, as a changed bit; it decides nothing
        last = "(SELECT max(number) FROM journal_entry)"
        harm = f"UPDATE journal_entry SET kind = 'boo4h-replaced' WHERE number = {last}"  # noqa: S608 -- ours
        assert connection.execute(text(harm)).rowcount == 1
    assert client.get(f"/v/{UUID}").status_code == 503
    site.publish()
    assert client.get(f"/v/{UUID}").status_code == 200
