# SPDX-License-Identifier: AGPL-3.0-or-later
"""A secret leaves its box through ``reveal`` alone."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable

import pytest

from protocol.group import Scalar
from protocol.secret import Secret

WORD = "xyzzy-plugh"


def test_reveal_gives_the_value() -> None:
    assert Secret(WORD).reveal() == WORD


def test_no_text_of_it_holds_the_value() -> None:
    secret = Secret(WORD)
    assert repr(secret) == str(secret) == "Secret(…)"
    assert "plugh" not in "%s %r" % (secret, [secret])  # noqa: UP031


@pytest.mark.parametrize(
    "leak",
    [
        lambda s: s == Secret(WORD),
        lambda s: s != WORD,
        lambda s: s in [Secret(WORD), Secret("")],
        hash,
        lambda s: f"{s}",
        lambda s: format(s, ">20"),
        bool,
        copy.copy,
        copy.deepcopy,
        pickle.dumps,
        json.dumps,
        vars,
        len,
        iter,
    ],
)
def test_every_other_way_out_refuses(leak: Callable[[Secret[str]], object]) -> None:
    with pytest.raises(TypeError) as refusal:
        leak(Secret(WORD))
    assert "plugh" not in str(refusal.value)


def test_a_scalar_is_not_shown_either() -> None:
    assert "1234567" not in repr(Scalar.from_int(1234567))
