# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes the vectors beside it from protocol/, the same bytes at every run: see README.md.

python -m tests.vectors.make_vectors
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from protocol.ballot import BallotContext, make_unsigned_ballot, sign_ballot
from protocol.ceremony import Member, Transcript
from protocol.codes import credential_from_code, encode_code, sign_in_number
from protocol.credentials import derive_credential, public_credential
from protocol.encoding import encode_json, sha256_base64, sha256_hex
from protocol.group import IDENTITY, P, Q, Scalar, generator_power
from protocol.opened import export_opened
from protocol.questions import Question
from protocol.randomness import RANDOM_BYTES, draw_randomness
from protocol.secret import Secret
from protocol.transcript import hash_to_scalar, labelled_digest, labelled_scalar
from tally.read_aloud import words_of_transcript
from tests.rng import seeded_rng

HERE = Path(__file__).parent
UUID = "F3LXxMBpCrX1W9"

Case = dict[str, object]

# The points that no decoder may accept, as RFC 8032 writes them, by what is wrong with them.
LOW_ORDER = {
    "order 2": "ec" + "ff" * 30 + "7f",
    "order 4": "00" * 32,
    "order 4, the other sign": "00" * 31 + "80",
    "order 8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order 8, the other sign": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "order 8, another": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "order 8, the other sign of it": (
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"
    ),
    "identity with a sign": "01" + "00" * 30 + "80",
    "identity as p + 1": "ee" + "ff" * 30 + "7f",
    "identity as p + 1 with a sign": "ee" + "ff" * 31,
    "order 2 with a sign": "ec" + "ff" * 31,
    "order 4 as p": "ed" + "ff" * 30 + "7f",
    "order 4 as p, the other sign": "ed" + "ff" * 31,
    "generator plus order 2": "95" + "99" * 31,
    "generator plus order 8": "98519eadf35b995233b51b5cd23e9cc5a28b639b5a4af0ec903cb960d81b7819",
}


def case(name: str, expect: str, **members: object) -> Case:
    """Return one vector: its name, the class of outcome, and what it is about."""
    return {"name": name, "expect": expect, **members}


def elements() -> list[Case]:
    """Return texts of group elements: §4.2. ``identity`` is valid only where that is allowed."""
    two = generator_power(Scalar.from_int(2)).encode()
    valid = [
        case("the generator", "valid", text=generator_power(Scalar.from_int(1)).encode()),
        case("its square", "valid", text=two),
        case("its inverse", "valid", text=generator_power(Scalar.from_int(-1)).encode()),
        case("the identity", "identity", text=IDENTITY.encode()),
    ]
    refused = [
        case(name, "malformed", text=bytes.fromhex(text)[::-1].hex())
        for name, text in LOW_ORDER.items()
    ]
    forms = {
        "capitals": two.upper(),
        "one digit short": two[1:],
        "one digit long": "0" + two,
        "the other order of bytes": bytes.fromhex(two)[::-1].hex(),
        "off the curve": f"{7:064x}",
        "y = p + 3": f"{P + 3:064x}",
        "empty": "",
        "full-width digits": "６" * 62 + "５８",
    }
    return valid + refused + [case(name, "malformed", text=text) for name, text in forms.items()]


def scalars() -> list[Case]:
    """Return texts of scalars: §4.1."""
    valid = [case(text, "valid", text=text) for text in ("0", "1", str(Q - 1))]
    refused = [
        "",
        "-1",
        "+1",
        "01",
        "00",
        " 1",
        "1 ",
        "1_0",
        "1e3",
        "0x1",
        "１",
        str(Q),
        str(Q + 1),
    ]
    return valid + [case(repr(text), "malformed", text=text) for text in refused]


