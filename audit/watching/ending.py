# SPDX-License-Identifier: AGPL-3.0-or-later
"""The end of a watch: the whole of what was kept, by the verifier itself."""

from __future__ import annotations

from audit.layout import raised
from audit.outcome import Outcome
from audit.record import CHECKPOINTS, JOURNAL, Record, bounded
from audit.report import first_sentence
from audit.system import open_regular
from audit.verify import Options, Verdict, verify
from audit.watching import sentences
from audit.watching.disk import read_back
from audit.watching.speaking import Speaker
from audit.watching.store import LOOK_AFTER, Store
from audit.watching.watcher import Watcher
from audit.watching.witnessed import Lacking
from audit.words import Malformed, Text, Unreadable, Unsupported, Unusable, count

_WITNESSES = "C32"


def verify_kept(watcher: Watcher, store: Store, speaker: Speaker) -> None:
    """Say what the verifier says of it; an alarm if it is not in order.

    That witnesses are lacking, and nothing else, is an alarm only when they were waited for.

    Raises:
        Unusable: the disk does not give back what was kept, which accuses nobody.
    """
    watcher.keeper.require_whole()
    try:
        with read_back():
            verdict = verify(_record(store), None, Options())
    except Unreadable as refusal:  # it changed while it was read: no server reaches it
        raise Unusable(*refusal.text, LOOK_AFTER) from refusal
    except (Malformed, Unsupported) as refusal:
        watcher.alarms.sound("invalid", sentences.invalid(refusal.text))
        return
    lacking = watcher.witnessed.lacking
    if lacking is not None and _fails_alone(verdict, _WITNESSES):
        _too_few(lacking, watcher, speaker)
        return
    sentence = first_sentence(verdict)
    speaker.event("verified", sentence, valid=verdict.valid)
    if not verdict.valid:
        watcher.alarms.sound("invalid", sentences.invalid(sentence))


def _record(store: Store) -> Record:
    """What was kept, by the names it was given; what else lies in the folder is not looked at."""
    files = {}
    for name in (JOURNAL, *CHECKPOINTS.values()):
        path = store.record / name
        if path.exists():
            with open_regular(path) as file:
                files[name] = bounded(file, name)
    return Record.of(store.path("board"), files)


def _too_few(lacking: Lacking, watcher: Watcher, speaker: Speaker) -> None:
    late = watcher.witnessed.late
    text = _lack_witnesses(lacking.found, lacking.quorum, late=late)
    speaker.event("verified", raised(Text(f"{text.fr}.", f"{text.en}.")), valid=False)
    if late:
        watcher.alarms.sound("unwitnessed", text)


def _lack_witnesses(found: int, quorum: int, *, late: bool) -> Text:
    """The rest is in order; whether they were waited for."""
    who = count(found, "témoin", "witness")
    yet = Text(" encore", " so far") if not late else Text("", "")
    return Text(
        f"le dossier publié n'est{yet.fr} cosigné que par {who.fr}, et l'élection en demande"
        f" {quorum} ; tout le reste du dossier est vérifié et en règle",
        f"the published record is{yet.en} co-signed by {who.en} only, and the election demands"
        f" {quorum}; all the rest of the record is verified and in order",
    )


def _fails_alone(verdict: Verdict, check: str) -> bool:
    """Whether this is the only check that does not pass."""
    good = (Outcome.PASSED, Outcome.NOT_APPLICABLE)
    return all(finding.outcome in good or entry.id == check for entry, finding in verdict.findings)
