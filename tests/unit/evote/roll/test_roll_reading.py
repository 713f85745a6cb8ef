# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is read, what is skipped, what is refused: docs/roll.md."""

import codecs
import io
import zipfile
from pathlib import Path

import pytest

from evote.errors import Unreadable
from evote.roll.contacts import decode_email, decode_mobile
from evote.roll.doctor import check_roll
from evote.roll.files import MAX_BYTES, read_roll_file
from evote.roll.model import Child, Elector, Roll
from tests.onde_files import (
    CHILD_B,
    HEADER_A,
    HEADER_B,
    LEA,
    PARENT,
    TOM,
    ZOE,
    export,
    parent,
)

PAUL = parent("MARTIN", "Paul", LEA, TOM, email="paul@exemple.example", mobile="06 39 98 00 01")
ZOES = parent("PETIT", "Éric", ZOE)
FAMILY = [PAUL, ZOES]


def _names(roll: Roll) -> list[tuple[str, str]]:
    return [(e.surname, e.given_name) for e in roll.electors]


def _read(data: bytes) -> Roll:
    roll = check_roll(data)
    assert roll.anomalies == ()
    return roll


def test_elector_keeps_what_an_election_needs_and_nothing_else() -> None:
    assert _read(export(FAMILY)).electors[0] == Elector(
        surname="MARTIN",
        given_name="Paul",
        email="paul@exemple.example",
        mobile="+33639980001",
        consent=None,
        children=(Child("MARTIN", "Léa", "CP A"), Child("MARTIN", "Tom", "CE1")),
        rows=(2,),
    )


