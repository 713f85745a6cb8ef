// SPDX-License-Identifier: AGPL-3.0-or-later
/** One question's encrypted answer and its proofs: docs/protocol.md §9.2. Shape before proofs. */

import {
  ciphertextText,
  combine,
  combineEncryptions,
  decodeCiphertext,
  encodeCiphertext,
  encrypt,
} from "./elgamal.ts";
import type { Ciphertext, Encryption } from "./elgamal.ts";
import { MalformedError } from "./errors.ts";
import { Fields, asItems } from "./fields.ts";
import type { Element, Scalar } from "./group.ts";
import { members } from "./json.ts";
import type { JsonValue } from "./json.ts";
import { proveBlank, proveOverall, verifyBlank, verifyOverall } from "./proofs/blank.ts";
import { proveMembership, verifyMembership } from "./proofs/membership.ts";
import { decodeProofs, encodeProofs } from "./proofs/proof.ts";
import type { Proof } from "./proofs/proof.ts";
import { checkVote, choicesOf, valuesOf } from "./questions.ts";
import type { Question, Vote } from "./questions.ts";
import type { Rng } from "./rng.ts";

/** The choices, a 0/1 proof for each, and the proofs of their sum: §9.2. */
export interface Answer {
  readonly choices: readonly Ciphertext[];
  readonly individualProofs: readonly (readonly Proof[])[];
  readonly overallProof: readonly Proof[];
  readonly blankProof: readonly Proof[] | null;
}

const BITS = [0, 1];

/** Encrypt a permitted vote and prove that it is one: §9.2.
 *
 * `s0` is φ|C, fingerprint and public credential; `randomness` a scalar for each choice, never
 * used before (`randomness.ts`). ProtocolError if the vote is not permitted.
 */
export function makeAnswer(
  s0: string,
  y: Element,
  question: Question,
  vote: Vote,
  randomness: readonly Scalar[],
  rng: Rng,
): Answer {
  checkVote(question, vote);
  const made = randomness.map((r, i) => encrypt(y, r, vote[i] ?? 0));
  const choices = made.map((encryption) => encryption.ciphertext);
  const individualProofs = made.map((each) => proveMembership(s0, y, each, BITS, rng));
  const sum = proveSum(wholeText(s0, choices), y, question, made, rng);
  return { choices, individualProofs, ...sum };
}

function proveSum(
  s: string,
  y: Element,
  question: Question,
  made: readonly Encryption[],
  rng: Rng,
): Pick<Answer, "overallProof" | "blankProof"> {
  const values = valuesOf(question);
  const [blank, ...others] = made;
  if (!question.blank || blank === undefined) {
    const total = combineEncryptions(made);
    return { overallProof: proveMembership(s, y, total, values, rng), blankProof: null };
  }
  const sides = { blank, total: combineEncryptions(others) };
  const overallProof = proveOverall(s, y, sides, values, rng);
  return { overallProof, blankProof: proveBlank(s, y, sides, rng) };
}

/** Check every proof of an answer that has the shape of its question: §9.2; else ProofError. */
export function verifyAnswer(s0: string, y: Element, question: Question, answer: Answer): void {
  answer.choices.forEach((choice, i) => {
    verifyMembership(s0, y, choice, BITS, answer.individualProofs[i] ?? []);
  });
  const s = wholeText(s0, answer.choices);
  const [blank, ...others] = answer.choices;
  if (answer.blankProof === null || blank === undefined) {
    verifyMembership(s, y, combine(answer.choices), valuesOf(question), answer.overallProof);
    return;
  }
  const sides = { blank, total: combine(others) };
  verifyOverall(s, y, sides, valuesOf(question), answer.overallProof);
  verifyBlank(s, y, sides, answer.blankProof);
}

/** Read an answer that has exactly the shape of its question: §9.2. */
export function decodeAnswer(value: JsonValue, question: Question): Answer {
  const fields = new Fields(value, "answer", "9.2");
  const choices = fields.items("choices");
  const individual = fields
    .items("individual_proofs")
    .map((item) => asItems(item, "an individual proof", "9.2"));
  const overall = fields.items("overall_proof");
  const blank = fields.has("blank_proof") ? fields.items("blank_proof") : null;
  fields.finish();
  const lengths = [choices.length, overall.length, blank?.length, ...individual.map((i) => i.length)];
  requireShape(question, lengths);
  return {
    choices: choices.map(decodeCiphertext),
    individualProofs: individual.map(decodeProofs),
    overallProof: decodeProofs(overall),
    blankProof: blank === null ? null : decodeProofs(blank),
  };
}

/** Return the object, its members in the order of §9.2. */
export function encodeAnswer(answer: Answer): JsonValue {
  const blank = answer.blankProof;
  return members(
    ["choices", answer.choices.map(encodeCiphertext)],
    ["individual_proofs", answer.individualProofs.map(encodeProofs)],
    ["overall_proof", encodeProofs(answer.overallProof)],
    ...(blank === null ? [] : [["blank_proof", encodeProofs(blank)] as const]),
  );
}

function requireShape(question: Question, lengths: readonly (number | undefined)[]): void {
  const choices = choicesOf(question);
  const overall = valuesOf(question).length + (question.blank ? 1 : 0);
  const individual = Array.from({ length: choices }, () => 2);
  const expected = [choices, overall, question.blank ? 2 : undefined, ...individual];
  if (lengths.length !== expected.length || lengths.some((n, i) => n !== expected[i])) {
    throw new MalformedError("an answer does not have the shape of its question", "9.2");
  }
}

function wholeText(s0: string, choices: readonly Ciphertext[]): string {
  // S = φ|C|α1,β1,α2,β2,…
  return `${s0}|${choices.map(ciphertextText).join(",")}`;
}
