# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of version 2 with their journal: the same verdict of both readings (§17 to §19).

The makers' is that of a trustee before decrypting, by tally/ and protocol/.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from protocol.errors import ProtocolError, UnsupportedError
from protocol.events import EventKind
from tally.count import verify_seats
from tally.errors import Refusal, Unreadable
from tally.record import opened_record, verify_whole_record
from tests.agreement.mutations import mutate
from tests.agreement.verdicts import ACCEPTED, REFUSED, UNSUPPORTED
from tests.simulator import SimulatedElection
from tests.tamper import test_witnesses
from tests.tamper.forge.texts import Json, canonical
from tests.tamper.record import BOARD, ENTRIES, Files, publishable, served
from tests.tamper.tables import RECORDS
from tests.tamper.test_journal_story import CANCELLED, HONEST
from tests.tamper.verifier import verify

Record = dict[str, bytes]
ARCHIVE = "election.bel"
# Files that the makers do not even read, and the verifier judges: refused by both.
TOO_LARGE = {"journal_form: a journal of more than 16 MiB", "checkpoints: more than 64 KiB"}


def whole(files: Files) -> Record:
    return {ARCHIVE: files.archive.write(), **files.files()}


def makers_verdict(files: Record) -> str:
    """What a trustee's program says of the folder of a record."""
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        try:
            with opened_record(Path(folder)) as record:
                verify_whole_record(record)
                evote, result = record.board.election.evote, record.board.result
                if evote is not None and result is not None:
                    verify_seats(evote, result)
        except (UnsupportedError, Unreadable):
            return UNSUPPORTED
        except (ProtocolError, Refusal):
            return REFUSED
    return ACCEPTED


def verifiers_verdict(record: Record) -> str:
    beside = {name: data for name, data in record.items() if name != ARCHIVE}
    report = verify(record[ARCHIVE], files=beside)
    if report.unsupported:
        return UNSUPPORTED
    return ACCEPTED if report.status == 0 else REFUSED


def both(record: Record) -> tuple[str, str]:
    return makers_verdict(record), verifiers_verdict(record)


@pytest.mark.share(3)
@pytest.mark.parametrize("phrase", RECORDS)
def test_damaged_records_are_refused_by_both(phrase: str) -> None:
    makers, verifiers = both(whole(RECORDS[phrase].make()))
    assert verifiers == REFUSED
    assert makers == (UNSUPPORTED if phrase in TOO_LARGE else REFUSED)


@pytest.mark.share(3)
@pytest.mark.parametrize("phrase", HONEST)
def test_forged_but_honest_records_are_accepted_by_both(phrase: str) -> None:
    for files in publishable(HONEST[phrase]):
        assert both(whole(files)) == (ACCEPTED, ACCEPTED), (len(files.events()), len(files.lines))


@pytest.mark.parametrize("phrase", CANCELLED)
def test_cancelled_elections_are_accepted_by_both(phrase: str) -> None:
    until, world = CANCELLED[phrase]
    for files in publishable(world, until):
        assert both(whole(files)) == (ACCEPTED, ACCEPTED), (len(files.events()), len(files.lines))


@pytest.mark.parametrize("until", [k for k in EventKind if k is not EventKind.END_BALLOTS])
def test_simulated_records_are_accepted_by_both(until: EventKind) -> None:
    election = SimulatedElection(votes=(0, 1, None, 0), electors=6, lists=2, server=True)
    files = election.record(until=until)
    archive = files.pop(f"{election.uuid}.bel")
    assert both({ARCHIVE: archive, **files}) == (ACCEPTED, ACCEPTED)


WITNESSED = SimulatedElection(votes=(0, 1), electors=4, server=True, witnesses=3, quorum=2)


@pytest.mark.parametrize(
    ("until", "cosigned", "verdict"),
    [
        (EventKind.RESULT, (1, 2, 3), ACCEPTED),
        (EventKind.RESULT, (3, 1), ACCEPTED),
        (EventKind.RESULT, (2,), REFUSED),
        (EventKind.RESULT, (), REFUSED),
        (EventKind.PARTIAL_DECRYPTION, (), ACCEPTED),
        (EventKind.SETUP, (1,), ACCEPTED),
    ],
)
def test_records_with_witnesses_get_one_verdict(
    until: EventKind, cosigned: tuple[int, ...], verdict: str
) -> None:
    files = WITNESSED.record(until, cosigned=cosigned)
    archive = files.pop(f"{WITNESSED.uuid}.bel")
    assert both({ARCHIVE: archive, **files}) == (verdict, verdict)


