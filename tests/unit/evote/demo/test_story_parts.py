# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parts of the demo: what the seed fixes, ties, the folder, and work on several processors."""

from __future__ import annotations

import errno
import socket
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from evote.database.connection import DatabaseUnavailable
from evote.demo import place as places
from evote.demo.counting import settle
from evote.demo.folder import staged_folder
from evote.demo.parallel import run_all
from evote.demo.parents import decide, draw_lots
from evote.demo.place import Place, hand_over, organiser_of
from evote.demo.serving import free_address, serving
from evote.errors import Refusal, Unreadable
from evote.fictitious.school import FictitiousCandidate, FictitiousList, FictitiousSchool
from evote.outbox import FileTransport, Kept, KeptBack
from tally.count import TieBreak
from tally.seats import TieUndecided, allocate


def test_the_same_seed_gives_the_same_decisions() -> None:
    assert decide("a", 200, 4) == decide("a", 200, 4)
    assert decide("a", 200, 4) != decide("b", 200, 4)


def test_about_55_percent_vote_once_each_for_every_choice() -> None:
    decisions = decide("turnout", 4000, 3)
    assert 0.52 < len(decisions) / 4000 < 0.58
    assert max(Counter(each.elector for each in decisions).values()) == 1
    assert {each.elector for each in decisions} <= set(range(1, 4001))
    assert {each.choice for each in decisions} == {None, 0, 1, 2}


def test_in_a_tiny_school_somebody_votes() -> None:
    assert all(decide(str(seed), 2, 1) for seed in range(50))


def test_lots_are_drawn_by_the_seed() -> None:
    labels = ("A", "B", "C", "D")
    assert draw_lots("x", labels) == draw_lots("x", labels)
    assert sorted(draw_lots("x", labels)) == sorted(labels)
    assert len({draw_lots(str(seed), labels) for seed in range(30)}) > 5


def school_with(born: list[date]) -> FictitiousSchool:
    lists = tuple(
        FictitiousList(
            f"Liste {place}",
            tuple(FictitiousCandidate("NOM", f"Prénom {place}", each) for _ in range(2)),
        )
        for place, each in enumerate(born)
    )
    return FictitiousSchool("École", "0000000A", "ecole", 1, ("CP",), 1, 2, b"", lists)


def test_a_tie_of_votes_is_settled_by_the_candidates_births() -> None:
    school = school_with([date(1980, 1, 1), date(1975, 1, 1)])
    with pytest.raises(TieUndecided) as undecided:
        allocate(1, (5, 5), names=(2, 2))
    tie_break = settle(TieBreak(), undecided.value, "seed", school)
    assert tie_break.births == {"Liste 0": date(1980, 1, 1), "Liste 1": date(1975, 1, 1)}
    assert not tie_break.lots


def test_a_tie_of_ages_is_settled_by_lots_and_keeps_the_births() -> None:
    school = school_with([date(1980, 1, 1), date(1980, 1, 1)])
    births = dict(enumerate([date(1980, 1, 1)] * 2))
    with pytest.raises(TieUndecided) as undecided:
        allocate(1, (5, 5), names=(2, 2), births=births)
    known = TieBreak({"Liste 0": births[0], "Liste 1": births[1]})
    tie_break = settle(known, undecided.value, "seed", school)
    assert tie_break.births == known.births
    assert sorted(tie_break.lots) == ["Liste 0", "Liste 1"]


def test_the_folder_gets_everything_at_the_end(tmp_path: Path) -> None:
    with staged_folder(tmp_path / "new" / "er") as work:
        (work / "file").write_text("text")
        (work / "folder").mkdir()
        assert [path.name for path in (tmp_path / "new" / "er").iterdir()] == [work.name]
    assert {path.name for path in (tmp_path / "new" / "er").iterdir()} == {"file", "folder"}


def write_then_raise(folder: Path, error: BaseException) -> None:
    with staged_folder(folder) as work:
        (work / "file").write_text("text")
        raise error


def test_a_broken_story_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="broken"):
        write_then_raise(tmp_path / "new", ValueError("broken"))
    assert not (tmp_path / "new").exists()


def test_a_broken_story_leaves_an_empty_folder_empty(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write_then_raise(tmp_path, KeyboardInterrupt())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".hidden").write_text("mine")
    with pytest.raises(Refusal, match="n'est pas vide"), staged_folder(tmp_path):
        pass


def test_tasks_are_answered_in_order_by_one_process_or_several() -> None:
    tasks = [3, -1, 2, -7]
    assert list(run_all(abs, tasks, alone=True)) == [3, 1, 2, 7]
    assert list(run_all(abs, tasks, alone=False)) == [3, 1, 2, 7]


def test_without_a_free_port_the_story_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_is_left(*_: object) -> None:
        raise OSError(errno.EADDRINUSE, "Address already in use")

    monkeypatch.setattr(socket.socket, "bind", none_is_left)
    with pytest.raises(Refusal, match="aucun port n'est libre"):
        free_address()


def test_a_server_whose_port_was_taken_meanwhile_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = Place(tmp_path / "server", f"http://127.0.0.1:{taken.getsockname()[1]}")
        place.make()
        with pytest.raises(Refusal, match="n'a pas pu démarrer"), serving(place):
            pass


def test_no_setting_of_the_school_itself_reaches_the_server_of_a_story(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PREAU_DATABASE_URL", "postgresql:///the-real-one")
    monkeypatch.setenv("PREAU_OUTBOX_FOLDER", "/the/real/one")
    environment = Place(tmp_path, "http://127.0.0.1:1").environment()
    assert environment["PREAU_DATABASE_URL"].startswith(f"sqlite:///{tmp_path}")
    assert "PREAU_OUTBOX_FOLDER" not in environment


def test_a_message_that_a_full_disk_keeps_back_is_told_as_any_other_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept(*_: object) -> None:
        raise KeptBack(0, [Kept("AnyElection", DatabaseUnavailable())])

    monkeypatch.setattr(places, "deliver", kept)
    place = Place(tmp_path / "server", "https://vote.example.org")
    place.make()
    with (
        pytest.raises(Unreadable, match="impossible d'écrire dans la base"),
        organiser_of(place) as organiser,
    ):
        hand_over(organiser.database, organiser.keys, FileTransport(tmp_path))
