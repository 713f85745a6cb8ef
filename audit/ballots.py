# SPDX-License-Identifier: AGPL-3.0-or-later
"""One ballot: its exact form, its signature, its proofs. docs/protocol.md §9.2 to §9.4.

The form is checked by writing the ballot again from what was read: only the one permitted text, of
the shape that the election demands, comes out the same. Then only are the proofs looked at.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from audit.arithmetic import NotInGroup, element_text, is_member, product, unchecked_point
from audit.election import Election, Question
from audit.hashing import sha256_base64
from audit.proofs import (
    Ciphertext,
    Proof,
    decode_proof,
    holds_ballot_signature,
    holds_blank,
    holds_interval,
    holds_overall_with_blank,
)
from audit.strict_json import read_list
from audit.words import Malformed, Text

MAX_BALLOT = 2**20
MAX_BALLOT_FAULTS = 20
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


def _refuse(fr: str, en: str) -> Malformed:
    return Malformed(f"{fr} (§9.3)", f"{en} (§9.3)")


def _proofs(value: Any, length: int) -> tuple[tuple[Proof, ...], str]:  # noqa: ANN401
    """Exactly ``length`` proofs, and their canonical text."""
    items = read_list(value, "proofs", length)
    proofs = tuple(decode_proof(item) for item in items)
    texts = [f'{{"challenge":"{p.challenge}","response":"{p.response}"}}' for p in proofs]
    return proofs, f"[{','.join(texts)}]"


def _choice(value: Any) -> Ciphertext:  # noqa: ANN401
    alpha, beta = unchecked_point(value["alpha"]), unchecked_point(value["beta"])
    return Ciphertext(alpha, beta, f"{value['alpha']},{value['beta']}")


def _answer(value: Any, question: Question) -> tuple[Answer, str]:  # noqa: ANN401
    """One answer and its canonical text (§9.2)."""
    items = read_list(value["choices"], "choices", question.choices)
    choices = tuple(_choice(item) for item in items)
    pairs = read_list(value["individual_proofs"], "individual_proofs", question.choices)
    individual = [_proofs(pair, 2) for pair in pairs]
    overall, overall_text = _proofs(value["overall_proof"], question.overall_branches)
    texts = [f'{{"alpha":"{c.text[:64]}","beta":"{c.text[65:]}"}}' for c in choices]
    written = f'{{"choices":[{",".join(texts)}]'
    written += f',"individual_proofs":[{",".join(text for _, text in individual)}]'
    written += f',"overall_proof":{overall_text}'
    blank: tuple[Proof, ...] = ()
    if question.blank:
        blank, blank_text = _proofs(value["blank_proof"], 2)
        written += f',"blank_proof":{blank_text}'
    proofs = tuple(pair for pair, _ in individual)
    return Answer(choices, proofs, overall, blank), written + "}"


def decode_ballot(data: bytes, election: Election) -> Ballot:
    """The ballot whose one permitted text these bytes are (§9.3), its signature there or not.

    Raises:
        Malformed: not the form that this election demands, or not the canonical writing of it.
    """
    if len(data) > MAX_BALLOT:
        raise _refuse("plus de 1 Mio", "over 1 MiB")
    try:
        value = json.loads(data)
        credential_text = value["credential"]
        credential = unchecked_point(credential_text)
        answers = read_list(value["answers"], "answers", len(election.questions))
        decoded = [_answer(a, q) for a, q in zip(answers, election.questions, strict=True)]
        signature = value.get("signature", {"hash": "", "proof": None})
        proof = decode_proof(signature["proof"]) if "signature" in value else None
        digest = signature["hash"]
        if proof and not _BASE64.fullmatch(digest):
            raise _refuse("une empreinte mal formée", "a malformed hash")
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _refuse("ce n'est pas la forme d'un bulletin", "not the form of a ballot") from None
    written = (
        f'{{"election_uuid":"{election.uuid}","election_hash":"{election.fingerprint}"'
        f',"credential":"{credential_text}","answers":[{",".join(text for _, text in decoded)}]'
    )
    unsigned = f"{written}}}".encode()
    whole = unsigned
    if proof:
        scalars = f'{{"challenge":"{proof.challenge}","response":"{proof.response}"}}'
        whole = f'{written},"signature":{{"hash":"{digest}","proof":{scalars}}}}}'.encode()
    if whole != data:
        raise _other_text(value, election)
    return Ballot(
        credential, credential_text, tuple(a for a, _ in decoded), unsigned, digest, proof
    )


def _other_text(value: dict[str, Any], election: Election) -> Malformed:
    """Why writing the ballot again gave other bytes."""
    own = (election.uuid, election.fingerprint)
    if (value.get("election_uuid"), value.get("election_hash")) != own:
        return _refuse("c'est le bulletin d'une autre élection", "a ballot of another election")
    return _refuse("ce n'est pas l'unique écriture permise", "not the one permitted writing")


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
    for number, (choice, proofs) in enumerate(zip(answer.choices, answer.individual, strict=True)):
        if not holds_interval(key, S0, choice, (0, 1), proofs):
            faults.append(
                Text(f"choix {number} : preuve fausse (§6.2)", f"choice {number}: proof (§6.2)")
            )
    bounds = (question.low, question.high)
    if not question.blank:
        if not holds_interval(key, S, _product(answer.choices), bounds, answer.overall):
            faults.append(Text("preuve d'ensemble fausse (§6.2)", "overall proof fails (§6.2)"))
        return faults
    blank, others = answer.choices[0], _product(answer.choices[1:])
    if not holds_blank(key, S, blank, others, answer.blank):
        faults.append(Text("preuve du blanc fausse (§6.3)", "blank proof fails (§6.3)"))
    if not holds_overall_with_blank(key, S, (blank, others), bounds, answer.overall):
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
