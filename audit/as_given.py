# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file as the page gave it, whatever a mail program or an editor made of it. §15, §20.

What is signed is compared afterwards, so nothing that is forged becomes good by this. The files of
a record are never mended so: of those it is only said what was done to them, and what to do.
"""

from __future__ import annotations

from audit.words import Text

MAX_PAPER = 2**16
_MARK = b"\xef\xbb\xbf"
_CHECKED = b'{"evote_checked_ballot":'
_BEGIN = (b"c2sp.org/tlog-proof@v1", b"evote/v1/promise")
LINE_ENDS = Text(
    "les fins de ligne ont été changées en route, par une messagerie, un éditeur ou git : reprenez"
    " ce fichier dans le zip d'où il vient (§17.1)",
    "the line ends were changed on the way, by a mail program, an editor or git: take this file"
    " again from the zip that it came from (§17.1)",
)


def as_given(data: bytes) -> bytes:
    """A receipt or a promise with its own line ends, no mark before it and one newline at its end.

    Another file is returned as it is.
    """
    if len(data) > MAX_PAPER:
        return data
    text = data.removeprefix(_MARK).lstrip(b"\r\n")
    if not text.startswith(_BEGIN):
        return data
    return text.replace(b"\r\n", b"\n").rstrip() + b"\n"


def has_line_ends_of_others(data: bytes) -> bool:
    """Whether a file whose lines end by a newline has ends of another system."""
    return b"\r\n" in data


def checked_as_given(data: bytes) -> bytes:
    """A checked ballot, whose one line has no newline, without what stands around it.

    Another file is returned as it is.
    """
    text = data.removeprefix(_MARK).lstrip(b"\r\n")
    return text.rstrip() if text.startswith(_CHECKED) else data
