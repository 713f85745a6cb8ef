// SPDX-License-Identifier: AGPL-3.0-or-later
/** A ballot opened instead of cast, so that anybody can recompute it: docs/protocol.md §15. */

import {
  decodeUnsigned,
  requireSameBytes,
  unsignedToJson,
  verifyUnsigned,
} from "./ballot.ts";
import type { BallotContext, Opening, UnsignedBallot } from "./ballot.ts";
import { encrypt } from "./elgamal.ts";
import type { Ciphertext } from "./elgamal.ts";
import { sha256Base64, utf8 } from "./encoding.ts";
import { MalformedError, ProofError, ProtocolError } from "./errors.ts";
import { Fields, asItems } from "./fields.ts";
import { Scalar } from "./group.ts";
import { decodeCanonicalJson, encodeJson, members } from "./json.ts";
import type { JsonValue } from "./json.ts";
import { checkVote } from "./questions.ts";
import type { Question, Vote } from "./questions.ts";
import type { Secret } from "./secret.ts";

/** All of a checked ballot holds but the election's text in it, which a charset may have changed: §15. */
export class CarriesAnother extends ProofError {}

/** A ballot without signature, with the votes and the randomness of its ciphertexts: §15.
 *
 * `election` is the text of the election object, with which the file can be checked alone.
 */
export interface CheckedBallot {
  readonly ballot: UnsignedBallot;
  readonly opening: Opening;
  readonly election?: string;
}

/** Return the file that opens a ballot; from then on the ballot must never be signed: §15. */
export function exportOpened(
  ballot: UnsignedBallot,
  opening: Secret<Opening>,
  election?: string,
): Uint8Array {
  return encodeChecked(withElection({ ballot, opening: opening.reveal() }, election));
}

/** Read the canonical file of a checked ballot; a signed one is refused: §15. */
export function decodeChecked(data: Uint8Array, questions: readonly Question[]): CheckedBallot {
  const fields = new Fields(decodeCanonicalJson(data), "checked ballot", "15");
  fields.integer("evote_checked_ballot", 1, 1);
  const ballot = decodeUnsigned(fields.raw("ballot"), questions);
  const votes = fields.items("choices").map(decodeVote);
  const randomness = fields.items("randomness").map(decodeScalars);
  const election = fields.has("election") ? fields.text("election") : undefined;
  fields.finish();
  if (votes.length !== questions.length || randomness.length !== questions.length) {
    throw new MalformedError("a checked ballot does not open every question", "15");
  }
  const checked = withElection({ ballot, opening: { votes, randomness } }, election);
  requireSameBytes(encodeChecked(checked), data);
  return checked;
}

/** Check that the ballot encrypts exactly the votes it says, and is a proper ballot: §15.
 *
 * What the voter compares is the tracker of `checked.ballot`, with the one noted before.
 * ProofError: a vote is not permitted, a ciphertext is another, or a proof does not hold.
 * CarriesAnother: all of it holds, but the file carries another election.
 */
export function verifyOpened(checked: CheckedBallot, context: BallotContext): void {
  verifyUnsigned(checked.ballot, context);
  context.questions.forEach((question, i) => {
    const vote = checked.opening.votes[i] ?? [];
    requirePermitted(question, vote);
    const randomness = checked.opening.randomness[i] ?? [];
    const choices = checked.ballot.answers[i]?.choices ?? [];
    const recomputed = randomness.map((r, j) => encrypt(context.publicKey, r, vote[j] ?? 0));
    const same = recomputed.every((each, j) => isSame(each.ciphertext, choices[j]));
    if (randomness.length !== choices.length || !same) {
      throw new ProofError(`question ${i + 1} of a checked ballot encrypts another vote`, "15");
    }
  });
  const { election } = checked;
  if (election !== undefined && sha256Base64(utf8(election)) !== context.fingerprint) {
    throw new CarriesAnother("a checked ballot carries another election", "15");
  }
}

function withElection(checked: CheckedBallot, election: string | undefined): CheckedBallot {
  return election === undefined ? checked : { ...checked, election };
}

function encodeChecked(checked: CheckedBallot): Uint8Array {
  const { votes, randomness } = checked.opening;
  const { election } = checked;
  const carried: [string, JsonValue][] = election === undefined ? [] : [["election", election]];
  return encodeJson(
    members(
      ["evote_checked_ballot", 1],
      ["ballot", unsignedToJson(checked.ballot)],
      ["choices", votes],
      ["randomness", randomness.map((row) => row.map((r) => r.encode()))],
      ...carried,
    ),
  );
}

function requirePermitted(question: Question, vote: Vote): void {
  try {
    checkVote(question, vote);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) {
      throw cause;
    }
    throw new ProofError("the vote of a checked ballot is not permitted", "15");
  }
}

function isSame(one: Ciphertext, other: Ciphertext | undefined): boolean {
  return (
    other !== undefined && one.alpha.equals(other.alpha) && one.beta.equals(other.beta)
  );
}

function decodeVote(value: JsonValue): Vote {
  return asItems(value, "a vote of a checked ballot", "15").map((m) => {
    if (typeof m !== "number") {
      throw new MalformedError("a vote of a checked ballot is not made of integers", "15");
    }
    return m;
  });
}

function decodeScalars(value: JsonValue): readonly Scalar[] {
  return asItems(value, "the randomness of a checked ballot", "15").map((r) => Scalar.decode(r));
}