@pytest.mark.parametrize("phrase", test_witnesses.ALIKE)
def test_witnesses_of_names_that_look_alike_are_refused_by_both(phrase: str) -> None:
    assert both(whole(test_witnesses.ALIKE[phrase].make())) == (REFUSED, REFUSED)


@pytest.mark.parametrize("phrase", test_witnesses.HONEST)
def test_forged_records_with_enough_witnesses_are_accepted_by_both(phrase: str) -> None:
    assert both(whole(test_witnesses.HONEST[phrase]())) == (ACCEPTED, ACCEPTED)


def test_stamps_without_witnesses_are_accepted_by_both() -> None:
    election = SimulatedElection(votes=(0, 1), electors=4, server=True)
    files = election.record()
    assert files["board.checkpoint"].count(b"\xe2\x80\x94") == 2
    archive = files.pop(f"{election.uuid}.bel")
    assert both({ARCHIVE: archive, **files}) == (ACCEPTED, ACCEPTED)


# ------------------------------------------------------------------ at random

SEEDS = st.integers(0, 2**32)
OPEN, DONE = served(until="Ballot"), served()
MOMENTS = {"open": OPEN, "tallied": DONE}


def changed(files: Files, random: Random) -> Record:
    """One or two entries changed at random, or the order or number of them; checkpoints anew."""
    lines = list(files.lines)
    for _ in range(random.choice((1, 1, 2))):
        place = random.randrange(len(lines))
        kind = random.random()
        if kind < 0.7:
            lines[place] = damaged(lines[place], random)
        elif kind < 0.8:
            del lines[place]
        elif kind < 0.9:
            lines.insert(random.randrange(len(lines)), lines[place])
        else:
            other = random.randrange(len(lines))
            lines[place], lines[other] = lines[other], lines[place]
    if random.random() < 0.5:
        lines = [renumbered(line, number) for number, line in enumerate(lines)]
    return whole(Files(files.archive, lines))


def damaged(line: bytes, random: Random) -> bytes:
    """Something of an entry is another; what is none any more gets one more sign."""
    try:
        value = mutate(json.loads(line), random)
    except ValueError:
        return line + bytes([random.randrange(32, 127)])
    return value if isinstance(value, bytes) else canonical(value)


def renumbered(line: bytes, number: int) -> bytes:
    try:
        value = json.loads(line)
        return canonical(value | {"index": number})
    except (ValueError, TypeError):
        return line


@given(moment=st.sampled_from(sorted(MOMENTS)), seed=SEEDS)
@example(moment="tallied", seed=2951)  # the same entry twice, the first time it is no JSON any more
def test_journals_changed_by_the_server(moment: str, seed: int) -> None:
    makers, verifiers = both(changed(MOMENTS[moment], Random(seed)))
    assert makers == verifiers


@given(seed=SEEDS)
def test_journals_made_again_by_whoever_holds_the_secrets(seed: int) -> None:
    random = Random(seed)
    number = random.randrange(18)
    place = random.choice((f"body {number}", f"entry {number}", f"board {number}", "result evote"))
    record = made_again(place, random)
    assume(record is not None)
    assert record is not None
    makers, verifiers = both(record)
    assert makers == verifiers, place


def made_again(place: str, random: Random) -> Record | None:
    def touch(value: Json) -> Json:
        return mutate(value, random)

    try:
        return whole(served({place: touch}))
    except (ArithmeticError, LookupError, TypeError, ValueError, RuntimeError, AttributeError):
        return None


@given(seed=SEEDS)
def test_checkpoints_changed_at_random(seed: int) -> None:
    random, record = Random(seed), whole(OPEN)
    name = random.choice((BOARD, ENTRIES))
    data = bytearray(record[name])
    place = random.randrange(len(data))
    data[place : place + random.choice((0, 1))] = bytes([random.choice(b"\n +=A0\xe2\x85\t")])
    makers, verifiers = both(record | {name: bytes(data)})
    assert makers == verifiers
