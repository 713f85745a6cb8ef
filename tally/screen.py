# SPDX-License-Identifier: AGPL-3.0-or-later
"""The only way to the screen: what others wrote can show itself there, and do nothing else.

Names, uuids, file names and causes come from files of others. A character that would move the
cursor, end a line, turn the text round or show nothing is shown by its number instead.
"""

import sys
from typing import Final

NO_BREAK_SPACE: Final = "\u00a0"


def printable(text: str) -> str:
    r"""Return the text with every control, format, separator or surrogate character as \uXXXX."""
    return "".join(
        character
        if character.isprintable() or character == NO_BREAK_SPACE
        else f"\\u{ord(character):04x}"
        for character in text
    )


def say(*lines: str) -> None:
    """Print lines; each stays one line, whatever is in it."""
    for line in lines:
        print(printable(line))


def say_apart(*lines: str) -> None:
    """Print lines beside what the program gives: refusals, progress, questions without a screen."""
    for line in lines:
        print(printable(line), file=sys.stderr)


def prompt(question: str, *, apart: bool = False) -> None:
    """Print a question and stay on its line."""
    stream = sys.stderr if apart else sys.stdout
    print(printable(question), end="", file=stream, flush=True)
