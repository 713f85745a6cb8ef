// SPDX-License-Identifier: AGPL-3.0-or-later
/** The tree over a log's entries, and the proof that an entry is in it: docs/protocol.md §18.1, §18.5. */

import { sha256 } from "@noble/hashes/sha2.js";
import { hex } from "./encoding.ts";
import { MalformedError, ProofError } from "./errors.ts";
import { concatenate } from "./transcript.ts";

const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;
export const HASH_BYTES = 32;
export const MAX_PROOF_HASHES = 63;

/** Return the hash of one entry: §18.1. */
export function leafHash(data: Uint8Array): Uint8Array {
  return prefixed(LEAF_PREFIX, data);
}

/** Return the hash over two subtrees: §18.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return prefixed(NODE_PREFIX, left, right);
}

/** Check that the leaf stands at this index, from 0, of the tree of this size and root: §18.5.
 *
 * MalformedError: more than 63 hashes, or one that is not 32 bytes. ProofError: it does not.
 */
export function verifyInclusion(
  proof: readonly Uint8Array[],
  leaf: Uint8Array,
  index: number,
  size: number,
  root: Uint8Array,
): void {
  if (hex(rootFrom(proof, leaf, index, size)) !== hex(root)) {
    throw new ProofError("the proof does not lead to the root", "18.5");
  }
}

/** Return how many hashes lead from this index to the root of a tree of this size: §18.5. */
export function proofLength(index: number, size: number): number {
  let [place, left, hashes] = [index, size, 0];
  for (; left > 1; hashes += 1) {
    let half = 1; // the largest power of two below
    while (half * 2 < left) {
      half *= 2;
    }
    [place, left] = place < half ? [place, half] : [place - half, left - half];
  }
  return hashes;
}

/** Return the root to which a proof leads; the errors of `verifyInclusion`. */
export function rootFrom(
  proof: readonly Uint8Array[],
  leaf: Uint8Array,
  index: number,
  size: number,
): Uint8Array {
  requireHashes([leaf, ...proof]);
  if (index >= size) {
    throw new ProofError("the index is not in the tree", "18.5");
  }
  // Sizes go up to 2^53, further than the operators on bits.
  let [f, s, r] = [index, size - 1, leaf];
  for (const p of proof) {
    if (s === 0) {
      throw new ProofError("the proof has too many hashes", "18.5");
    }
    if (isOdd(f) || f === s) {
      r = nodeHash(p, r);
      while (f > 0 && !isOdd(f)) {
        [f, s] = [half(f), half(s)];
      }
    } else {
      r = nodeHash(r, p);
    }
    [f, s] = [half(f), half(s)];
  }
  if (s !== 0) {
    throw new ProofError("the proof has too few hashes", "18.5");
  }
  return r;
}

function requireHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.length > MAX_PROOF_HASHES + 1 || hashes.some((each) => each.length !== HASH_BYTES)) {
    throw new MalformedError("a proof is not up to 63 hashes of 32 bytes", "18.5");
  }
}

function isOdd(number: number): boolean {
  return number % 2 === 1;
}

function half(number: number): number {
  return Math.floor(number / 2);
}

function prefixed(prefix: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(concatenate([Uint8Array.of(prefix), ...parts]));
}
