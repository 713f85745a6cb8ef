# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes notes.json beside it from protocol/, the same bytes at every run: see README.md.

python -m tests.vectors.make_log_vectors
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from pathlib import Path

from protocol.group import IDENTITY
from protocol.merkle import root
from protocol.notes import Checkpoint, LogKey, VerifierKey, sign_checkpoint
from protocol.secret import Secret

HERE = Path(__file__).parent

Case = dict[str, object]

# A worked example: the log's seed is 00..1f, that of its witness 20..3f, cosigned at 1760083200.
LOG = LogKey("vote.example.org/2026/ecole-x", Secret(bytes(range(32))))
WORKED = """vote.example.org/2026/ecole-x
412
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— vote.example.org/2026/ecole-x DQH0oTNMDUOwtnZyKVFgLQ38uLhrhufDg33HPu3Cn8n9DDdWRYpZpIKMCSZk/IG9bJOLLNEQddZmMcAbNyYwTY1GJQU=
— witness.example.org/w1 88CAtgAAAABo6L0A2OyRFrclKjGlbcT0FqBnyeeWLUJRxveop5ktC3ZzKpBPCSjGYZqEauMMyssR1HkFXijcOYTjDO40qbQ4LQxrCg==
"""  # noqa: E501
LOG_KEY = "vote.example.org/2026/ecole-x+0d01f4a1+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
WITNESS_KEY = "witness.example.org/w1+f3c080b6+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"


def case(name: str, expect: str, **members: object) -> Case:
    """Return one vector: its name, the class of outcome, and what it is about."""
    return {"name": name, "expect": expect, **members}


def roots() -> list[Case]:
    """Return the roots over the entries ``entry 0``, ``entry 1``, … for sizes 0 to 20: §18.1."""
    entries = [f"entry {i}".encode() for i in range(20)]
    return [
        case(f"size {size}", "valid", size=size, root=root(entries[:size]).hex())
        for size in range(21)
    ]


def _key_text(name: str, typed: bytes, *, key_id: str | None = None) -> str:
    own = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4].hex()
    return f"{name}+{key_id or own}+{b64encode(typed).decode()}"


def verifier_keys() -> list[Case]:
    """Return texts of verifier keys: §18.2."""
    board = LogKey("ecole.example.org/F3LXxMBpCrX1W9/board", Secret(b"\x07" * 32)).verifier_key
    name, key_id, encoded = LOG_KEY.split("+", 2)
    typed = b64decode(encoded)
    off_curve = b"\x01" + (7).to_bytes(32, "little")
    refused = {
        "type of a witness": WITNESS_KEY,
        "type 2": _key_text(name, b"\x02" + typed[1:]),
        "an ID of another name": LOG_KEY.replace("ecole-x", "ecole-y"),
        "an ID in capitals": f"{name}+{key_id.upper()}+{encoded}",
        "an ID one digit short": f"{name}+{key_id[1:]}+{encoded}",
        "another ID": f"{name}+00000000+{encoded}",
        "no name": _key_text("", typed),
        "a space in the name": _key_text("vote example", typed),
        "a no-break space in the name": _key_text("vote\u00a0example", typed),
        "a control character in the name": _key_text("vote\x01example", typed),
        "a newline at the end": LOG_KEY + "\n",
        "no padding": _key_text(name, typed + b"\x00").replace("=", ""),
        "one byte short": _key_text(name, typed[:-1]),
        "one byte long": _key_text(name, typed + b"\x00"),
        "another alphabet of base 64": LOG_KEY.replace("/zzhC", "_zzhC").replace("+HXDd", "-HXDd"),
        "the identity": _key_text(name, b"\x01" + IDENTITY.to_rfc8032()),
        "order 4": _key_text(name, b"\x01" + bytes(32)),
        "generator plus order 2": _key_text(name, b"\x01\x95" + b"\x99" * 31),
        "off the curve": _key_text(name, off_curve),
        "y = p + 1": _key_text(name, b"\x01\xee" + b"\xff" * 30 + b"\x7f"),
        "two parts": f"{name}+{encoded}",
        "nothing": "",
    }
    valid = [
        case(f"of {each.name}", "valid", text=each.encode(), public_key=each.public_key.encode())
        for each in (VerifierKey.decode(LOG_KEY), board)
    ]
    return valid + [case(what, "malformed", text=text) for what, text in refused.items()]


