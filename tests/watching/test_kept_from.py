# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept from one kind of program, and then from others, or comes too slowly to it alone; and
what a watcher said of it, whatever ends it then and whichever version was there before."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

import pytest

from audit.watching.agents import AGENTS, DESKTOP, PHONE, PLAIN, Agent
from audit.watching.line import TOO_SLOW
from audit.watching.sentences_of_files import unseen
from audit.watching.site import SHORT_SECONDS, Answer, Away
from audit.watching.store import HOURS
from audit.watching.sums import summed, unsummed
from tests.tamper.forge.texts import canonical
from tests.watching.attacks import ARCHIVE, HOUR
from tests.watching.board import TestBoard
from tests.watching.conftest import Watching
from tests.watching.test_wholes import RECORD, TIMER, KeptFrom, followed, pass_rounds
from tests.watching.test_wholes import path as _path
from tests.watching.watched import Watched

path = _path


# ------------------------------------------------------------------ from some, then from more


@pytest.mark.parametrize("anew", [False, True])
def test_what_was_kept_from_phones_is_said_again_once_nobody_is_given_it(
    path: str, watching: Watching, *, anew: bool
) -> None:
    refused = {PHONE}
    watched = followed(watching, KeptFrom(lambda agent, _: agent in refused), path)
    assert pass_rounds(watched, 5 * HOUR, anew=anew, every=TIMER) == ["withheld"]
    assert "(demandé comme un téléphone)" in watched.alarms[-1].sentence.fr
    refused |= set(AGENTS)
    assert pass_rounds(watched, 2 * HOUR, anew=anew, every=TIMER) == ["withheld"]
    assert "demandé comme" not in watched.alarms[-1].sentence.fr
    assert pass_rounds(watched, 3 * HOUR, anew=anew, every=TIMER) == []  # said once


def test_what_was_kept_from_a_phone_before_is_said_again_once_computers_lack_it_too(
    board: TestBoard, watched: Watched
) -> None:
    """What is asked for in each round, as well as what is asked for at one go."""
    refused = {PHONE}

    def view(_: TestBoard, path: str, agent: Agent) -> bytes | None:
        if path == ARCHIVE and agent in refused:
            raise Away("il répond par l'erreur 503", "it answers with error 503", status=503)
        return None

    board.view = view
    assert pass_rounds(watched, 2 * HOUR) == ["withheld"]
    refused.add(DESKTOP)
    assert pass_rounds(watched, 2 * HOUR) == ["withheld"]
    said = "(demandé comme un ordinateur, un téléphone)"
    assert watched.alarms[-1].sentence.fr.endswith(said)


# ------------------------------------------------------------------ too slowly, to one alone


class Dripping(KeptFrom):
    """What it keeps from nobody comes too slowly to some, who ask for it at one go.

    Attributes:
        slow: to whom.
    """

    def __init__(self) -> None:
        super().__init__(lambda *_: False)
        self.slow: set[Agent] = set()

    @contextlib.contextmanager
    def get(
        self, path: str, agent: Agent, start: int = 0, *, patience: int = 0
    ) -> Iterator[Answer]:
        with super().get(path, agent, start, patience=patience) as answer:
            if path == self.path and patience > SHORT_SECONDS and agent in self.slow:
                raise Away(*TOO_SLOW)
            yield answer


def named(watched: Watched) -> str:
    """What is said at the end of a watch, of what was not given."""
    things = watched.watcher.withholding.unseen
    return unseen(things).fr if things else ""


@pytest.mark.parametrize("anew", [False, True])
def test_what_drips_to_phones_alone_is_asked_for_until_they_have_it(
    path: str, watching: Watching, *, anew: bool
) -> None:
    board = Dripping()
    watched = followed(watching, board, path)
    board.slow = {PHONE}
    assert pass_rounds(watched, 2 * HOUR, anew=anew, every=TIMER) == []
    board.at_one_go.clear()
    assert pass_rounds(watched, 3 * HOUR, anew=anew, every=TIMER) == []
    assert board.at_one_go.count(PHONE) == 3 * HOUR // TIMER // len(AGENTS)
    if not anew:
        assert "(demandé comme un téléphone)" in named(watched)
    board.slow.clear()
    assert pass_rounds(watched, HOUR, anew=anew, every=TIMER) == []
    assert named(watched) == ""
    board.at_one_go.clear()
    assert pass_rounds(watched, 3 * HOUR, anew=anew, every=TIMER) == []
    assert len(board.at_one_go) == len(AGENTS)


def test_what_one_is_refused_and_others_are_given_is_named_as_whose(
    path: str, watching: Watching
) -> None:
    """A server that is started again at that moment: the next has it, and it is compared."""
    board = KeptFrom(lambda agent, often: agent is DESKTOP and not often)
    watched = followed(watching, board, path)
    while PHONE not in board.at_one_go:
        assert pass_rounds(watched, TIMER, every=TIMER) == []
    assert board.at_one_go == [DESKTOP, PHONE]
    assert "(demandé comme un ordinateur)" in named(watched)
    assert pass_rounds(watched, 2 * TIMER, every=TIMER) == []
    assert board.at_one_go == [DESKTOP, PHONE, PLAIN, DESKTOP]
    assert named(watched) == ""


# ------------------------------------------------------------------ of an older version


@pytest.mark.parametrize("seconds", [0, 1801, 3000, 3601])
def test_an_hour_that_an_older_version_began_is_said(
    seconds: int, path: str, watching: Watching
) -> None:
    """Its file says for how long, and not from whom it was kept, or which of them was said."""
    board = KeptFrom(lambda *_: True)
    watched = followed(watching, board, path)
    name = "record" if path == RECORD else "board whole"
    older = json.loads(unsummed((watched.folder / HOURS).read_bytes()))
    older = {each: older[each] for each in ("in_vain", "pace", "turns")}
    for in_vain in ([board.now, seconds], [board.now, seconds, [AGENTS.index(PHONE), 0]]):
        watched.close()
        kept = summed(canonical(older | {"in_vain": {name: in_vain}}))
        (watched.folder / HOURS).write_bytes(kept)
        watched.start()
        assert pass_rounds(watched, 3 * HOUR, every=TIMER)[-1:] == ["withheld"]