def hashes() -> list[Case]:
    """Return hash inputs and what they give: §2.5 and §3."""
    labelled: list[tuple[str, list[str]]] = [
        ("", []),
        ("evote/v1/test", []),
        ("evote/v1/test", [""]),
        ("evote/v1/test", ["a", "bc"]),
        ("evote/v1/test", ["ab", "c"]),
        ("evote/v1/test", ["École", "0"]),
    ]
    ours = [
        case(
            f"{label!r} of {parts!r}",
            "valid",
            label=label,
            parts=list(parts),
            digest=labelled_digest(label, parts),
            scalar=labelled_scalar(label, parts).encode(),
        )
        for label, parts in labelled
    ]
    texts = ("", "sig|h|A", "décrypt")
    return ours + [
        case(f"text {text!r}", "valid", text=text, scalar=hash_to_scalar(text).encode())
        for text in texts
    ]


def codes() -> list[Case]:
    """Return codes as they may be typed, and what is derived from them: §13."""
    valid = []
    for name, code in (("zero", bytes(16)), ("ones", b"\xff" * 16), ("mixed", bytes(range(16)))):
        credential = credential_from_code(UUID, Secret(code))
        public = public_credential(derive_credential(UUID, credential))
        printed = encode_code(Secret(code)).reveal()
        derived: Case = {
            "code": code.hex(),
            "uuid": UUID,
            "credential": credential.reveal(),
            "public_credential": public.encode(),
            "sign_in_number": sign_in_number(UUID, Secret(code)),
        }
        valid.append(case(name, "valid", typed=printed, **derived))
    mixed = str(valid[-1]["typed"])
    loose = mixed.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    return [
        *valid,
        {**valid[-1], "name": "typed loosely", "typed": loose},
        *_mistyped_codes(mixed),
    ]


def _mistyped_codes(printed: str) -> list[Case]:
    g1, g2, g3, g4, g5 = printed.split("-")
    wrong = {
        "one character": ((g1, g2, g3[:2] + "Z" + g3[3:], g4, g5), [3]),
        "a check character": ((g1, g2, g3, g4[:-1] + ("0" if g4[-1] != "0" else "1"), g5), [4]),
        "a letter that is not there": (("U" + g1[1:], g2, g3, g4, g5), [1]),
        "two groups exchanged": ((g1, g3, g2, g4, g5), [2, 3]),
        "two characters exchanged": ((g1, g2, g3, g4, g5[1] + g5[0] + g5[2:]), [5]),
        "a group one short": ((g1, g2[1:], g3, g4, g5), [2]),
    }
    cases = [
        case(name, "mistyped", typed="-".join(groups), groups=numbers)
        for name, (groups, numbers) in wrong.items()
    ]
    return [
        *cases,
        case("nothing", "malformed", typed=""),
        case("one character short", "malformed", typed=printed.replace("-", "")[1:]),
        case("twice", "malformed", typed=printed + printed),
    ]


FINGERPRINT = sha256_base64(b"the election of the vectors")
STATEMENT = f"{FINGERPRINT}|{generator_power(Scalar.from_int(5)).encode()}"
VOTE = (0, 0, 1)


def randomness() -> list[Case]:
    """Return what ballots are encrypted with: §9.2.

    A broken generator gives the same bytes at every draw, and for all cases but the last.
    """
    return [
        drawn("a ballot"),
        drawn("the same vote, once more", earlier=1),
        drawn("another vote", [(0, 1, 0)]),
        drawn("a second question", [VOTE, (1,)]),
        drawn("another vote in the second question alone", [VOTE, (0,)]),
        drawn("another credential", credential=Q - 1),
        drawn("another election", statement=STATEMENT[::-1]),
        drawn("other random bytes", byte="2b"),
    ]


def drawn(
    name: str,
    votes: Sequence[Sequence[int]] = (VOTE,),
    *,
    credential: int = 5,
    statement: str = STATEMENT,
    earlier: int = 0,
    byte: str = "2a",
) -> Case:
    """Return a ballot's votes and randomness, from a generator that gives one byte alone."""
    x = Scalar.from_int(credential)
    rows = draw_randomness(
        Secret(x), statement, votes, earlier, lambda count: bytes.fromhex(byte) * count
    )
    return case(
        name,
        "valid",
        credential=x.encode(),
        statement=statement,
        votes=votes,
        earlier=earlier,
        random=byte * RANDOM_BYTES,
        randomness=[[r.encode() for r in row] for row in rows],
    )