def checkpoints() -> list[Case]:
    """Return signed checkpoints, all to be verified with the log's key: §18.3."""
    empty = sign_checkpoint(Checkpoint(LOG.name, 0, root([])), LOG).decode()
    text, lines = WORKED.split("\n\n")
    own, witness = lines.splitlines()
    valid = [
        case("the worked example, with a witness", "valid", text=WORKED, size=412),
        case("without witness", "valid", text=f"{text}\n\n{own}\n", size=412),
        case("the witness first", "valid", text=f"{text}\n\n{witness}\n{own}\n", size=412),
        case("an empty log", "valid", text=empty, size=0),
        case("32 signatures", "valid", text=f"{text}\n\n{own}\n" + f"{witness}\n" * 31, size=412),
        case(
            "the name with another ID beside", "valid", text=f"{WORKED}{_other_id(own)}\n", size=412
        ),
    ]
    other = text.replace("ecole-x", "ecole-y")
    malformed = {
        "no newline at the end": WORKED[:-1],
        "an empty line at the end": WORKED + "\n",
        "no empty line": WORKED.replace("\n\n", "\n"),
        "no signature": f"{text}\n\n",
        "an extension line": f"{text}\nmore\n\n{own}\n",
        "an empty line in the text": f"{text}\n\n\n{own}\n",
        "two lines": WORKED.replace("412\n", ""),
        "a leading zero": WORKED.replace("412", "0412"),
        "a sign": WORKED.replace("412", "+412"),
        "no number": WORKED.replace("412", "x"),
        "digits of another alphabet": WORKED.replace("412", "４12"),
        "a size of 2^53": WORKED.replace("412", str(2**53)),
        "a root without padding": WORKED.replace("jxq2I=", "jxq2I"),
        "a root with spare bits": WORKED.replace("jxq2I=", "jxq2J="),
        "a root one byte short": WORKED.replace(text.split("\n")[2], b64encode(bytes(31)).decode()),
        "an empty origin": WORKED.replace(text.split("\n")[0] + "\n", "\n", 1),
        "carriage returns": WORKED.replace("\n", "\r\n"),
        "a control character": WORKED.replace("412", "412\x0b"),
        "a control character in a name": WORKED.replace("/w1", "/w\x851"),
        "a name with a no-break space": WORKED.replace("/w1", "/w\u00a01"),
        "a name with a plus": WORKED.replace("/w1", "/w+1"),
        "no name": WORKED.replace("witness.example.org/w1", ""),
        "a hyphen for the dash": WORKED.replace("— w", "- w"),
        "two spaces": WORKED.replace("/w1 ", "/w1  "),
        "a signature of four bytes": f"{text}\n\n{own}\n— other {b64encode(bytes(4)).decode()}\n",
        "a signature without padding": WORKED.replace("QxrCg==", "QxrCg"),
        "a line of no signature": f"{WORKED}more\n",
        "33 signatures": f"{text}\n\n{own}\n" + f"{witness}\n" * 32,
        "64 KiB and one byte": f"{text}\n\n{own}\n— other {'A' * 65536}\n",
    }
    untrue = {
        "the witness alone": f"{text}\n\n{witness}\n",
        "the log's signature twice": f"{text}\n\n{own}\n{own}\n",
        "the log's line twice, one untrue": f"{WORKED}{_flipped(own)}\n",
        "another size": WORKED.replace("412", "413"),
        "another root": WORKED.replace("CsUY", "DsUY"),
        "another origin": WORKED.replace("ecole-x\n412", "ecole-y\n412"),
        "another origin and name": WORKED.replace("ecole-x", "ecole-y"),
        "another origin, signed by this log": _signed(f"{other}\n", other),
        "another ID": f"{text}\n\n{_other_id(own)}\n",
        "a signature changed": f"{text}\n\n{_flipped(own)}\n",
        "a signature one byte long": f"{text}\n\n{_longer(own)}\n",
        "signed with the empty line": _signed(f"{text}\n\n", text),
        "signed without the last newline": _signed(text, text),
    }
    return [
        *valid,
        *(case(what, "malformed", text=each) for what, each in malformed.items()),
        *(case(what, "untrue", text=each) for what, each in untrue.items()),
    ]


def _line(blob: bytes) -> str:
    return f"— {LOG.name} {b64encode(blob).decode()}"


def _blob(line: str) -> bytes:
    return b64decode(line.rpartition(" ")[2])


def _other_id(line: str) -> str:
    return _line(bytes(4) + _blob(line)[4:])


def _flipped(line: str) -> str:
    blob = _blob(line)
    return _line(blob[:-1] + bytes([blob[-1] ^ 1]))


def _longer(line: str) -> str:
    return _line(_blob(line) + b"\x00")


def _signed(message: str, text: str) -> str:
    blob = LOG.verifier_key.key_id + LOG.sign(message.encode())
    return f"{text}\n\n{_line(blob)}\n"


def vectors() -> dict[str, str]:
    """Return the text of every file of vectors, by its name."""
    contents: dict[str, object] = {
        "notes.json": {
            "entries": "entry i is the ASCII text 'entry i', i in decimal from 0",
            "roots": roots(),
            "log_seed": bytes(range(32)).hex(),
            "log_key": LOG_KEY,
            "verifier_keys": verifier_keys(),
            "checkpoints": checkpoints(),
        },
    }
    return {
        name: json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        for name, content in contents.items()
    }


if __name__ == "__main__":
    for file_name, text in vectors().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
