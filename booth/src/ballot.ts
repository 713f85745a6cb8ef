// SPDX-License-Identifier: AGPL-3.0-or-later
/** Ballots: made, then cast or checked, and verified: docs/protocol.md §9.3 and §9.4.
 *
 * A ballot is made without signature; the signature is made only when it is cast. One that is
 * checked instead (`opened.ts`) is therefore never one that anybody could cast.
 */

import { decodeAnswer, encodeAnswer, makeAnswer, verifyAnswer } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { publicCredential } from "./credentials.ts";
import { decodeBase64Digest, sha256Base64 } from "./encoding.ts";
import { MalformedError, ProofError, ProtocolError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { Element, generatorPower } from "./group.ts";
import type { Scalar } from "./group.ts";
import { decodeCanonicalJson, encodeJson, members } from "./json.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { nonces } from "./proofs/nonce.ts";
import { claimedCommitment, decodeProof, encodeProof, respond } from "./proofs/proof.ts";
import type { Proof } from "./proofs/proof.ts";
import type { Question, Vote } from "./questions.ts";
import { drawRandomness } from "./randomness.ts";
import type { Rng } from "./rng.ts";
import { Secret } from "./secret.ts";
import { SIGNATURE_PREFIX, hashToScalar } from "./transcript.ts";

const MAX_BALLOT_BYTES = 2 ** 20;

/** What a ballot is made and verified against: uuid, φ, election key, questions: §8.2. */
export interface BallotContext {
  readonly uuid: string;
  readonly fingerprint: string;
  readonly publicKey: Element;
  readonly questions: readonly Question[];
}

/** A ballot before it is cast: §9.3 without `signature`. */
export interface UnsignedBallot {
  readonly uuid: string;
  readonly fingerprint: string;
  readonly credential: Element;
  readonly answers: readonly Answer[];
}

/** A ballot as it is cast: §9.3. `signedHash` is `signature.hash` as it came. */
export interface Ballot {
  readonly unsigned: UnsignedBallot;
  readonly signedHash: string;
  readonly signature: Proof;
}

/** What opens a ballot: for each question the vote and the randomness, choice by choice. */
export interface Opening {
  readonly votes: readonly Vote[];
  readonly randomness: readonly (readonly Scalar[])[];
}

/** Encrypt one vote a question for a voter, with every proof; it signs nothing: §9.2, §9.3.
 *
 * `earlier` is how many ballots this program has made for this credential before.
 */
export function makeUnsignedBallot(
  context: BallotContext,
  credential: Secret<Scalar>,
  votes: readonly Vote[],
  rng: Rng,
  earlier = 0,
): { readonly unsigned: UnsignedBallot; readonly opening: Secret<Opening> } {
  if (votes.length !== context.questions.length) {
    throw new ProtocolError("there is not one vote for each question", "9.3");
  }
  const { uuid, fingerprint } = context;
  const publicKey = publicCredential(credential);
  const s0 = statementOf(fingerprint, publicKey);
  const randomness = drawRandomness(credential, s0, votes, earlier, rng);
  const answers = context.questions.map((question, i) =>
    makeAnswer(s0, context.publicKey, question, votes[i] ?? [], randomness[i] ?? [], rng),
  );
  return {
    unsigned: { uuid, fingerprint, credential: publicKey, answers },
    opening: new Secret({ votes, randomness }),
  };
}

/** Sign a ballot that its voter casts: §9.4; ProtocolError if the secret is another's. */
export function signBallot(
  unsigned: UnsignedBallot,
  credential: Secret<Scalar>,
  rng: Rng,
): Ballot {
  if (!publicCredential(credential).equals(unsigned.credential)) {
    throw new ProtocolError("the secret is of another credential than the ballot", "9.4");
  }
  const x = credential.reveal();
  const signedHash = ballotHash(unsigned);
  const w = nonces(x, [SIGNATURE_PREFIX, signedHash], rng)();
  const challenge = signatureChallenge(signedHash, generatorPower(w));
  return { unsigned, signedHash, signature: respond(w, x, challenge) };
}

/** Check everything that a signed ballot can show by itself: §9.2, §9.3, §9.4. */
export function verifyBallot(ballot: Ballot, context: BallotContext): void {
  const { unsigned, signedHash, signature } = ballot;
  verifyUnsigned(unsigned, context);
  if (signedHash !== ballotHash(unsigned)) {
    throw new ProofError("the hash of a ballot is not that of its content", "9.4");
  }
  const commitment = claimedCommitment(signature, Element.GENERATOR, unsigned.credential);
  if (!signature.challenge.equals(signatureChallenge(signedHash, commitment))) {
    throw new ProofError("the signature of a ballot does not hold", "9.4");
  }
}

/** Check election and proofs of a ballot that need not be signed: §9.2, §9.3. */
export function verifyUnsigned(unsigned: UnsignedBallot, context: BallotContext): void {
  if (unsigned.uuid !== context.uuid || unsigned.fingerprint !== context.fingerprint) {
    throw new ProofError("a ballot is for another election", "9.3");
  }
  const s0 = statementOf(context.fingerprint, unsigned.credential);
  context.questions.forEach((question, i) => {
    const answer = unsigned.answers[i];
    if (answer === undefined) {
      throw new MalformedError("a ballot has not one answer for each question", "9.3");
    }
    verifyAnswer(s0, context.publicKey, question, answer);
  });
}

/** Return the base-64 digest that `signature.hash` repeats: §9.4. */
export function ballotHash(unsigned: UnsignedBallot): string {
  return sha256Base64(encodeJson(unsignedToJson(unsigned)));
}

/** Return the canonical bytes: §9.3. */
export function encodeBallot(ballot: Ballot): Uint8Array {
  const signature = members(
    ["hash", ballot.signedHash],
    ["proof", encodeProof(ballot.signature)],
  );
  const unsigned = unsignedToJson(ballot.unsigned);
  return encodeJson(members(...unsigned, ["signature", signature]));
}

/** Return the object without signature, its members in the order of §9.3. */
export function unsignedToJson(unsigned: UnsignedBallot): JsonObject {
  return members(
    ["election_uuid", unsigned.uuid],
    ["election_hash", unsigned.fingerprint],
    ["credential", unsigned.credential.encode()],
    ["answers", unsigned.answers.map(encodeAnswer)],
  );
}

/** Read the canonical bytes of a ballot with the exact shape of the questions: §9.3. */
export function decodeBallot(data: Uint8Array, questions: readonly Question[]): Ballot {
  if (data.length > MAX_BALLOT_BYTES) {
    throw new MalformedError("a ballot is longer than 1 MiB", "2.1");
  }
  const fields = new Fields(decodeCanonicalJson(data), "ballot", "9.3");
  const unsigned = readUnsigned(fields, questions);
  const signature = fields.object("signature");
  fields.finish();
  const signedHash = signature.text("hash");
  decodeBase64Digest(signedHash);
  const ballot = { unsigned, signedHash, signature: decodeProof(signature.raw("proof")) };
  signature.finish();
  requireSameBytes(encodeBallot(ballot), data);
  return ballot;
}

/** Read a ballot that has no signature and the exact shape of the questions: §9.3. */
export function decodeUnsigned(value: JsonValue, questions: readonly Question[]): UnsignedBallot {
  const fields = new Fields(value, "ballot", "9.3");
  const unsigned = readUnsigned(fields, questions);
  fields.finish();
  return unsigned;
}

/** Refuse a ballot whose members are not in their order: §9.3. */
export function requireSameBytes(written: Uint8Array, data: Uint8Array): void {
  if (written.length !== data.length || written.some((byte, i) => byte !== data[i])) {
    throw new MalformedError("a ballot is not in canonical form", "9.3");
  }
}

function readUnsigned(fields: Fields, questions: readonly Question[]): UnsignedBallot {
  const uuid = fields.text("election_uuid");
  const fingerprint = fields.text("election_hash");
  decodeBase64Digest(fingerprint);
  const credential = Element.decode(fields.raw("credential"));
  const items = fields.items("answers");
  if (items.length !== questions.length) {
    throw new MalformedError("a ballot has not one answer for each question", "9.3");
  }
  const answers = questions.map((question, i) => decodeAnswer(items[i] ?? null, question));
  return { uuid, fingerprint, credential, answers };
}

function statementOf(fingerprint: string, credential: Element): string {
  // S0 = φ|C
  return `${fingerprint}|${credential.encode()}`;
}

function signatureChallenge(hash: string, commitment: Element): Scalar {
  // sig|h|A
  return hashToScalar(`${SIGNATURE_PREFIX}|${hash}|${commitment.encode()}`);
}
