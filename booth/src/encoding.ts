// SPDX-License-Identifier: AGPL-3.0-or-later
/** Digests, base 64, base 58 and hexadecimal: docs/protocol.md §2.3 and §2.4. */

import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedError } from "./errors.ts";

export const BASE58_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

const DIGEST_CHARACTERS = 43;

/** Return the UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Return lower-case hexadecimal digits, two a byte. */
export function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return the bytes that an even number of hexadecimal digits write. */
export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
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

/** Read base 64 with padding; only the one form of each is read: §2.3, §18.3. */
export function decodeBase64(text: string, section = "2.3"): Uint8Array {
  const data = binary(text);
  if (data === null || encodeBase64(data) !== text) {
    throw new MalformedError("a text is not base 64 in its only form", section);
  }
  return data;
}

/** Return base 64 with padding. */
export function encodeBase64(data: Uint8Array): string {
  return btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));
}

/** Read 43 characters of base 64 as a digest; only the one form of each is read: §2.3. */
export function decodeBase64Digest(text: string): Uint8Array {
  if (text.length !== DIGEST_CHARACTERS) {
    throw new MalformedError("a digest is not 43 characters of base 64", "2.3");
  }
  return decodeBase64(`${text}=`);
}

/** Tell whether a text is a uuid of ours, 14 to 22 base-58 characters: §2.4. */
export function isUuid(text: string): boolean {
  return /^[1-9A-HJ-NP-Za-km-z]{14,22}$/.test(text);
}

function encodeBase64Digest(digest: Uint8Array): string {
  return encodeBase64(digest).slice(0, DIGEST_CHARACTERS);
}

/** Return what a text of base 64 writes, null if it is none; `atob` is lenient. */
function binary(text: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
