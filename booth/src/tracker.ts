// SPDX-License-Identifier: AGPL-3.0-or-later
/** The short form of a ballot's hash that the voter notes: docs/protocol.md §9.5. */

import { encodeCrockford } from "./crockford.ts";
import { decodeBase64Digest } from "./encoding.ts";

const TRACKER_BYTES = 10;

/** Return the first 80 bits of `signature.hash`, in four groups of four characters: §9.5. */
export function trackerOf(ballotHash: string): string {
  const text = encodeCrockford(decodeBase64Digest(ballotHash).slice(0, TRACKER_BYTES));
  return [0, 4, 8, 12].map((start) => text.slice(start, start + 4)).join("-");
}
