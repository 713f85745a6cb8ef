// SPDX-License-Identifier: AGPL-3.0-or-later
/** Ballots: those of the vectors, and what becomes of them when anything is changed. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ballotHash,
  decodeBallot,
  decodeUnsigned,
  encodeBallot,
  makeUnsignedBallot,
  signBallot,
  verifyBallot,
  verifyUnsigned,
} from "../src/ballot.ts";
import type { BallotContext } from "../src/ballot.ts";
import { sha256Base64, utf8 } from "../src/encoding.ts";
import { MalformedError, ProofError, ProtocolError } from "../src/errors.ts";
import { Element, Q, Scalar, generatorPower } from "../src/group.ts";
import { makeAnswer, verifyAnswer } from "../src/answer.ts";
import { decodeJson, encodeJson, isObject, members } from "../src/json.ts";
import { decodeChecked, exportOpened, verifyOpened } from "../src/opened.ts";
import { verifyMembership } from "../src/proofs/membership.ts";
import { claimedCommitment } from "../src/proofs/proof.ts";
import { checkVote, decodeQuestion } from "../src/questions.ts";
import type { Question } from "../src/questions.ts";
import { drawRandomness } from "../src/randomness.ts";
import { Secret } from "../src/secret.ts";
import { trackerOf } from "../src/tracker.ts";
import { hashToScalar } from "../src/transcript.ts";
import { at, readVectors, seededRng, textOf } from "./vectors.ts";
import type { BallotVectors, RandomnessCase } from "./vectors.ts";

const vectors = readVectors<BallotVectors>("ballots");
const questions = vectors.election.questions.map((question) =>
  decodeQuestion(decodeJson(utf8(JSON.stringify(question)))),
);
const context: BallotContext = {
  uuid: vectors.election.uuid,
  fingerprint: vectors.election.fingerprint,
  publicKey: Element.decode(vectors.election.public_key),
  questions,
};

function verify(text: string): void {
  verifyBallot(decodeBallot(utf8(text), questions), context);
}

// The ballot without its signature, whose hash would notice every change before the proofs do.
const unsignedText = vectors.ballot.replace(/,"signature":.*\}$/, "}");

function verifyWithoutSignature(text: string): void {
  verifyUnsigned(decodeUnsigned(decodeJson(utf8(text)), questions), context);
}

const oneCiphertext = { alpha: generatorPower(Scalar.of(3)), beta: generatorPower(Scalar.of(4)) };

describe("the ballot of the vectors", () => {
  test("holds, is written the same, and has its tracker", () => {
    const ballot = decodeBallot(utf8(vectors.ballot), questions);
    verifyBallot(ballot, context);
    assert.equal(textOf(encodeBallot(ballot)), vectors.ballot);
    assert.equal(trackerOf(ballotHash(ballot.unsigned)), vectors.tracker);
  });

  for (const { name, expect, replace = "", by = "" } of vectors.damage) {
    test(`with ${name} is ${expect}`, () => {
      const damaged = vectors.ballot.replace(replace, by);
      assert.notEqual(damaged, vectors.ballot);
      assert.throws(() => verify(damaged), expect === "malformed" ? MalformedError : ProofError);
    });
  }

  test("is refused with any one scalar of its proofs changed", () => {
    verifyWithoutSignature(unsignedText);
    const scalars = [...unsignedText.matchAll(/(?:challenge|response)":"([0-9]+)/g)];
    assert.equal(scalars.length, 2 * (3 * 2 + 2 + 2));
    for (const found of scalars) {
      const end = found.index + found[0].length;
      const start = end - at(found, 1).length;
      const changed = Scalar.decode(at(found, 1)).plus(Scalar.of(1)).encode();
      const damaged = unsignedText.slice(0, start) + changed + unsignedText.slice(end);
      assert.throws(() => verifyWithoutSignature(damaged), /proof/);
    }
  });

  test("is refused with any one element changed", () => {
    const stranger = generatorPower(Scalar.of(11)).encode();
    const elements = [...unsignedText.matchAll(/":"([0-9a-f]{64})"/g)];
    assert.equal(elements.length, 1 + 2 * 3);
    for (const found of elements) {
      const damaged = unsignedText.replace(at(found, 1), stranger);
      assert.throws(() => verifyWithoutSignature(damaged), /proof/);
    }
  });

  test("is refused with a part too many or too few, whatever its proofs say", () => {
    const proof = '{"challenge":"1","response":"1"}';
    const damages = [
      unsignedText.replace(/\{"alpha[^}]*\},/, ""),
      unsignedText.replace('"individual_proofs":[[', `"individual_proofs":[[${proof},`),
      unsignedText.replace('"individual_proofs":[', `"individual_proofs":[[${proof},${proof}],`),
      unsignedText.replace('"overall_proof":[', `"overall_proof":[${proof},`),
      unsignedText.replace(/"overall_proof":\[\{[^}]*\},/, '"overall_proof":['),
      unsignedText.replace('"blank_proof":[', `"blank_proof":[${proof},`),
      unsignedText.replace(/,"blank_proof":\[[^\]]*\]/, ""),
      unsignedText.replace('"answers":[', '"answers":[{},'),
      unsignedText.replace(/"answers":\[.*\]/, '"answers":[]'),
    ];
    for (const damaged of damages) {
      assert.notEqual(damaged, unsignedText);
      assert.throws(() => verifyWithoutSignature(damaged), MalformedError);
    }
  });

  test("is not proved by a spare proof that makes the challenges add up", () => {
    const { alpha, beta } = oneCiphertext;
    const chosen = { challenge: Scalar.of(5), response: Scalar.of(6) };
    const a = claimedCommitment(chosen, Element.GENERATOR, alpha).encode();
    const b = claimedCommitment(chosen, context.publicKey, beta).encode();
    const hash = hashToScalar(`prove|s|${alpha.encode()},${beta.encode()}|${a},${b}`);
    const spare = { challenge: hash.minus(chosen.challenge), response: Scalar.of(0) };
    for (const proofs of [[chosen, spare], [chosen], []]) {
      const check = (): void => {
        verifyMembership("s", context.publicKey, oneCiphertext, [0], proofs);
      };
      assert.throws(check, ProofError);
    }
  });

  test("is refused with a member too many, at any place", () => {
    for (const start of ['{"election_uuid', '{"choices', '{"alpha', '{"challenge', '{"hash']) {
      const damaged = vectors.ballot.replace(start, `{"x":1,${start.slice(1)}`);
      assert.notEqual(damaged, vectors.ballot);
      assert.throws(() => decodeBallot(utf8(damaged), questions), /"x" that is not known/);
    }
  });

  test("is of its election: neither the uuid nor the fingerprint may differ", () => {
    const { unsigned } = decodeBallot(utf8(vectors.ballot), questions);
    const other = sha256Base64(utf8("another"));
    for (const changed of [{ uuid: "AnotherElection" }, { fingerprint: other }]) {
      assert.throws(() => verifyUnsigned({ ...unsigned, ...changed }, context), /another election/);
    }
  });

  test("is signed for what it says: another ballot's signature by the same voter is refused", () => {
    const secret = new Secret(Scalar.of(4321));
    const [one, other] = ["one", "other"].map((seed) => {
      const rng = seededRng(seed);
      const { unsigned } = makeUnsignedBallot(context, secret, [[1, 0, 0]], rng);
      return signBallot(unsigned, secret, rng);
    });
    assert.ok(one !== undefined && other !== undefined);
    verifyBallot(one, context);
    assert.throws(
      () => verifyBallot({ ...other, unsigned: one.unsigned }, context),
      /hash of a ballot is not that of its content/,
    );
    assert.throws(
      () => signBallot(one.unsigned, new Secret(Scalar.of(1)), seededRng("x")),
      ProtocolError,
    );
  });

  test("is refused beyond 1 MiB, before it is read", () => {
    const long = utf8(vectors.ballot.padEnd(2 ** 20 + 1, " "));
    assert.throws(() => decodeBallot(long, questions), /longer than 1 MiB/);
  });

  test("is refused with its members in another order, though the JSON is canonical", () => {
    const damaged = vectors.ballot.replace(
      /("election_uuid":"[^"]*"),("election_hash":"[^"]*")/,
      "$2,$1",
    );
    assert.throws(() => verify(damaged), /canonical/);
  });
});

describe("the checked ballot of the vectors (§15)", () => {
  const checked = vectors.checked_ballot;

  test("is what it says", () => {
    verifyOpened(decodeChecked(utf8(checked), questions), context);
  });

  test("is refused with another choice, other randomness, or a signature", () => {
    const untrue = [
      checked.replace('"choices":[[0,0,1]]', '"choices":[[0,1,0]]'),
      checked.replace('"choices":[[0,0,1]]', '"choices":[[0,1,1]]'),
      checked.replace('"choices":[[0,0,1]]', '"choices":[[0,0,1,0]]'),
      checked.replace(/"randomness":\[\["[0-9]+"/, '"randomness":[["5"'),
      checked.replace(/"randomness":\[\["[0-9]+",/, '"randomness":[['),
      checked.replace(/,"[0-9]+"\]\]\}$/, "]]}"),
    ];
    for (const text of untrue) {
      assert.notEqual(text, checked);
      assert.throws(() => verifyOpened(decodeChecked(utf8(text), questions), context), ProofError);
    }
    const signed = checked.replace(/"ballot":\{.*\},"choices"/, `"ballot":${vectors.ballot},"choices"`);
    assert.throws(() => decodeChecked(utf8(signed), questions), MalformedError);
  });
});

describe("the randomness of a ballot (§9.2)", () => {
  for (const vector of readVectors<readonly RandomnessCase[]>("randomness")) {
    test(vector.name, () => {
      const credential = new Secret(Scalar.decode(vector.credential));
      const byte = parseInt(vector.random.slice(0, 2), 16);
      const drawn = drawRandomness(
        credential,
        vector.statement,
        vector.votes,
        vector.earlier,
        (count) => new Uint8Array(count).fill(byte),
      );
      assert.equal(vector.random.length, 128);
      const texts = drawn.map((row) => row.map((r) => r.encode()));
      assert.deepEqual(texts, vector.randomness);
    });
  }
});

describe("a checked ballot by somebody who knows the election's key (§15)", () => {
  // With y = g^2, y^r g = y^(r + 1/2): beta alone does not say what was encrypted.
  const half = Scalar.of((Q + 1n) / 2n);
  const known = { ...context, publicKey: generatorPower(Scalar.of(2)) };
  const secret = new Secret(Scalar.of(7));
  const made = makeUnsignedBallot(known, secret, [[0, 1, 0]], seededRng("known"));

  test("cannot say another choice by other randomness", () => {
    const [r = half, s = half, t = half] = made.opening.reveal().randomness[0] ?? [];
    const lie = { votes: [[0, 0, 1]], randomness: [[r, s.plus(half), t.minus(half)]] };
    const data = exportOpened(made.unsigned, new Secret(lie));
    assert.throws(() => verifyOpened(decodeChecked(data, questions), known), /another vote/);
  });

  test("has its members in one order", () => {
    const value = decodeJson(exportOpened(made.unsigned, made.opening));
    assert.ok(isObject(value));
    const turned = encodeJson(members(...[...value].reverse()));
    assert.throws(() => decodeChecked(turned, questions), /canonical/);
  });
});

describe("an answer to any homomorphic question (§9.2)", () => {
  const y = generatorPower(Scalar.of(99));
  const answers = ["a", "b", "c"];
  const base = { answers, question: "?" };
  const cases: readonly (readonly [Question, readonly number[]])[] = [
    [{ ...base, blank: false, minimum: 1, maximum: 2 }, [1, 1, 0]],
    [{ ...base, blank: false, minimum: 0, maximum: 3 }, [0, 0, 0]],
    [{ ...base, blank: true, minimum: 0, maximum: 2 }, [0, 0, 0, 0]],
    [{ ...base, blank: true, minimum: 2, maximum: 3 }, [0, 1, 1, 1]],
    [{ ...base, blank: true, minimum: 2, maximum: 3 }, [1, 0, 0, 0]],
  ];

  for (const [question, vote] of cases) {
    const kind = `${question.minimum} to ${question.maximum}, blank ${question.blank}`;
    test(`${JSON.stringify(vote)} of ${kind} is proved`, () => {
      const randomness = vote.map((_, i) => Scalar.of(1000 + i));
      const answer = makeAnswer("s0", y, question, vote, randomness, seededRng(kind));
      verifyAnswer("s0", y, question, answer);
      assert.throws(() => verifyAnswer("s1", y, question, answer), ProofError);
    });
  }

  test("is not made of a vote that is not permitted", () => {
    const question = { ...base, blank: true, minimum: 1, maximum: 1 };
    const votes = [[0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 2, 0, 0], [0, -1, 1, 1], [0, 1, 0]];
    for (const vote of votes) {
      assert.throws(() => checkVote(question, vote), ProtocolError);
      const randomness = vote.map((_, i) => Scalar.of(1000 + i));
      const make = (): unknown => makeAnswer("s0", y, question, vote, randomness, seededRng("no"));
      assert.throws(make, ProtocolError);
    }
  });
});
