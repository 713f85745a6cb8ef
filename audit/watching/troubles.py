# SPDX-License-Identifier: AGPL-3.0-or-later
"""What could not be had, as a person is told: each new trouble in a line, and when all are over.

No trouble masks another, and one that lasts is told once; one that comes and goes, once an hour, so
that it buries no other. What is new of the logs for one reason is
one line, and so is what is new of the booth, however many paths have it.
"""

from __future__ import annotations

from audit.watching.site import Away
from audit.watching.speaking import Speaker
from audit.words import Text, shown

_LONGEST = 240
_SERVER = Text("le serveur", "the server")
_NOT_YET = Text(
    "Rien n'est encore surveillé : vérifiez l'adresse, le nom du site et le numéro de l'élection."
    " La surveillance commencera dès que l'élection y sera.",
    "Nothing is watched yet: check the address, the name of the site and the election's number. The"
    " watch will begin once the election is there.",
)
_HOUR = 3600  # seconds
_OVER = Text("Le serveur répond de nouveau.", "The server answers again.")


class Troubles:
    """Of one run.

    Args:
        speaker: who says it.
    """

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._last: set[tuple[Text, str]] = set()
        self._told_at: dict[tuple[Text, str], float] = {}
        self._is_over = True
        self._not_yet_at: float | None = None

    def tell(self, troubles: list[Away], at: float, *, goes_on: bool = False) -> None:
        """What is new in this round.

        Args:
            troubles: of it, so far.
            at: when it was, in seconds of a steady clock.
            goes_on: whether it is not over, so that what lacks here may still be lacking.
        """
        now = {(each.why, _place(each.path)): each.path for each in troubles}
        if not goes_on:
            self._told_at = {
                each: told
                for each, told in self._told_at.items()
                if at - told < _HOUR or each in now
            }
        new: dict[tuple[Text, bool], list[str]] = {}
        for (why, place), path in now.items():
            if self._is_new((why, place), at):
                new.setdefault((why, _is_of_log(path)), []).append(path)
                self._told_at[why, place] = at
        for (why, _), paths in new.items():
            self._speaker.trouble(_line(why, [path for path in paths if path]))
        if goes_on:
            self._is_over = self._is_over and not new
            return
        if not (now or self._is_over):
            self._speaker.trouble(_OVER)
        self._is_over = not now or (self._is_over and not new)
        self._last = set(now)

    def _is_new(self, trouble: tuple[Text, str], at: float) -> bool:
        told = self._told_at.get(trouble)
        return told is None or (trouble not in self._last and at - told >= _HOUR)

    def not_yet(self, now: float) -> None:
        """No election was met so far: at the first try, and again each hour."""
        if self._not_yet_at is None or now - self._not_yet_at >= _HOUR:
            self._not_yet_at = now
            self._speaker.trouble(_NOT_YET)


def _line(why: Text, paths: list[str]) -> Text:
    """One reason, and whom it is told of."""
    text = why
    if paths:
        name, more = shown(paths[0], _LONGEST), len(paths) - 1
        others = Text(f" et {more} de plus", f" and {more} more") if more else Text("", "")
        text = why.at(Text(f"{name}{others.fr}", f"{name}{others.en}"))
    return text.at(_SERVER)


def _place(path: str) -> str:
    """The same for a tile that grows."""
    return path.partition(".p/")[0]


def _is_of_log(path: str) -> bool:
    return path.startswith("/e/") or "/board/" in path or "/journal/" in path
