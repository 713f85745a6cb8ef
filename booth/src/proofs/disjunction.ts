// SPDX-License-Identifier: AGPL-3.0-or-later
/** One of several ciphertexts encrypts the value said: the engine of docs/protocol.md §6.2 to §6.4.
 *
 * A branch claims that (alpha, beta) = (g^r, y^r g^M) for its value M. Exactly one branch is
 * proved in earnest; the others are simulated from random challenges and responses. The text
 * hashed is `prefix` followed by `A0,B0,…,Ak,Bk`; the prefix is the caller's.
 *
 * Whoever encrypted knows r and m, so a simulation needs no power of a ciphertext: with
 * e = response + r·challenge, A = g^e and B = y^e g^((m − M)·challenge). Every base is g or y.
 */

import { smallPower } from "../elgamal.ts";
import type { Ciphertext, Encryption } from "../elgamal.ts";
import { ProtocolError } from "../errors.ts";
import { Element, Scalar, generatorPower } from "../group.ts";
import type { Rng } from "../rng.ts";
import { hashToScalar } from "../transcript.ts";
import { nonces } from "./nonce.ts";
import { claimedCommitment, respond } from "./proof.ts";
import type { Proof } from "./proof.ts";

/** The claim that `ciphertext` encrypts `value`. */
export interface Branch {
  readonly ciphertext: Ciphertext;
  readonly value: number;
}

/** The same claim by whoever made the ciphertext; true or false. */
export interface ProverBranch {
  readonly encryption: Encryption;
  readonly value: number;
}

type Commitments = readonly [a: Element, b: Element];

/** Prove that at least one branch holds, without telling which; ProtocolError if none does. */
export function proveDisjunction(
  prefix: string,
  y: Element,
  branches: readonly ProverBranch[],
  rng: Rng,
): readonly Proof[] {
  const place = branches.findIndex((branch) => branch.encryption.plaintext === branch.value);
  const holding = branches[place];
  if (holding === undefined) {
    throw new ProtocolError("no branch of the statement is true", "6.2");
  }
  const r = holding.encryption.randomness;
  const draw = nonces(r, [prefix, String(place)], rng);
  const w = draw();
  const simulated = branches.map(() => ({ challenge: draw(), response: draw() }));
  const commitments = branches.map((branch, i): Commitments => {
    const proof = simulated[i];
    return i === place || proof === undefined
      ? [generatorPower(w), y.power(w)]
      : simulatedCommitments(y, branch, proof);
  });
  const others = sumOfChallenges(simulated.filter((_, i) => i !== place));
  const proof = respond(w, r, challengeOf(prefix, commitments).minus(others));
  return simulated.map((other, i) => (i === place ? proof : other));
}

/** Tell whether there is one proof a branch and the challenges add up to the hash. */
export function holdsDisjunction(
  prefix: string,
  y: Element,
  branches: readonly Branch[],
  proofs: readonly Proof[],
): boolean {
  if (branches.length !== proofs.length) {
    return false;
  }
  const commitments = branches.flatMap((branch, i) => {
    const proof = proofs[i];
    return proof === undefined ? [] : [claimedCommitments(y, branch, proof)];
  });
  return challengeOf(prefix, commitments).equals(sumOfChallenges(proofs));
}

function claimedCommitments(y: Element, branch: Branch, proof: Proof): Commitments {
  // A = g^response alpha^challenge and B = y^response (beta / g^M)^challenge.
  const shifted = branch.ciphertext.beta.over(smallPower(branch.value));
  return [
    claimedCommitment(proof, Element.GENERATOR, branch.ciphertext.alpha),
    claimedCommitment(proof, y, shifted),
  ];
}

function simulatedCommitments(y: Element, branch: ProverBranch, proof: Proof): Commitments {
  const { randomness, plaintext } = branch.encryption;
  const e = proof.response.plus(randomness.times(proof.challenge));
  const shift = Scalar.of(plaintext - branch.value).times(proof.challenge);
  return [generatorPower(e), y.power(e).times(generatorPower(shift))];
}

function challengeOf(prefix: string, commitments: readonly Commitments[]): Scalar {
  const texts = commitments.flatMap(([a, b]) => [a.encode(), b.encode()]);
  return hashToScalar(prefix + texts.join(","));
}

function sumOfChallenges(proofs: readonly Proof[]): Scalar {
  return proofs.reduce((sum, proof) => sum.plus(proof.challenge), Scalar.of(0));
}
