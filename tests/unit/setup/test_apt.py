# SPDX-License-Identifier: AGPL-3.0-or-later
"""The machine's Debian mirror is found in either style of apt's configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from setup.apt import AptError, AptRoot, Mirror, find_debian_mirror

DEB822 = """\
# written by the installer
Types: deb deb-src
# a comment inside
URIs: https://mirror.example/debian
Suites: stable stable-updates
Components: main
Signed-By: /keys/debian.gpg
"""
SECURITY = """\
Types: deb
URIs: https://mirror.example/debian-security
Suites: stable-security
Components: main
"""
ARMOURED = """\
Types: deb
URIs: https://mirror.example/debian/
Suites: stable
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
"""


def configuration(folder: Path, **files: str) -> Path:
    (folder / "sources.list.d").mkdir()
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        place = (
            folder / "sources.list" if not stem else folder / "sources.list.d" / f"{stem}.{suffix}"
        )
        place.write_text(content)
    return folder


def test_a_stanza_of_fields(tmp_path: Path) -> None:
    apt = configuration(tmp_path, a_sources=SECURITY + "\n" + DEB822)
    assert find_debian_mirror(apt) == Mirror("https://mirror.example/debian", "/keys/debian.gpg")


def test_one_line_with_options(tmp_path: Path) -> None:
    comment = "# deb http://no/debian sid main\n"
    line = "deb [arch=amd64 signed-by=/k.gpg] http://m/debian sid main\n"
    apt = configuration(tmp_path, _list=comment + line)
    assert find_debian_mirror(apt) == Mirror("http://m/debian", "/k.gpg")


def test_one_line_without_options_trusts_debians_own_keyring(tmp_path: Path) -> None:
    apt = configuration(tmp_path, _list="deb http://m/debian/ stable main contrib\n")
    assert find_debian_mirror(apt).signed_by.endswith("/debian-archive-keyring.gpg")


def test_a_key_inside_the_configuration_is_written_to_a_file(tmp_path: Path) -> None:
    mirror = find_debian_mirror(configuration(tmp_path, a_sources=ARMOURED))
    lines = mirror.keyring(tmp_path).read_text().splitlines()
    assert lines[:3] == ["-----BEGIN PGP PUBLIC KEY BLOCK-----", "", "mQINBF"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="nothing"),
        pytest.param(SECURITY, id="security updates alone"),
        pytest.param(DEB822 + "Enabled: no\n", id="switched off"),
        pytest.param(DEB822.replace("deb deb-src", "deb-src"), id="sources only"),
        pytest.param(DEB822.replace("/debian\n", "/ubuntu\n"), id="another system"),
    ],
)
def test_no_debian_mirror_is_said_in_one_sentence(tmp_path: Path, content: str) -> None:
    with pytest.raises(AptError, match="names no Debian mirror"):
        find_debian_mirror(configuration(tmp_path, a_sources=content))


def test_without_keys_nothing_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(AptError, match=r"keyring .* is missing"):
        AptRoot(
            tmp_path / "root", Mirror("http://m/debian", str(tmp_path / "none.gpg")), "unstable"
        )
