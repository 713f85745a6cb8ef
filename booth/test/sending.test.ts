// SPDX-License-Identifier: AGPL-3.0-or-later
/** What leaves the booth, and the work before it, are the same for every choice: §9.6. */

import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { contextOf } from "../src/election.ts";
import { utf8 } from "../src/encoding.ts";
import { Element, Scalar } from "../src/group.ts";
import { systemRng } from "../src/rng.ts";
import { longestBallot, paddingFor } from "../src/sending.ts";
import { openBooth } from "../src/session.ts";
import type { Choice, SealedBallot, Voter } from "../src/session.ts";
import { at, readVectors } from "./vectors.ts";
import type { BoothVectors } from "./vectors.ts";

const vectors = readVectors<BoothVectors>("booth");
const booth = openBooth(utf8(vectors.election));
const context = contextOf(booth.election);
type Spied = Record<string, (...given: unknown[]) => unknown>;
const CHOICES: readonly Choice[] = ["blank", 0, 1, 2];
const COUNTED: readonly (readonly [object, string])[] = [
  ...["times", "over", "power", "publicPower", "encode", "equals"].map(
    (name) => [Element.prototype, name] as const,
  ),
  ...["plus", "minus", "times", "encode", "toBytes"].map((name) => [Scalar.prototype, name] as const),
  ...["of", "reduce", "random"].map((name) => [Scalar, name] as const),
];

/** Return how often each operation of the group, and the generator, was called meanwhile.
 *
 * A power does the same operations of the curve whatever its secret: that is the library's table
 * method (`src/group.ts`), which refuses to be watched.
 */
function operations(rng: { calls: number }, task: () => void): Readonly<Record<string, number>> {
  const before = rng.calls;
  const spies = COUNTED.map(([owner, name]) => mock.method(owner as Spied, name));
  try {
    task();
    const counts = spies.map((spy, i) => [String(i) + at(COUNTED, i)[1], spy.mock.callCount()]);
    return { ...Object.fromEntries(counts), random: rng.calls - before };
  } finally {
    spies.forEach((spy) => spy.mock.restore());
  }
}

/** Return a listed voter, and how often its generator has been asked. */
function countedVoter(): { voter: Voter; rng: { calls: number } } {
  const rng = { calls: 0 };
  const counting = (length: number): Uint8Array => {
    rng.calls += 1;
    return systemRng(length);
  };
  const voter = openBooth(utf8(vectors.election), counting).signIn(at(vectors.voters, 0).code);
  voter.requireListed(utf8(vectors.credentials));
  return { voter, rng };
}

describe("what is sent", () => {
  test("has the longest ballot that the vectors say", () => {
    assert.equal(longestBallot(context), vectors.longest_ballot);
  });

  test("is of one length for every ballot of the vectors, however long its scalars", () => {
    const lengths = new Set(vectors.ballots.map((each) => each.cast.length));
    assert.ok(lengths.size > 1, "ballots by themselves differ in length");
    for (const { cast } of vectors.ballots) {
      const padding = paddingFor(context, "123456", cast);
      assert.match(padding, /^0+$/);
      assert.equal("123456".length + cast.length + padding.length, 32 + vectors.longest_ballot);
    }
  });
});

describe("the work does not tell the choice", () => {
  for (const step of ["encrypt", "cast"] as const) {
    test(`to ${step}: as many operations for each list and for blank`, () => {
      const seen = CHOICES.map((choice) => {
        const { voter, rng } = countedVoter();
        let sealed: SealedBallot | undefined;
        const encrypting = operations(rng, () => void (sealed = voter.encrypt(choice)));
        return step === "encrypt" ? encrypting : operations(rng, () => void sealed?.cast());
      });
      const [first, ...others] = seen;
      assert.ok((first?.["2power"] ?? 0) > 0 && (first?.["random"] ?? 0) > 0);
      for (const other of others) {
        assert.deepEqual(other, first);
      }
    });
  }
});
