# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue has every text of pages and booth, of today; French is filled."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from babel.core import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from fastapi.testclient import TestClient

from evote.database.elections import State
from evote.web.languages import FRENCH, LOCALE, FrenchTranslations, Language, read_translations
from evote.web.templating import TEMPLATES
from tests import catalogue
from tests.pages import addresses
from tests.simulator import UUID
from tests.site import make_site

CATALOGUES = sorted(path.stem for path in LOCALE.glob("*.po"))


def texts(read: Catalog) -> set[str]:
    ids = [message.id for message in read if message.id]
    return {text for each in ids for text in ([each] if isinstance(each, str) else each)}


def stored(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def test_the_template_of_translators_is_of_today() -> None:
    assert catalogue.POT.read_text("utf-8") == catalogue.as_text(catalogue.extract()), (
        "run make catalogue"
    )


@pytest.mark.parametrize("tag", CATALOGUES)
def test_every_language_has_the_texts_of_today(tag: str) -> None:
    written = (LOCALE / f"{tag}.po").read_text("utf-8")
    assert written == catalogue.as_text(catalogue.updated(tag)), "run make catalogue"


@pytest.mark.parametrize("tag", CATALOGUES)
def test_every_text_is_translated_with_the_same_places_for_values(tag: str) -> None:
    faults = [
        (message.id, error)
        for message in stored(LOCALE / f"{tag}.po")
        if message.id
        for error in [
            *message.check(),
            *(["empty"] if not all(message.string or [""]) else []),
            *(["fuzzy"] if message.fuzzy else []),
        ]
    ]
    assert faults == []


class Listener(gettext.NullTranslations):
    """Notes what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        self.asked.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.asked |= {msgid1, msgid2}
        return msgid1 if n < 2 else msgid2


def test_whatever_a_page_says_is_in_the_catalogue(tmp_path: Path) -> None:
    listener = Listener()
    language = Language("en-XB", "ltr", Locale("en"), listener)
    site = make_site(tmp_path, languages=(FRENCH, language))
    client = TestClient(site.app, base_url=site.url, headers={"Accept-Language": "en-XB"})
    tracker = site.vote(0)
    pages = [p.replace("en-XA", "en-XB") for p in addresses(UUID, tracker)]
    for state in State:
        site.set_state(state)
        for path in [f"/e/{UUID}", f"/api/elections/{UUID}/state"]:
            assert client.get(path).status_code in (200, 404)
    site.set_state(State.OPEN)
    for counted in (False, True):
        if counted:
            site.close_and_count()
        for path in pages:
            # 503: this booth has another language than the sealed one, and the same words.
            assert client.get(path).status_code in (200, 404, 503)
    site.school.database.close()
    assert len(listener.asked) > 150
    assert listener.asked - texts(stored(catalogue.POT)) == set()


def test_every_message_of_the_booth_is_said_somewhere() -> None:
    page = "".join(path.read_text("utf-8") for path in TEMPLATES.glob("voter/*.html"))
    scripts = Path(__file__).parents[4] / "booth" / "src"
    source = "".join(path.read_text("utf-8") for path in scripts.rglob("*.ts"))
    names = set(re.findall(r'data-message="([^"]+)"', page))
    assert len(names) > 10
    assert {name for name in names if f'"{name}"' not in source} == set()


def test_what_a_catalogue_says_is_what_pages_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    (tmp_path / "fr.po").write_text(f'{head}msgid "Vote ouvert"\nmsgstr "Ouvert !"\n', "utf-8")
    monkeypatch.setattr("evote.web.languages.LOCALE", tmp_path)
    said = read_translations("fr", FrenchTranslations())
    assert said.gettext("Vote ouvert") == "Ouvert !"
    assert said.gettext("L'urne") == "L’urne"


def test_a_new_text_makes_the_catalogue_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new.html").write_text('{{ _("Un texte nouveau") }}', "utf-8")
    before = texts(catalogue.extract())
    monkeypatch.setattr(catalogue, "TEMPLATES", tmp_path)
    assert texts(catalogue.extract()) - before == {"Un texte nouveau"}
