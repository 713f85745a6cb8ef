// SPDX-License-Identifier: AGPL-3.0-or-later
/** Ballots: those of the vectors, and what becomes of them when anything is changed. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ballotHash, decodeBallot, encodeBallot, verifyBallot } from "../src/ballot.ts";
import type { BallotContext } from "../src/ballot.ts";
import { utf8 } from "../src/encoding.ts";
import { MalformedError, ProofError, ProtocolError } from "../src/errors.ts";
import { Element, Scalar, generatorPower } from "../src/group.ts";
import { decodeJson } from "../src/json.ts";
import { makeAnswer, verifyAnswer } from "../src/answer.ts";
import { decodeChecked, verifyOpened } from "../src/opened.ts";
import { checkVote, decodeQuestion } from "../src/questions.ts";
import type { Question } from "../src/questions.ts";
import { trackerOf } from "../src/tracker.ts";
import { at, readVectors, seededRng, textOf } from "./vectors.ts";
import type { BallotVectors } from "./vectors.ts";

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

  test("is refused with any one scalar changed", () => {
    const scalars = [...vectors.ballot.matchAll(/(?:challenge|response)":"([0-9]+)/g)];
    assert.equal(scalars.length, 2 * (3 * 2 + 2 + 2 + 1));
    for (const found of scalars) {
      const start = found.index + found[0].length - at(found, 1).length;
      const changed = Scalar.decode(at(found, 1)).plus(Scalar.of(1)).encode();
      const end = start + at(found, 1).length;
      const damaged = vectors.ballot.slice(0, start) + changed + vectors.ballot.slice(end);
      assert.throws(() => verify(damaged), ProofError);
    }
  });

  test("is refused with any one element changed", () => {
    const stranger = generatorPower(Scalar.of(11)).encode();
    for (const found of vectors.ballot.matchAll(/":"([0-9a-f]{64})"/g)) {
      const damaged = vectors.ballot.replace(at(found, 1), stranger);
      assert.throws(() => verify(damaged), ProofError);
    }
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
    ];
    for (const text of untrue) {
      assert.notEqual(text, checked);
      assert.throws(() => verifyOpened(decodeChecked(utf8(text), questions), context), ProofError);
    }
    const signed = checked.replace(/"ballot":\{.*\},"choices"/, `"ballot":${vectors.ballot},"choices"`);
    assert.throws(() => decodeChecked(utf8(signed), questions), MalformedError);
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
      const { answer } = makeAnswer("s0", y, question, vote, seededRng(kind));
      verifyAnswer("s0", y, question, answer);
      assert.throws(() => verifyAnswer("s1", y, question, answer), ProofError);
    });
  }

  test("is not made of a vote that is not permitted", () => {
    const question = { ...base, blank: true, minimum: 1, maximum: 1 };
    const votes = [[0, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 2, 0, 0], [0, -1, 1, 1], [0, 1, 0]];
    for (const vote of votes) {
      assert.throws(() => checkVote(question, vote), ProtocolError);
      assert.throws(() => makeAnswer("s0", y, question, vote, seededRng("no")), ProtocolError);
    }
  });
});