QUESTION = Question(("Liste A", "Liste B"), True, 1, 1, "Choisissez une liste")


def ballots() -> dict[str, object]:
    """Return an election of one question, a ballot, the same one checked, and damage to it."""
    rng = seeded_rng("vectors")
    context = BallotContext(UUID, FINGERPRINT, generator_power(Scalar.random(rng)), (QUESTION,))
    credential = credential_from_code(UUID, Secret(bytes(range(16))))
    secret = derive_credential(UUID, credential)
    unsigned, opening = make_unsigned_ballot(context, secret, [(0, 0, 1)], rng)
    data = sign_ballot(unsigned, secret, rng).encode().decode()
    return {
        "election": {
            "uuid": UUID,
            "fingerprint": FINGERPRINT,
            "public_key": context.public_key.encode(),
            "questions": [QUESTION.encode()],
        },
        "ballot": data,
        "tracker": unsigned.tracker(),
        "checked_ballot": export_opened(unsigned, opening).decode(),
        "damage": _damage(json.loads(data)),
    }


def _damage(ballot: dict[str, object]) -> list[Case]:
    # Each replaces the first occurrence of a text of the ballot by another.
    signature, answer = ballot["signature"], ballot["answers"]
    scalar = json.dumps(signature).split('"response": "')[1].split('"')[0]
    alpha = json.dumps(answer).split('"alpha": "')[1].split('"')[0]
    changed = str((int(scalar) + 1) % Q)
    replacements = [
        ("malformed", "a space", ':"', ': "'),
        ("malformed", "a member twice", "{", f'{{"election_uuid":"{UUID}",'),
        ("malformed", "no signature", ',"signature"', ',"signed"'),
        ("malformed", "no blank proof", ',"blank_proof"', ',"proof"'),
        ("malformed", "a response plus q", f'"{scalar}"', f'"{int(scalar) + Q}"'),
        ("malformed", "alpha is the identity", alpha, IDENTITY.encode()),
        ("malformed", "alpha has order 4", alpha, "0" * 64),
        ("malformed", "alpha in capitals", alpha, alpha.upper()),
        ("untrue", "a response changed", f'"{scalar}"', f'"{changed}"'),
        ("untrue", "another alpha", alpha, generator_power(Scalar.from_int(2)).encode()),
        ("untrue", "another uuid", UUID, UUID[::-1]),
    ]
    return [case(name, expect, replace=old, by=new) for expect, name, old, new in replacements]


def words() -> list[Case]:
    """Return what people read aloud of a transcript: §17.4. The last part is 0 in place of i."""
    members = tuple(
        Member(name, role)
        for name, role in (
            ("Aïcha Ben Ali", "directrice"),
            ("Bruno Carré", "enseignant"),
            ("Chloé d'Aubigné", "déléguée des parents"),
        )
    )
    cases = []
    for name, threshold in (("two of three", 2), ("three of three", 3)):
        commitments = tuple(labelled_digest("vectors/commitment", [str(i)]) for i in (1, 2, 3))
        trustees = labelled_digest("vectors/trustees", [str(threshold)])
        transcript = Transcript(UUID, threshold, members, commitments, trustees)
        parts = list(transcript.parts(0))
        digest = sha256_hex(encode_json(list(parts)))
        cases.append(
            case(name, "valid", parts=parts, sha256=digest, words=words_of_transcript(transcript))
        )
    return cases


def vectors() -> dict[str, str]:
    """Return the text of every file of vectors, by its name."""
    contents: dict[str, object] = {
        "group.json": {"elements": elements(), "scalars": scalars()},
        "hashes.json": hashes(),
        "codes.json": codes(),
        "randomness.json": randomness(),
        "ballots.json": ballots(),
        "words.json": words(),
    }
    return {
        name: json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        for name, content in contents.items()
    }


if __name__ == "__main__":
    for file_name, text in vectors().items():
        (HERE / file_name).write_text(text, encoding="utf-8")
