// SPDX-License-Identifier: AGPL-3.0-or-later
/** The short form of a ballot's hash that the voter notes: docs/protocol.md §9.5. */

import { encodeCrockford, valueOf } from "./crockford.ts";
import { decodeBase64Digest, fromHex } from "./encoding.ts";

const TRACKER_BYTES = 10;

/** Return the first 80 bits of `signature.hash`, in four groups of four characters: §9.5. */
export function trackerOf(ballotHash: string): string {
  return trackerText(decodeBase64Digest(ballotHash).slice(0, TRACKER_BYTES));
}

/** Return 80 bits as a tracker is written: §9.5. */
export function trackerText(bits: Uint8Array): string {
  const text = encodeCrockford(bits);
  return [0, 4, 8, 12].map((start) => text.slice(start, start + 4)).join("-");
}

/** Return the 80 bits of a tracker in its one form. */
export function trackerBytes(tracker: string): Uint8Array {
  const values = Array.from(tracker.replace(/-/g, ""), (each) => BigInt(valueOf(each)));
  const bits = values.reduce((sum, value) => sum * 32n + value, 0n);
  return fromHex(bits.toString(16).padStart(2 * TRACKER_BYTES, "0"));
}
