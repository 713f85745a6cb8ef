# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes cosigned.json beside it from protocol/, the same bytes at every run: see README.md.

python -m tests.vectors.make_cosigned_vectors
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

from protocol.cosignatures import CosignerKey, cosign, sign_stamped, stamp
from protocol.group import IDENTITY
from protocol.merkle import root
from protocol.note_format import SignatureLine
from protocol.notes import Checkpoint, LogKey, sign_checkpoint, verify_checkpoint
from protocol.secret import Secret
from tests.vectors.make_log_vectors import LOG, LOG_KEY, WITNESS_KEY, WORKED, case

HERE = Path(__file__).parent

Case = dict[str, object]

FIRST = CosignerKey("witness.example.org/w1", Secret(bytes(range(32, 64))))
SECOND = CosignerKey("temoin.exemple.fr/école", Secret(bytes(range(64, 96))))
STRANGER = CosignerKey("stranger.example", Secret(b"s" * 32))
NAMESAKE = CosignerKey(FIRST.name, Secret(b"n" * 32))
WITNESSES = (FIRST, SECOND)
AT = 1_760_083_200
CHECKPOINT = verify_checkpoint(WORKED.encode(), LOG.verifier_key)
OTHER = Checkpoint(LOG.name, 413, CHECKPOINT.root)
LATEST = 2**53 - 1


def _note(*lines: SignatureLine) -> str:
    # The log's own signature, and these lines.
    return sign_checkpoint(CHECKPOINT, LOG).decode() + "".join(each.encode() for each in lines)


def _with(line: SignatureLine, rest: bytes) -> SignatureLine:
    return SignatureLine(line.name, line.key_id, rest)


def _at(line: SignatureLine, at: int) -> SignatureLine:
    return _with(line, at.to_bytes(8, "big") + line.rest[8:])


def _valid() -> Iterator[Case]:
    own, first, second = stamp(CHECKPOINT, AT, LOG), *_lines(AT + 1)
    empty = Checkpoint(LOG.name, 0, root([]))
    cases: dict[str, tuple[str, int | None, dict[str, int]]] = {
        "the worked example": (WORKED, None, {FIRST.name: AT}),
        "signed alone": (_note(), None, {}),
        "stamped": (_note(own), AT, {}),
        "stamped and co-signed": (
            _note(own, first, second),
            AT,
            {FIRST.name: AT + 1, SECOND.name: AT + 1},
        ),
        "in another order": (_note(second, own), AT, {SECOND.name: AT + 1}),
        "at 0": (_note(stamp(CHECKPOINT, 0, LOG)), 0, {}),
        "at the latest": (_note(cosign(CHECKPOINT, LATEST, FIRST)), None, {FIRST.name: LATEST}),
        "an empty log": (sign_stamped(empty, AT, LOG).decode(), AT, {}),
        "a stranger beside": (_note(own, cosign(OTHER, AT, STRANGER)), AT, {}),
        "a stranger twice": (_note(own, *[cosign(CHECKPOINT, AT, STRANGER)] * 2), AT, {}),
        "another name with the ID": (
            _note(SignatureLine("w2", first.key_id, first.rest), first),
            None,
            {FIRST.name: AT + 1},
        ),
        "a namesake with another ID": (
            _note(cosign(OTHER, AT, NAMESAKE), first),
            None,
            {FIRST.name: AT + 1},
        ),
    }
    for name, (text, stamped_at, witnessed_at) in cases.items():
        yield case(name, "valid", text=text, stamped_at=stamped_at, witnessed_at=witnessed_at)


def _lines(at: int) -> tuple[SignatureLine, SignatureLine]:
    return cosign(CHECKPOINT, at, FIRST), cosign(CHECKPOINT, at, SECOND)


def _untrue_lines(
    good: SignatureLine, of_other: SignatureLine, plain: bytes
) -> Iterator[tuple[str, list[SignatureLine]]]:
    # What is wrong with the lines of one key; `plain` is its signature of the text alone.
    later, signature = _at(good, AT + 60), good.rest[8:]
    yield "twice", [good, good]
    yield "twice, once untrue", [good, later]
    yield "of another checkpoint", [of_other]
    yield "with another time", [later]
    yield "with its last bit changed", [_with(good, good.rest[:-1] + bytes([good.rest[-1] ^ 1]))]
    yield "one byte short", [_with(good, good.rest[:-1])]
    yield "one byte long", [_with(good, good.rest + b"\0")]
    yield "a time alone", [_with(good, good.rest[:8])]
    yield "without time", [_with(good, signature)]
    yield "the time in another order of bytes", [_with(good, good.rest[7::-1] + signature)]
    yield "as a log signs, under a time", [_with(good, good.rest[:8] + plain)]
    yield "without signature, zeroes", [_with(good, good.rest[:8] + bytes(64))]


