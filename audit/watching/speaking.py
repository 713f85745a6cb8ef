# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``evote-audit watch`` says: sentences for a person, or a line of JSON an event."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from audit.console import complain, write
from audit.layout import wrapped
from audit.words import Text, cited

VERSION = 1
_ALARM = Text("ALARME", "ALARM")
_EVIDENCE = Text("preuve", "evidence")
_NO_EVIDENCE = Text(
    "il n'y a pas de fichier de preuve pour cela : gardez le dossier de surveillance",
    "there is no file of evidence for this: keep the folder of the watch",
)


class Speaker:
    """On standard output what matters, on standard error what is only for the moment.

    Args:
        say: the language.
        programs: whether it is programs that listen.
    """

    def __init__(self, say: Callable[[Text], str], *, programs: bool) -> None:
        self._say = say
        self._programs = programs

    def event(self, event: str, text: Text, **more: Any) -> None:  # noqa: ANN401
        """One event: a sentence, and what a program wants to know of it."""
        if self._programs:
            said = {"version": VERSION, "event": event, "text": self._say(text), **more}
            write(json.dumps(said, ensure_ascii=True))
        else:
            write("\n".join(wrapped(self._say(cited(text)))))

    def alarm(self, kind: str, sentence: Text, evidence: str | None) -> None:
        """One alarm, with the path of its evidence."""
        if self._programs:
            self.event("alarm", sentence, kind=kind, evidence=evidence)
            return
        self.event("alarm", sentence.at(_ALARM))
        where = Text(evidence, evidence).at(_EVIDENCE) if evidence else _NO_EVIDENCE
        write("\n".join(wrapped(self._say(where), "  ", "  ")))

    def trouble(self, text: Text) -> None:
        """Something that may pass."""
        if self._programs:
            self.event("trouble", text)
        else:
            complain("\n".join(wrapped(self._say(cited(text)), rest="  ")))
