# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes the texts of pages and booth into evote/locale/, to be translated: `make catalogue`.

`preau.pot` has every text, as the program says it. A language has a file of its own beside it:
texts that are new are added, texts that are gone are taken out, translations are kept. French is
the text itself, set as French is printed. Usage: python -m tests.catalogue
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from evote.web.languages import LOCALE, print_french
from evote.web.templating import TEMPLATES

WEB = Path(__file__).resolve().parents[1] / "evote" / "web"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "say": None, "say_many": (1, 2)}
KEYWORDS |= {"noted": None}
POT = LOCALE / "preau.pot"
# The same bytes at every run.
NEVER = datetime(2026, 1, 1, tzinfo=UTC)


def extract() -> Catalog:
    """Return every text that templates/ and evote/web/ give to gettext."""
    catalogue = _headed(Catalog(charset="utf-8"))
    places = ((TEMPLATES, "**.html", "jinja2"), (WEB, "**.py", "python"))
    for folder, pattern, method in places:
        found = extract_from_dir(str(folder), [(pattern, method)], keywords=KEYWORDS)
        for name, _, text, comments, context in found:
            place = (f"{folder.name}/{name}", 0)
            catalogue.add(text, locations=[place], auto_comments=comments, context=context)
    return catalogue


def updated(tag: str) -> Catalog:
    """Return the catalogue of a language with the texts of today."""
    path = LOCALE / f"{tag}.po"
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=tag)
    else:
        catalogue = Catalog(locale=tag, charset="utf-8")
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    _headed(catalogue)
    if tag == "fr":
        for message in catalogue:
            _fill(message)
    return catalogue


def _headed(catalogue: Catalog) -> Catalog:
    catalogue.header_comment = "# SPDX-License-Identifier: AGPL-3.0-or-later"
    catalogue.fuzzy = False
    catalogue.project, catalogue.version = "Preau", "0.1"
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = "Preau"
    catalogue.creation_date = catalogue.revision_date = NEVER
    return catalogue


def _fill(message: Message) -> None:
    if message.id and not any(message.string or ()):
        texts = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        printed = tuple(print_french(text) for text in texts)
        message.string = printed[0] if isinstance(message.id, str) else printed


def as_text(catalogue: Catalog) -> str:
    """Return the file of a catalogue."""
    file = io.BytesIO()
    write_po(file, catalogue, width=100, sort_by_file=True, include_lineno=False)
    return file.getvalue().decode("utf-8").rstrip("\n") + "\n"


def main() -> int:
    """Write every catalogue; 0."""
    POT.write_text(as_text(extract()), "utf-8")
    tags = {"fr", *(path.stem for path in LOCALE.glob("*.po"))}
    for tag in sorted(tags):
        (LOCALE / f"{tag}.po").write_text(as_text(updated(tag)), "utf-8")
    print(f"{len(extract())} texts in {', '.join(sorted(tags))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