@pytest.mark.parametrize("header", [HEADER_A, HEADER_B], ids=["layout A", "layout B"])
@pytest.mark.parametrize("encoding", ["windows-1252", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"], ids=["CRLF", "LF", "CR"])
def test_every_layout_encoding_and_line_end_gives_one_roll(
    header: str, encoding: str, end: str
) -> None:
    found = _read(export(FAMILY, header=header, encoding=encoding, end=end))
    assert found == _read(export(FAMILY))


def test_utf_16_of_the_other_byte_order_is_read() -> None:
    data = codecs.BOM_UTF16_BE + export(FAMILY, encoding="utf-16-be")
    assert _read(data) == _read(export(FAMILY))


@pytest.mark.parametrize("separator", [",", "\t"])
def test_other_separators_are_found(separator: str) -> None:
    data = export(FAMILY).replace(b";", separator.encode())
    assert _read(data) == _read(export(FAMILY))


def test_every_field_may_be_quoted() -> None:
    quoted = [";".join(f'"{cell}"' for cell in line.split(";")) for line in (HEADER_B, *FAMILY)]
    assert _read(export(quoted[1:], header=quoted[0])) == _read(export(FAMILY))


def test_columns_are_known_by_name_wherever_they_stand() -> None:
    moved = "\r\n".join(";".join(reversed(line.split(";"))) for line in (HEADER_B, ZOES))
    assert _names(_read(moved.encode("windows-1252"))) == [("PETIT", "Éric")]


@pytest.mark.parametrize(
    "header",
    [
        HEADER_B.upper(),
        HEADER_B.replace("é", "e").replace("É", "E"),
        HEADER_B.replace("'", "’"),
        HEADER_B.replace(" ", "\u00a0"),
        HEADER_B.replace("Téléphone portable", "  Téléphone   Portable "),
    ],
    ids=["capitals", "no accents", "curly apostrophes", "hard spaces", "loose spaces"],
)
def test_column_names_are_normalised(header: str) -> None:
    assert _read(export(FAMILY, header=header, encoding="utf-8")) == _read(export(FAMILY))


def test_numbered_child_columns_are_repeated_columns() -> None:
    numbered = ";".join(f"{name}2" for name in CHILD_B.split(";"))
    header = f"{PARENT};{CHILD_B};{numbered}"
    assert _read(export(FAMILY, header=header)) == _read(export(FAMILY))


def test_line_may_repeat_child_columns_beyond_the_header() -> None:
    header = f"{PARENT};{CHILD_B}"
    assert _read(export(FAMILY, header=header)) == _read(export(FAMILY))


def test_optional_columns_are_read_or_ignored() -> None:
    header = (
        f"{PARENT};Numéro de poste;PCS;Communication adresses;{CHILD_B};Date de naissance élève"
    )
    cells = parent("PETIT", "Éric").split(";")[:12]
    line = ";".join([*cells, "12", "ouvrier", "Oui", "", *ZOE, "01/02/2019"])
    (elector,) = _read(export([line], header=header)).electors
    assert elector.consent is True
    assert elector.children == (Child(*ZOE),)


def test_one_refusal_to_hand_out_the_address_is_a_refusal() -> None:
    header = f"Communication adresses;{HEADER_B}"
    lines = ["O;" + parent("MARTIN", "Paul", LEA), "N;" + parent("MARTIN", "Paul", LEA)]
    (elector,) = _read(export(lines, header=header)).electors
    assert elector.consent is False


def test_rows_are_physical_lines() -> None:
    lines = ["", ";;;;", HEADER_B, PAUL.replace("1 rue Fictive", '"1 rue\r\nFictive\r\n"'), ZOES]
    roll = _read(export(lines))
    assert [e.rows for e in roll.electors] == [(5,), (8,)]


@pytest.mark.parametrize(
    "footer",
    [
        "Nombre de lignes : 2",
        "2 responsables;",
        f"Extraction du 01/09/2026{';' * 19}",
        "Total;2",
        f"Total;2{';' * 18}",
        f"Nb lignes;;2{';' * 17}",
    ],
)
def test_trailing_line_that_is_no_data_is_skipped(footer: str) -> None:
    assert _names(_read(export([*FAMILY, footer, "", ""]))) == [
        ("MARTIN", "Paul"),
        ("PETIT", "Éric"),
    ]


def test_trailing_line_is_skipped_only_at_the_end() -> None:
    roll = check_roll(export(["Total;2", PAUL]))
    assert [(a.code, a.row) for a in roll.anomalies] == [("short_line", 2), ("suspicious_name", 2)]


def test_cut_last_line_is_not_taken_for_a_footer() -> None:
    roll = check_roll(export([PAUL, "MME;"]))
    assert {a.row for a in roll.anomalies} == {3}


def test_unclosed_quotation_mark_does_not_swallow_the_next_families() -> None:
    broken = parent("DURAND", "Anne", ZOE).replace("1 rue", '"1 rue')
    roll = check_roll(export([broken, PAUL, ZOES]))
    assert _names(roll) == [("DURAND", "Anne"), ("MARTIN", "Paul"), ("PETIT", "Éric")]
    assert [(a.code, a.row) for a in roll.anomalies] == [("misquoted_line", 2)]


def test_stray_quotation_mark_further_on_does_not_close_it() -> None:
    broken = parent("DURAND", "Anne", ZOE).replace("1 rue", '"1 rue')
    stray = PAUL.replace("1 rue Fictive", 'appt 3"')
    roll = check_roll(export([broken, stray, ZOES]))
    assert _names(roll) == [("DURAND", "Anne"), ("MARTIN", "Paul"), ("PETIT", "Éric")]
    assert [(a.code, a.row) for a in roll.anomalies] == [("misquoted_line", 2)]


def test_names_are_cleaned() -> None:
    line = parent("DE\u00a0LA  TOUR\u200b", " E\u0301ric\x07 ", ZOE)
    assert _names(_read(export([line], encoding="utf-8"))) == [("DE LA TOUR", "Éric")]


def test_surname_in_use_is_the_one_shown() -> None:
    line = parent("DURAND", "Anne", ZOE, usage="PETIT")
    assert _names(_read(export([line]))) == [("PETIT", "Anne")]


def test_mobile_given_as_the_number_of_the_home_is_kept() -> None:
    line = parent("PETIT", "Éric", ZOE, home="0639980002")
    assert _read(export([line])).electors[0].mobile == "+33639980002"


@pytest.mark.parametrize(
    ("written", "mobile"),
    [
        ("", ""),
        ("0000000000", ""),
        ("01 99 00 12 34", ""),
        ("06.39.98.00.01", "+33639980001"),
        ("+33 6 39 98 00 01", "+33639980001"),
        ("+33 (0)6 39 98 00 01", "+33639980001"),
        ("0033639980001", "+33639980001"),
        ("+32 470 12 34 56", "+32470123456"),
        ("00376 312 345", "+376312345"),
        ("639980001", None),
        ("06 39 98 00", None),
        ("06 39 98 00 01 (mère)", None),
    ],
)
def test_mobile_has_one_form(written: str, mobile: str | None) -> None:
    assert decode_mobile(written) == mobile


@pytest.mark.parametrize(
    ("written", "email"),
    [
        ("", ""),
        (" Anne.Petit@Exemple.Example ", "anne.petit@exemple.example"),
        ("anne", None),
        ("anne@exemple", None),
        ("anne@@exemple.example", None),
        ("anne@exemple.example;eric@exemple.example", None),
        ("anne petit@exemple.example", None),
        (f"{'a' * 65}@exemple.example", None),
        ("anne.@exemple.example", None),
    ],
)
def test_email_has_one_form(written: str, email: str | None) -> None:
    assert decode_email(written) == email


def _workbook() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return file.getvalue()


PUPILS = (
    "Nom élève;Nom d'usage élève;Prénom élève;Date naissance;Sexe;INE;Adresse1;Cp1;Commune1;Pays1;"
    " Cycle;Niveau;Libellé classe;Attestation fournie"
)
REFUSED = {
    "nothing": (b"", "vide"),
    "a byte order mark alone": (codecs.BOM_UTF8, "vide"),
    "blank lines": (b"\r\n \r\n", "vide"),
    "a workbook": (_workbook(), "tableur"),
    "an old workbook": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512), "Excel"),
    "a PDF": (b"%PDF-1.7\n", "PDF"),
    "a web page": (b"<!DOCTYPE html><html></html>", "page web"),
    "a SIECLE export": (b"<?xml version='1.0'?><BEE_RESPONSABLES/>", "SIECLE"),
    "another XML": (b"<?xml version='1.0'?><a/>", "XML"),
    "NUL bytes": (export(FAMILY) + b"\0", "octets nuls"),
    "UTF-16 without its mark": (export(FAMILY, encoding="utf-16-le"), "octets nuls"),
    "UTF-16 cut in a character": (export(FAMILY, encoding="utf-16")[:-1], "lisible"),
    "bytes of no encoding": (export(FAMILY) + b"\x81\x8d", "lisible"),
    "other columns": (b"nom;age\r\nMARTIN;12\r\n", "colonnes"),
    "prose": ("Il était une fois\r\n".encode(), "colonnes"),
    "the pupils' export": (export([], header=PUPILS), "« Élèves »"),
    "no child columns": (export([], header=PARENT), "« Prénom élève »"),
    "no surname column": (export(FAMILY, header=HEADER_B.replace("Nom ", "N. ", 2)), "Nom resp"),
    "the same column twice": (export([], header=f"Nom responsable;{HEADER_B}"), "deux fois"),
    "headers alone": (export([]), "aucune ligne"),
    "headers and a trailing line": (export(["Nombre de lignes : 0"]), "aucune ligne"),
    "accents broken twice": (
        export(FAMILY, encoding="utf-8").decode("cp1252", "replace").encode(),
        "accents",
    ),
    "scientific notation": (export([parent(mobile="6,12E+08")]), "ligne 2"),
    "hashes": (export([PAUL, parent(email="#######")]), "ligne 3"),
    "lost zeros": (export([parent("A", "B", LEA, mobile="639980001", home="199001234")]), "zéro"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_one_sentence_and_an_advice(case: tuple[bytes, str]) -> None:
    data, words = case
    with pytest.raises(Unreadable) as refusal:
        check_roll(data)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert refusal.value.advice


def test_one_number_without_its_zero_is_not_blamed_on_a_spreadsheet() -> None:
    roll = check_roll(export([parent("PETIT", "Éric", ZOE, mobile="639980002")]))
    assert [a.code for a in roll.anomalies] == ["invalid_phone"]


def test_few_lost_zeros_are_not_blamed_on_a_spreadsheet() -> None:
    lines = [PAUL, parent("PETIT", "Éric", ZOE, mobile="639980002")]
    roll = check_roll(export(lines))
    assert [a.code for a in roll.anomalies] == ["invalid_phone"]


def test_file_of_absurd_size_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "big.csv"
    with file.open("wb") as output:
        output.truncate(MAX_BYTES + 1)
    with pytest.raises(Unreadable, match="32 Mo"):
        read_roll_file(file)


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="dossier"):
        read_roll_file(tmp_path)
