// SPDX-License-Identifier: AGPL-3.0-or-later
/** Signatures of RFC 8032, verified as the two other readings of docs/protocol.md §18.3 verify them.
 *
 * Not by the library's own verification, which multiplies by the cofactor even where it is strict:
 * it would take signatures that libsodium refuses.
 */

import { sha512 } from "@noble/hashes/sha2.js";
import { bigEndian, fromHex, hex } from "./encoding.ts";
import { ProofError } from "./errors.ts";
import { Element, Q, Scalar } from "./group.ts";
import { concatenate } from "./transcript.ts";

const SIGNATURE_BYTES = 64;
const HALF = 32;

/** Check a signature: without cofactor, S below q, R not the identity: §18.3; else ProofError. */
export function verifySignature(message: Uint8Array, signature: Uint8Array, key: Element): void {
  const r = signature.slice(0, HALF);
  const s = bigEndian(signature.slice(HALF).reverse());
  const digest = sha512(concatenate([r, rfc8032(key), message]));
  const k = Scalar.reduce(digest.reverse());
  // R = g^S / key^k, and as the very bytes: so R is in its only form, and in the group.
  const commitment = Element.GENERATOR.publicPower(Scalar.of(s)).over(key.publicPower(k));
  const same = hex(rfc8032(commitment)) === hex(r);
  if (
    signature.length !== SIGNATURE_BYTES ||
    s >= Q ||
    !same ||
    commitment.equals(Element.IDENTITY)
  ) {
    throw new ProofError("a signature of a log does not hold", "18.3");
  }
}

/** Return the 32 bytes of RFC 8032, least significant first: §4.2. */
function rfc8032(element: Element): Uint8Array {
  return fromHex(element.encode()).reverse();
}
