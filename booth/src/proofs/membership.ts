// SPDX-License-Identifier: AGPL-3.0-or-later
/** Proof that a ciphertext encrypts one of several values: docs/protocol.md §6.2. */

import { ciphertextText } from "../elgamal.ts";
import type { Ciphertext, Encryption } from "../elgamal.ts";
import { ProofError } from "../errors.ts";
import type { Element } from "../group.ts";
import type { Rng } from "../rng.ts";
import { PROVE_PREFIX } from "../transcript.ts";
import { holdsDisjunction, proveDisjunction } from "./disjunction.ts";
import type { Proof } from "./proof.ts";

/** Prove that the plaintext is one of `values`, without telling which: §6.2.
 *
 * `s` is the text that the proof is bound to, S0 or S of §3; one proof comes out for each value.
 */
export function proveMembership(
  s: string,
  y: Element,
  encryption: Encryption,
  values: readonly number[],
  rng: Rng,
): readonly Proof[] {
  const branches = values.map((value) => ({ encryption, value }));
  return proveDisjunction(prefixOf(s, encryption.ciphertext), y, branches, rng);
}

/** Check that `ciphertext` encrypts one of `values`: §6.2; ProofError if it is not shown. */
export function verifyMembership(
  s: string,
  y: Element,
  ciphertext: Ciphertext,
  values: readonly number[],
  proofs: readonly Proof[],
): void {
  const branches = values.map((value) => ({ ciphertext, value }));
  if (!holdsDisjunction(prefixOf(s, ciphertext), y, branches, proofs)) {
    throw new ProofError("the proof of interval membership does not hold", "6.2");
  }
}

function prefixOf(s: string, ciphertext: Ciphertext): string {
  // prove|S|α,β|
  return `${PROVE_PREFIX}|${s}|${ciphertextText(ciphertext)}|`;
}
