# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts that people read: what they may hold, and which look alike: §2.2."""

from __future__ import annotations

import pytest

from protocol.errors import MalformedError
from protocol.plain_text import likeness, verify_distinct, verify_plain_text

GOOD = {
    "one letter": "A",
    "accents": "Liste indépendante n° 1 — « l'avenir »",
    "a no-break space": "Pour l'école\u00a0!",
    "two hundred": "a" * 200,
    "Arabic": "قائمة الآباء",
}
BAD = {
    "empty": "",
    "too long": "a" * 201,
    "not NFC": "e\u0301cole",
    "a control": "a\u0007b",
    "a line end": "a\nb",
    "a bidirectional mark": "a\u202eb",
    "a zero-width joiner": "a\u200db",
    "a soft hyphen": "a\u00adb",
    "a line separator": "a\u2028b",
    "a private character": "a\ue000b",
    "an unassigned character": "a\u0378b",
    "a surrogate": "a\ud800b",
    "a thin space": "a\u2009b",
    "an ideographic space": "a\u3000b",
    "a space first": " a",
    "a space last": "a ",
    "a no-break space last": "a\u00a0",
    "two spaces": "a  b",
    "two unlike spaces": "a \u00a0b",
    "a space alone": " ",
}
ALIKE = {
    "equal, of one letter": ("A", "A"),
    "case": ("Liste A", "liste a"),
    "sharp s": ("Straße", "STRASSE"),
    "spaces": ("Liste A", "ListeA"),
    "a no-break space": ("Liste A", "Liste\u00a0A"),
    "full width": ("Liste A", "Liste \uff21"),
    "a ligature": ("fi", "\ufb01"),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_a_plain_text_is_accepted(text: str) -> None:
    verify_plain_text(text, where="label")


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="label"):
        verify_plain_text(text, where="label")


@pytest.mark.parametrize("pair", ALIKE.values(), ids=ALIKE)
def test_texts_that_look_alike_do_not_stand_together(pair: tuple[str, str]) -> None:
    assert likeness(pair[0]) == likeness(pair[1])
    with pytest.raises(MalformedError, match="looks like"):
        verify_distinct(["Autre", *pair], where="labels")


def test_texts_that_differ_stand_together() -> None:
    verify_distinct(["Liste A", "Liste B", "Liste À", "Liste A."], where="labels")
