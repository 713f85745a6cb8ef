# SPDX-License-Identifier: AGPL-3.0-or-later
"""One ballot: its exact form, its signature, its proofs. docs/protocol.md §9.2 to §9.4.

The form is checked by writing the ballot again from what was read: only the one permitted text, of
the shape that the election demands, comes out the same. Then only are the proofs looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

from audit.arithmetic import (
    NotInGroup,
    element_text,
    is_member,
    product,
    read_scalar,
    unchecked_point,
)
from audit.election import Election, Question
from audit.hashing import sha256_base64
from audit.proofs import (
    Ciphertext,
    Proof,
    holds_ballot_signature,
    holds_blank,
    holds_interval,
    holds_overall_with_blank,
    without,
)
from audit.words import Malformed, Text

MAX_BALLOT = 2**20
MAX_BALLOT_FAULTS = 20
_CIPHERTEXT = '{"alpha":"%s","beta":"%s"}'
_PROOF = '{"challenge":"%s","response":"%s"}'
_BASE64 = re.compile("[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]")  # the last two bits are zero (§2.3)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, of the shape that the question demands (§9.2)."""

    choices: tuple[Ciphertext, ...]
    individual: tuple[tuple[Proof, ...], ...]
    overall: tuple[Proof, ...]
    blank: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot of this election (§9.3); its points are not yet known to be in the group."""

    credential: bytes
    credential_text: str
    answers: tuple[Answer, ...]
    unsigned: bytes
    digest: str
    signature: Proof | None


@dataclass(slots=True)
class BallotFaults:
    """The faults of one ballot, by check: C13 form, C14 signature, C15 proofs."""

    form: list[Text] = field(default_factory=list)
    signature: list[Text] = field(default_factory=list)
    proofs: list[Text] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Form:
    """The one permitted text of a ballot, with ``%s`` in place of each value (§9.3).

    Cut at its quotation marks, that text has each value in a place of its own.
    """

    text: str
    places: itemgetter[Any]
    pieces: int


def _form(text: str) -> Form:
    pieces = text.split('"')
    values = [place for place, piece in enumerate(pieces) if piece == "%s"]
    return Form(text, itemgetter(*values), len(pieces))


@lru_cache(maxsize=1)
def _forms(election: Election) -> tuple[Form, Form] | None:
    """What a ballot of this election looks like before it is signed, and after (§9.3).

    None for an election whose ballots would all be larger than is permitted.
    """
    if sum(q.choices + q.overall_branches for q in election.questions) > MAX_BALLOT // 32:
        return None
    answers = ",".join(_answer_text(question) for question in election.questions)
    head = (
        f'{{"election_uuid":"{election.uuid}","election_hash":"{election.fingerprint}"'
        f',"credential":"%s","answers":[{answers}]'
    )
    return _form(f"{head}}}"), _form(f'{head},"signature":{{"hash":"%s","proof":{_PROOF}}}}}')


def _answer_text(question: Question) -> str:
    """An answer to this question, with ``%s`` in place of each value (§9.2)."""
    individual = _array(_array(_PROOF, 2), question.choices)
    overall = _array(_PROOF, question.overall_branches)
    blank = f',"blank_proof":{_array(_PROOF, 2)}' if question.blank else ""
    return (
        f'{{"choices":{_array(_CIPHERTEXT, question.choices)},"individual_proofs":{individual}'
        f',"overall_proof":{overall}{blank}}}'
    )


def _array(item: str, length: int) -> str:
    return f"[{','.join([item] * length)}]"


def decode_ballot(data: bytes, election: Election) -> Ballot:
    """The ballot whose one permitted text these bytes are (§9.3), its signature there or not.

    Raises:
        Malformed: not the form that this election demands, or not the canonical writing of it.
    """
    forms = _forms(election)
    if forms is None or len(data) > MAX_BALLOT:
        raise _refuse("plus de 1 Mio", "over 1 MiB")
    text = data.decode("latin-1")
    pieces = text.split('"')
    unsigned, signed = forms
    form = signed if len(pieces) == signed.pieces else unsigned
    if len(pieces) != form.pieces:
        raise _other_text(data, election)
    values = form.places(pieces)
    if form.text % values != text:
        raise _other_text(data, election)
    rest = iter(values)
    credential_text = next(rest)
    credential = unchecked_point(credential_text)
    answers = tuple(_answer(rest, question) for question in election.questions)
    if form is unsigned:
        return Ballot(credential, credential_text, answers, data, "", None)
    digest = next(rest)
    if not _BASE64.fullmatch(digest):
        raise _refuse("une empreinte mal formée", "a malformed hash")
    before = unsigned.text % values[:-3]
    return Ballot(
        credential, credential_text, answers, before.encode(), digest, _proofs(rest, 1)[0]
    )


def _answer(values: Iterator[str], question: Question) -> Answer:
    """The next answer, its values in the order in which they are written (§9.2)."""
    return Answer(
        choices=tuple(_choice(next(values), next(values)) for _ in range(question.choices)),
        individual=tuple(_proofs(values, 2) for _ in range(question.choices)),
        overall=_proofs(values, question.overall_branches),
        blank=_proofs(values, 2) if question.blank else (),
    )


def _choice(alpha: str, beta: str) -> Ciphertext:
    return Ciphertext(unchecked_point(alpha), unchecked_point(beta), f"{alpha},{beta}")


def _proofs(values: Iterator[str], length: int) -> tuple[Proof, ...]:
    return tuple(
        [Proof(read_scalar(next(values)), read_scalar(next(values))) for _ in range(length)]
    )


def _refuse(fr: str, en: str) -> Malformed:
    return Malformed(f"{fr} (§9.3)", f"{en} (§9.3)")


def _other_text(data: bytes, election: Election) -> Malformed:
    """Why these bytes are not what writing the ballot gives."""
    try:
        value = json.loads(data)
        named = (value["election_uuid"], value["election_hash"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return _refuse("ce n'est pas la forme d'un bulletin", "not the form of a ballot")
    if named != (election.uuid, election.fingerprint):
        return _refuse("c'est le bulletin d'une autre élection", "a ballot of another election")
    return _refuse(
        "ce n'est pas l'unique écriture permise de ce que demande l'élection",
        "not the one permitted writing of what the election demands",
    )


def verify_ballot(ballot: Ballot, election: Election) -> BallotFaults:
    """Every fault of a ballot of the right form: membership, signature, proofs (§9.4, §6)."""
    faults = BallotFaults()
    try:
        _verify_signature(ballot, faults)
        pairs = zip(election.questions, ballot.answers, strict=True)
        for number, (question, answer) in enumerate(pairs, 1):
            for fault in answer_faults(election, ballot.credential_text, question, answer):
                place = Text(f"question {number}", f"question {number}")
                faults.proofs.append(fault.at(place))
    except NotInGroup as refusal:
        return BallotFaults(form=_outsiders(ballot) or [refusal.text])
    del faults.proofs[MAX_BALLOT_FAULTS:]
    return faults


def _verify_signature(ballot: Ballot, faults: BallotFaults) -> None:
    """The hash h recomputed, A = g^s C^c (§9.4)."""
    digest = sha256_base64(ballot.unsigned)
    proof = ballot.signature
    held = proof is not None and holds_ballot_signature(ballot.credential, digest, proof)
    if digest != ballot.digest or not held:
        text = Text("la signature ne tient pas (§9.4)", "the signature does not hold (§9.4)")
        faults.signature.append(text)


def answer_faults(
    election: Election, credential: str, question: Question, answer: Answer
) -> list[Text]:
    """The proofs of one answer that do not hold (§6.2 to §6.4)."""
    key, faults = election.key, []
    S0 = f"{election.fingerprint}|{credential}"
    S = f"{S0}|{','.join(choice.text for choice in answer.choices)}"
    betas = [without(choice.beta, 0, 1) for choice in answer.choices]
    for number, choice in enumerate(answer.choices):
        if not holds_interval(key, S0, choice, betas[number], answer.individual[number]):
            faults.append(
                Text(f"choix {number} : preuve fausse (§6.2)", f"choice {number}: proof (§6.2)")
            )
    first = 1 if question.blank else 0
    total = _product(answer.choices[first:])
    sums = without(total.beta, question.low, question.high)
    if not question.blank:
        if not holds_interval(key, S, total, sums, answer.overall):
            faults.append(Text("preuve d'ensemble fausse (§6.2)", "overall proof fails (§6.2)"))
        return faults
    blank = answer.choices[0]
    if not holds_blank(key, S, blank, total, answer.blank):
        faults.append(Text("preuve du blanc fausse (§6.3)", "blank proof fails (§6.3)"))
    is_blank = (blank.alpha, betas[0][1])  # whose β / g is that of the first choice's own proof
    if not holds_overall_with_blank(key, S, is_blank, (total.alpha, sums), answer.overall):
        faults.append(Text("preuve d'ensemble fausse (§6.4)", "overall proof fails (§6.4)"))
    return faults


def _product(choices: tuple[Ciphertext, ...]) -> Ciphertext:
    alpha = product(choice.alpha for choice in choices)
    beta = product(choice.beta for choice in choices)
    return Ciphertext(alpha, beta, f"{element_text(alpha)},{element_text(beta)}")


def _outsiders(ballot: Ballot) -> list[Text]:
    """Which points of a ballot are not in the group (§4.2)."""
    faults = []
    if not is_member(ballot.credential):
        faults.append(
            Text("la clé n'est pas dans le groupe (§4.2)", "credential not in the group (§4.2)")
        )
    for number, answer in enumerate(ballot.answers, 1):
        for place, choice in enumerate(answer.choices):
            if not (is_member(choice.alpha) and is_member(choice.beta)):
                faults.append(
                    Text(
                        f"question {number}, choix {place} : hors du groupe (§4.2)",
                        f"question {number}, choice {place}: not in the group (§4.2)",
                    )
                )
    return faults[:MAX_BALLOT_FAULTS]
