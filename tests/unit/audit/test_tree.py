# SPDX-License-Identifier: AGPL-3.0-or-later
"""§18.1: the tree grown leaf by leaf is the one that the definition gives."""

from __future__ import annotations

import tracemalloc

from audit.tree import EMPTY_ROOT, Tree, earlier_roots, leaf_hash
from tests.tamper.forge.logs import root

# The test data of RFC 6962's first implementations: eight entries, and the root after each.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def leaves(entries: list[bytes]) -> bytes:
    return b"".join(leaf_hash(entry) for entry in entries)


def test_the_known_roots() -> None:
    found = earlier_roots(leaves(ENTRIES), range(9))
    assert [found[n].hex() for n in range(1, 9)] == list(ROOTS)
    assert found[0] == EMPTY_ROOT


def test_every_root_up_to_a_hundred_is_that_of_the_definition() -> None:
    entries = [str(n).encode() for n in range(100)]
    found = earlier_roots(leaves(entries), range(101))
    assert found == {n: root(entries[:n]) for n in range(101)}


def test_sizes_that_there_are_not_are_left_out() -> None:
    assert set(earlier_roots(leaves(ENTRIES), [-1, 0, 3, 3, 8, 9, 2**53])) == {0, 3, 8}


def test_an_entry_is_no_node() -> None:
    pair = leaf_hash(b"a") + leaf_hash(b"b")
    assert earlier_roots(leaves([pair]), [1])[1] != root([b"a", b"b"])


def test_a_large_tree_keeps_one_hash_a_bit() -> None:
    tree, leaf = Tree(), leaf_hash(b"")
    tracemalloc.start()
    for _ in range(20_000):
        tree.append(leaf)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(tree.peaks) == (20_000).bit_count()
    assert most < 20_000
