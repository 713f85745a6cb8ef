// SPDX-License-Identifier: AGPL-3.0-or-later
/** The two proofs of an answer that may be blank: docs/protocol.md §6.3 and §6.4.
 *
 * With m_0 the blank choice and m_Σ the sum of the others: the blank proof shows that m_0 = 0 or
 * m_Σ = 0; the overall proof that m_0 = 1 or m_Σ is one of the values allowed.
 */

import type { Ciphertext, Encryption } from "../elgamal.ts";
import { ProofError } from "../errors.ts";
import type { Element } from "../group.ts";
import type { Rng } from "../rng.ts";
import { BLANK_PREFIX, OVERALL_PREFIX } from "../transcript.ts";
import { holdsDisjunction, proveDisjunction } from "./disjunction.ts";
import type { Proof } from "./proof.ts";

/** The blank choice and the product of the others, opened. */
export interface OpenedSides {
  readonly blank: Encryption;
  readonly total: Encryption;
}

/** The blank choice and the product of the others. */
export interface Sides {
  readonly blank: Ciphertext;
  readonly total: Ciphertext;
}

/** Prove that m_0 = 0 or m_Σ = 0: two proofs, in this order: §6.3. */
export function proveBlank(s: string, y: Element, sides: OpenedSides, rng: Rng): readonly Proof[] {
  const branches = [sides.blank, sides.total].map((encryption) => ({ encryption, value: 0 }));
  return proveDisjunction(blankPrefix(s), y, branches, rng);
}

/** Check that the blank choice or the sum of the others is zero: §6.3. */
export function verifyBlank(
  s: string,
  y: Element,
  sides: Sides,
  proofs: readonly Proof[],
): void {
  const branches = [sides.blank, sides.total].map((ciphertext) => ({ ciphertext, value: 0 }));
  if (!holdsDisjunction(blankPrefix(s), y, branches, proofs)) {
    throw new ProofError("the blank proof does not hold", "6.3");
  }
}

/** Prove that m_0 = 1 or m_Σ is one of `values`: one proof more than values: §6.4. */
export function proveOverall(
  s: string,
  y: Element,
  sides: OpenedSides,
  values: readonly number[],
  rng: Rng,
): readonly Proof[] {
  const branches = [
    { encryption: sides.blank, value: 1 },
    ...values.map((value) => ({ encryption: sides.total, value })),
  ];
  return proveDisjunction(overallPrefix(s), y, branches, rng);
}

/** Check that the answer is blank or its sum is one of `values`: §6.4. */
export function verifyOverall(
  s: string,
  y: Element,
  sides: Sides,
  values: readonly number[],
  proofs: readonly Proof[],
): void {
  const branches = [
    { ciphertext: sides.blank, value: 1 },
    ...values.map((value) => ({ ciphertext: sides.total, value })),
  ];
  if (!holdsDisjunction(overallPrefix(s), y, branches, proofs)) {
    throw new ProofError("the overall proof does not hold", "6.4");
  }
}

function blankPrefix(s: string): string {
  // bproof0|S|
  return `${BLANK_PREFIX}|${s}|`;
}

function overallPrefix(s: string): string {
  // bproof1|S|
  return `${OVERALL_PREFIX}|${s}|`;
}
