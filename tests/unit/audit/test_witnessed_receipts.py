# SPDX-License-Identifier: AGPL-3.0-or-later
"""§20.3: a receipt holds without witnesses, and says how many of those demanded co-signed it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.tamper.forge.logs import Cosigner
from tests.tamper.test_witnesses import IMPOSTOR, STRANGER, WITNESSES, A, B, C, witnessed
from tests.unit.audit.receipts import KEY, Tell, link, of, whole
from tests.unit.audit.test_served_record import folder

FILES = witnessed()


def receipt(signers: Sequence[Cosigner]) -> bytes:
    """The receipt of a ballot, whose checkpoint these have co-signed."""
    data = of(FILES, 2)
    text = data[data.index(KEY.name.encode() + b"\n") : data.rindex(b"\n\n") + 1]
    return data + b"".join(each.line(text) for each in signers)


SIGNED: dict[str, tuple[Sequence[Cosigner], int, int]] = {
    "by nobody": ((), 0, 0),
    "by one": ((B,), 1, 0),
    "by a stranger": ((STRANGER,), 0, 0),
    "by one under another's name": ((IMPOSTOR,), 0, 0),
    "twice by one": ((A, A), 0, 0),
    "by as many as are demanded": ((A, C), 2, 1),
    "by all": (WITNESSES, 3, 1),
}


@pytest.mark.parametrize("phrase", SIGNED)
def test_a_receipt_says_who_vouches_besides(phrase: str, tmp_path: Path, tell: Tell) -> None:
    signers, count, enough = SIGNED[phrase]
    (tmp_path / "r").write_bytes(receipt(signers))
    record = folder(tmp_path / "record", FILES)
    for given in (record, record / "election.bel"):
        status, out = tell("receipt", tmp_path / "r", given)
        assert status == 0
        assert out.startswith("Ce reçu tient")
        have = "ont" if count > 1 else "a"
        assert f"Témoins : {count} sur 3 {have} cosigné cet état ; le résultat en demand" in out
        assert ("personne d'autre que lui" in out) == (not enough)
        english = tell("receipt", tmp_path / "r", given, "--lang", "en")[1]
        assert f"Witnesses: {count} of 3 co-signed that state" in english
        assert ("nobody else vouches" in english) == (not enough)


def test_of_a_link_nothing_is_said_that_it_cannot_show(tmp_path: Path, tell: Tell) -> None:
    status, out = tell("receipt", link(FILES, 2), folder(tmp_path / "record", FILES))
    assert status == 0
    assert "un lien n'a pas la place de leurs signatures" in out


def test_where_no_witness_is_named_none_is_missed(tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "r").write_bytes(of(whole(), 2))
    out = tell("receipt", tmp_path / "r", folder(tmp_path / "record", whole()))[1]
    assert "émoins" not in out


def test_alone_it_does_not_say_that_others_saw_the_board(tmp_path: Path, tell: Tell) -> None:
    (tmp_path / "r").write_bytes(receipt(WITNESSES))
    out = tell("receipt", tmp_path / "r")[1]
    assert "ni que des témoins ont vu la même urne" in out
