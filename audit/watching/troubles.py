# SPDX-License-Identifier: AGPL-3.0-or-later
"""What could not be had, as a person is told: each new trouble in a line, and when all are over.

No trouble masks another, and one that lasts is told once. What is new of the logs for one reason is
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
_REPEATED = 3600  # seconds
_OVER = Text("Le serveur répond de nouveau.", "The server answers again.")


class Troubles:
    """Of one run.

    Args:
        speaker: who says it.
    """

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._told: set[tuple[Text, str]] = set()
        self._not_yet_at: float | None = None

    def tell(self, troubles: list[Away]) -> None:
        """What is new in this round."""
        now = {(each.why, _place(each.path)): each.path for each in troubles}
        new: dict[tuple[Text, bool], list[str]] = {}
        for (why, place), path in now.items():
            if (why, place) not in self._told:
                new.setdefault((why, _is_of_log(path)), []).append(path)
        for (why, _), paths in new.items():
            self._speaker.trouble(_line(why, [path for path in paths if path]))
        if self._told and not now:
            self._speaker.trouble(_OVER)
        self._told = set(now)

    def not_yet(self, now: float) -> None:
        """No election was met so far: at the first try, and again each hour."""
        if self._not_yet_at is None or now - self._not_yet_at >= _REPEATED:
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
