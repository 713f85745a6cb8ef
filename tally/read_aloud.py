# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check words, by which people compare what their programs hold: docs/protocol.md §17.4.

They are short enough to be read aloud; nothing but that comparison rests on them.
"""

from typing import Final

from protocol.ceremony import Transcript
from protocol.encoding import encode_json, sha256_hex
from tally.passphrase import WORD_COUNT, words

READ_ALOUD_WORDS: Final = 6


def words_of_transcript(transcript: Transcript) -> str:
    """Return the words that are the same for all who signed the same transcript: §17.4."""
    return words_of_hash(sha256_hex(encode_json(list(transcript.parts(0)))))


def words_of_hash(digest: str) -> str:
    """Return the words of a SHA-256: six times number z mod 1024, then z = ⌊z / 1024⌋: §17.4."""
    number = int(digest, 16)
    chosen = []
    for _ in range(READ_ALOUD_WORDS):
        number, place = divmod(number, WORD_COUNT)
        chosen.append(words()[place])
    return " ".join(chosen)
