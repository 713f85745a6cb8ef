# SPDX-License-Identifier: AGPL-3.0-or-later
"""The list of public credentials, in either profile: §8.4."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from protocol.credentials import decode_credential, derive_credential, public_credential
from protocol.errors import MalformedError
from protocol.group import GENERATOR, Element, Scalar, generator_power
from protocol.public_credentials import PublicCredential, PublicCredentials, sort_keys
from tests.peer_secrets import FINISHED, SECRETS, archive_name, peer_board

KEYS = [generator_power(Scalar.from_int(n)) for n in range(2, 7)]
KEY = KEYS[0].encode()


def encoded(*lines: str) -> bytes:
    return json.dumps(list(lines), separators=(",", ":")).encode()


def test_the_private_credentials_of_the_peer_give_its_public_list() -> None:
    board = peer_board("plain")
    private = json.loads((SECRETS / "private_creds.json").read_text())
    derived = {
        public_credential(derive_credential(board.election.uuid, decode_credential(text)))
        for text in private.values()
    }
    assert derived == set(board.credentials.keys())


@pytest.mark.parametrize("path", FINISHED, ids=archive_name)
def test_the_peer_sorts_as_we_do(path: Path) -> None:
    credentials = peer_board(path.parent.name).credentials
    assert PublicCredentials.decode(credentials.data) == credentials
    assert PublicCredentials.of_keys(reversed(credentials.keys())) == credentials


def test_keys_are_sorted_by_their_reversed_digits() -> None:
    ordered = [key.encode() for key in sort_keys(KEYS)]
    assert ordered == sorted(ordered, key=lambda text: bytes.fromhex(text)[::-1])
    assert ordered != sorted(ordered)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (KEY, (1, None)),
        (f"{KEY},0", (0, None)),
        (f"{KEY},100000000000", (10**11, None)),
        (f"{KEY},,anne", (1, "anne")),
        (f"{KEY},,", (1, "")),
        (f"{KEY},7,anne@école", (7, "anne@école")),
    ],
)
def test_the_four_forms_are_read(line: str, expected: tuple[int, str | None]) -> None:
    credential = PublicCredential.decode(line)
    assert credential == PublicCredential(KEYS[0], *expected)


@pytest.mark.parametrize(
    "line",
    [
        "",
        ",1",
        f"{KEY},",
        f"{KEY},01",
        f"{KEY},-1",
        f"{KEY},+1",
        f"{KEY},1.5",
        f"{KEY},１",
        f"{KEY},100000000001",
        f"{KEY},1,anne,x",
        f" {KEY}",
        KEY.upper(),
        "0" * 63 + "1",
    ],
)
def test_another_form_is_refused(line: str) -> None:
    with pytest.raises(MalformedError):
        PublicCredential.decode(line)


def test_in_the_plain_profile_order_and_weights_are_free() -> None:
    lines = [f"{key.encode()},{weight}" for weight, key in enumerate(KEYS)]
    credentials = PublicCredentials.decode(encoded(*lines), ignore_unknown=True)
    assert [credentials.weight_of(key) for key in KEYS] == [0, 1, 2, 3, 4]
    assert credentials.total_weight == 10
    assert credentials.weight_of(GENERATOR) is None
    assert GENERATOR not in credentials
    assert KEYS[1] in credentials


def test_user_names_are_removed_and_weights_kept() -> None:
    lines = [f"{KEYS[0].encode()},,a", f"{KEYS[1].encode()},1,b", f"{KEYS[2].encode()},3"]
    credentials = PublicCredentials.decode(encoded(*lines), ignore_unknown=True)
    assert credentials.without_usernames() == encoded(
        KEYS[0].encode(), f"{KEYS[1].encode()},1", f"{KEYS[2].encode()},3"
    )


def refused_lists() -> dict[str, tuple[bytes, bool]]:
    first, second = (key.encode() for key in sort_keys(KEYS[:2]))
    return {
        "a key twice": (encoded(first, first), False),
        "a key twice, with weights": (encoded(f"{first},1", f"{first},2"), True),
        "too much weight": (encoded(f"{first},100000000000", f"{second},1"), True),
        "not sorted": (encoded(second, first), False),
        "a weight of ours": (encoded(f"{first},1"), False),
        "a user name of ours": (encoded(f"{first},,anne"), False),
        "white space of ours": (b"[ ]", False),
        "no array": (b"{}", True),
        "no text": (b"[1]", True),
    }


@pytest.mark.parametrize(("data", "plain"), refused_lists().values(), ids=refused_lists())
def test_another_list_is_refused(data: bytes, *, plain: bool) -> None:
    with pytest.raises(MalformedError):
        PublicCredentials.decode(data, ignore_unknown=plain)


def test_of_keys_refuses_one_twice() -> None:
    twice: list[Element] = [KEYS[0], KEYS[0]]
    with pytest.raises(MalformedError):
        PublicCredentials.of_keys(twice)
