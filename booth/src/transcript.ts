// SPDX-License-Identifier: AGPL-3.0-or-later
/** Every hash that becomes a challenge, a nonce or a derived secret: docs/protocol.md §2.5 and §3.
 *
 * Two kinds, never mixed. The texts of Belenios are joined with `|` and `,` as that format fixes
 * them, each part decoded before. Ours carry one label a use and length-prefixed parts.
 */

import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { hex, utf8 } from "./encoding.ts";
import { Scalar } from "./group.ts";

// §3: the first word of each text that Belenios hashes.
export const PROVE_PREFIX = "prove";
export const BLANK_PREFIX = "bproof0";
export const OVERALL_PREFIX = "bproof1";
export const SIGNATURE_PREFIX = "sig";
export const CREDENTIAL_PREFIX = "derive_credential";

// §2.5: our labels, one a use.
export const NONCE_LABEL = "evote/v1/nonce";
export const RANDOMNESS_LABEL = "evote/v1/randomness";
export const CREDENTIAL_LABEL = "evote/v1/credential";
export const SIGN_IN_LABEL = "evote/v1/sign-in";

export type Part = string | Uint8Array;

/** Return SHA-256 of the UTF-8 text, read big-endian, modulo q: §3. */
export function hashToScalar(text: string): Scalar {
  return Scalar.reduce(sha256(utf8(text)));
}

/** Return H512 of label and parts, a scalar: §2.5. */
export function labelledScalar(label: string, parts: readonly Part[]): Scalar {
  return Scalar.reduce(labelledBytes(label, parts));
}

/** Return H256 of label and parts, 64 lower-case hexadecimal digits: §2.5. */
export function labelledDigest(label: string, parts: readonly Part[]): string {
  return hex(sha256(frame(label, parts)));
}

/** Return the 64 bytes of SHA-512 of label and parts: §2.5. */
export function labelledBytes(label: string, parts: readonly Part[]): Uint8Array {
  return sha512(frame(label, parts));
}

function frame(label: string, parts: readonly Part[]): Uint8Array {
  // LP(label) ‖ LP(p1) ‖ … ‖ LP(pk)
  const framed = [label, ...parts].flatMap((part) => {
    const data = typeof part === "string" ? utf8(part) : part;
    return [bigEndianLength(data.length), data];
  });
  return concatenate(framed);
}

function bigEndianLength(length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(4, length); // no text of ours reaches 4 GiB
  return bytes;
}

/** Return the bytes of all parts, one after the other. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const total = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    total.set(part, at);
    at += part.length;
  }
  return total;
}
