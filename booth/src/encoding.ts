// SPDX-License-Identifier: AGPL-3.0-or-later
/** Digests, base 64, base 58 and hexadecimal: docs/protocol.md §2.3 and §2.4. */

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedError } from "./errors.ts";

export const BASE58_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

const BASE64_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DIGEST_BYTES = 32;
const DIGEST_CHARACTERS = 43;

/** Return the UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Return lower-case hexadecimal digits, two a byte. */
export function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return the big-endian integer that these bytes write. */
export function bigEndian(data: Uint8Array): bigint {
  return BigInt(`0x0${hex(data)}`);
}

/** Return SHA-256 as 64 lower-case hexadecimal digits, a *hash*: §2.3. */
export function sha256Hex(data: Uint8Array): string {
  return hex(sha256(data));
}

/** Return SHA-256 in base 64 without padding, 43 characters: §2.3. */
export function sha256Base64(data: Uint8Array): string {
  return encodeBase64Digest(sha256(data));
}

/** Read 43 characters of base 64 as a digest; only the one form of each is read: §2.3. */
export function decodeBase64Digest(text: string): Uint8Array {
  const values = Array.from(text, (character) => BASE64_ALPHABET.indexOf(character));
  if (values.length !== DIGEST_CHARACTERS || values.includes(-1)) {
    throw new MalformedError("a digest is not 43 characters of base 64", "2.3");
  }
  const number = values.reduce((sum, value) => (sum << 6n) | BigInt(value), 0n);
  const digest = new Uint8Array(DIGEST_BYTES);
  for (let place = 0; place < DIGEST_BYTES; place += 1) {
    digest[place] = Number((number >> BigInt(250 - 8 * place)) & 255n);
  }
  if (encodeBase64Digest(digest) !== text) {
    throw new MalformedError("a digest is not in its only form", "2.3");
  }
  return digest;
}

/** Tell whether a text is a uuid of ours, 14 to 22 base-58 characters: §2.4. */
export function isUuid(text: string): boolean {
  return /^[1-9A-HJ-NP-Za-km-z]{14,22}$/.test(text);
}

function encodeBase64Digest(digest: Uint8Array): string {
  // 256 bits and two zero bits: 43 characters of six.
  const number = bigEndian(digest) << 2n;
  return Array.from(
    { length: DIGEST_CHARACTERS },
    (_, place) => BASE64_ALPHABET[Number((number >> BigInt(252 - 6 * place)) & 63n)],
  ).join("");
}
