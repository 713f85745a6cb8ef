# SPDX-License-Identifier: AGPL-3.0-or-later
"""A receipt or a promise as the page gave it, whatever a mail program or an editor made of it. §20.

What is signed is compared afterwards, so nothing that is forged becomes good by this.
"""

from typing import Final

from protocol.promises import PROMISE
from protocol.receipts import TLOG_PROOF

MAX_PAPER: Final = 2**16
_MARK: Final = b"\xef\xbb\xbf"
_BEGIN: Final = (TLOG_PROOF.encode(), PROMISE.encode())


def as_given(data: bytes) -> bytes:
    """The file with its own line ends, without a mark before it, and with one newline at its end.

    Another file is returned as it is.
    """
    if len(data) > MAX_PAPER or not _begun(data).startswith(_BEGIN):
        return data
    return with_own_lines(data)


def with_own_lines(data: bytes) -> bytes:
    """The same of any signed text, such as a checkpoint."""
    return _begun(data).replace(b"\r\n", b"\n").rstrip() + b"\n"


def _begun(data: bytes) -> bytes:
    return data.removeprefix(_MARK).lstrip(b"\r\n")