def _untrue() -> Iterator[Case]:
    text = CHECKPOINT.encode().encode()
    keys = {
        "stamp": (stamp(CHECKPOINT, AT, LOG), stamp(OTHER, AT, LOG), LOG.sign(text)),
        "witness": (cosign(CHECKPOINT, AT, SECOND), cosign(OTHER, AT, SECOND), SECOND.sign(text)),
    }
    for what, (good, of_other, plain) in keys.items():
        for damage, lines in _untrue_lines(good, of_other, plain):
            yield case(f"{what} {damage}", "untrue", text=_note(*lines))
    own, first = stamp(CHECKPOINT, AT, LOG), cosign(CHECKPOINT, AT, FIRST)
    for late in (2**53, 2**63):
        line = _at(_signed(f"cosignature/v1\ntime {late}\n"), late)
        yield case(f"signed at {late}", "untrue", text=_note(line))
    yield case("a message without its header", "untrue", text=_note(_signed(f"time {AT}\n")))
    yield case("the time with a leading zero", "untrue", text=_note(_signed_after("0")))
    header = _signed(f"cosignature/v2\ntime {AT}\n")
    yield case("a header of another version", "untrue", text=_note(header))
    yield case("not signed by the log", "untrue", text=CHECKPOINT.encode() + f"\n{own.encode()}")
    swapped = SignatureLine(own.name, own.key_id, first.rest)
    yield case("a stamp that a witness signed", "untrue", text=_note(swapped))


def _signed(before: str) -> SignatureLine:
    # A line of the first witness over another message: `before`, then the three lines.
    good = cosign(CHECKPOINT, AT, FIRST)
    return _with(good, good.rest[:8] + FIRST.sign((before + CHECKPOINT.encode()).encode()))


def _signed_after(zero: str) -> SignatureLine:
    return _signed(f"cosignature/v1\ntime {zero}{AT}\n")


def _malformed() -> Iterator[Case]:
    text = _note(stamp(CHECKPOINT, AT, LOG), *_lines(AT))
    head, lines = text.split("\n\n")
    cases = {
        "33 lines": text + cosign(CHECKPOINT, AT, STRANGER).encode() * 30,
        "a line without its newline": text[:-1],
        "an empty line between": f"{head}\n\n{lines}".replace("\n— witness", "\n\n— witness"),
        "a line of another form": text + "more\n",
        "an extension line": f"{head}\ntime {AT}\n\n{lines}",
    }
    for name, each in cases.items():
        yield case(name, "malformed", text=each)


def witness_keys() -> Iterator[Case]:
    """Yield texts of verifier keys of the type of co-signatures: §18.6."""
    for key in (*WITNESSES, CosignerKey(LOG.name, LOG.seed)):
        name, text = f"of {key.name}", key.verifier_key.encode()
        yield case(name, "valid", text=text, public_key=key.public_key.encode())
    typed = b64decode(WITNESS_KEY.rpartition("+")[2])
    refused = {
        "type of a log": LOG_KEY,
        "type of a log with the key of the witness": LogKey(
            FIRST.name, FIRST.seed
        ).verifier_key.encode(),
        "type 6": _key_text(FIRST.name, b"\x06" + typed[1:]),
        "the ID of a log": WITNESS_KEY.replace("f3c080b6", _log_id()),
        "an ID of another name": WITNESS_KEY.replace("/w1", "/w2"),
        "an ID in capitals": WITNESS_KEY.replace("f3c080b6", "F3C080B6"),
        "one byte short": _key_text(FIRST.name, typed[:-1]),
        "one byte long": _key_text(FIRST.name, typed + b"\0"),
        "the identity": _key_text(FIRST.name, b"\x04" + IDENTITY.to_rfc8032()),
        "a space in the name": _key_text("a witness", typed),
        "no name": _key_text("", typed),
        "nothing": "",
    }
    for name, text in refused.items():
        yield case(name, "malformed", text=text)


def _log_id() -> str:
    return LogKey(FIRST.name, FIRST.seed).verifier_key.key_id.hex()


def _key_text(name: str, typed: bytes) -> str:
    own = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4].hex()
    return f"{name}+{own}+{b64encode(typed).decode()}"


def vectors() -> dict[str, str]:
    """Return the text of every file of vectors, by its name."""
    content = {
        "log_seed": LOG.seed.reveal().hex(),
        "log_key": LOG_KEY,
        "witness_seeds": [each.seed.reveal().hex() for each in WITNESSES],
        "witnesses": [each.verifier_key.encode() for each in WITNESSES],
        "witness_keys": list(witness_keys()),
        "checkpoints": [*_valid(), *_untrue(), *_malformed()],
    }
    return {"cosigned.json": json.dumps(content, indent=1, ensure_ascii=False) + "\n"}


if __name__ == "__main__":
    for file_name, text in vectors().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
