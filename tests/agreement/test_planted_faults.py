# SPDX-License-Identifier: AGPL-3.0-or-later
"""A wrong hash prefix or label in either reading parts the two verdicts.

Each is planted where it is used, in every module that has the function by name; an honest archive
is then refused by the one and accepted by the other, so the agreement tests would fail.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.agreement.verdicts import ACCEPTED, REFUSED, makers_verdict, verifiers_verdict
from tests.tamper.damage import SCHOOL, VILLAGE
from tests.tamper.forge.remake import Forge

PREFIXES = ("pok|", "prove|", "bproof0|", "bproof1|", "decrypt|", "sig|", "sigmsg|")
LABELS = {
    "evote/v1/bound-decryption": ("labelled_scalar", "labelled_scalar"),
    "evote/v1/coefficients": ("labelled_digest", "labelled_digest"),
    "evote/v1/ceremony": ("labelled_scalar", "labelled_scalar"),
    "evote/v1/setup": ("labelled_scalar", "labelled_scalar"),
}


def plant(
    monkeypatch: pytest.MonkeyPatch, package: str, name: str, change: Callable[[str], str]
) -> None:
    """Change the first argument of a function wherever the package calls it by that name."""
    found = 0
    for module_name, module in list(sys.modules.items()):
        if not module_name.startswith(f"{package}.") or not hasattr(module, name):
            continue
        original = getattr(module, name)

        def changed(text: str, *rest: Any, _original: Callable[..., Any] = original) -> Any:  # noqa: ANN401
            return _original(change(text), *rest)

        monkeypatch.setattr(module, name, changed)
        found += 1
    assert found > 0


def otherwise(start: str) -> Callable[[str], str]:
    """Texts that begin so, begin otherwise."""
    return lambda text: f"x{text}" if text.startswith(start) else text


def honest() -> bytes:
    return Forge(SCHOOL).archive()


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_wrong_prefix_in_protocol_is_noticed(
    monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    plant(monkeypatch, "protocol", "hash_to_scalar", otherwise(prefix))
    assert (makers_verdict(honest()), verifiers_verdict(honest())) == (REFUSED, ACCEPTED)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_wrong_prefix_in_audit_is_noticed(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    plant(monkeypatch, "audit", "joined_scalar", otherwise(prefix))
    assert (makers_verdict(honest()), verifiers_verdict(honest())) == (ACCEPTED, REFUSED)


@pytest.mark.parametrize("label", LABELS)
def test_a_wrong_label_in_protocol_is_noticed(monkeypatch: pytest.MonkeyPatch, label: str) -> None:
    plant(monkeypatch, "protocol", LABELS[label][0], otherwise(label))
    assert (makers_verdict(honest()), verifiers_verdict(honest())) == (REFUSED, ACCEPTED)


@pytest.mark.parametrize("label", LABELS)
def test_a_wrong_label_in_audit_is_noticed(monkeypatch: pytest.MonkeyPatch, label: str) -> None:
    plant(monkeypatch, "audit", LABELS[label][1], otherwise(label))
    assert (makers_verdict(honest()), verifiers_verdict(honest())) == (ACCEPTED, REFUSED)


def test_a_wrong_prefix_shows_in_belenios_elections_too(monkeypatch: pytest.MonkeyPatch) -> None:
    data = Forge(VILLAGE).archive()
    assert (makers_verdict(data), verifiers_verdict(data)) == (ACCEPTED, ACCEPTED)
    plant(monkeypatch, "audit", "joined_scalar", otherwise("decrypt|"))
    assert (makers_verdict(data), verifiers_verdict(data)) == (ACCEPTED, REFUSED)
