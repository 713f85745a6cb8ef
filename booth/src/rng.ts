// SPDX-License-Identifier: AGPL-3.0-or-later
/** Where random bytes come from: always an argument, by default the browser (docs/protocol.md §2.5). */

import { NoRandomness } from "./errors.ts";

/** Called with n, returns n bytes that nobody can predict. */
export type Rng = (count: number) => Uint8Array;

/** Refuse a browser without a generator for secrets. There is no other source. */
export function requireRandomness(): void {
  if (typeof globalThis.crypto?.getRandomValues !== "function") {
    throw new NoRandomness();
  }
}

/** The browser's generator for secrets; NoRandomness where there is none. */
export const systemRng: Rng = (count) => {
  requireRandomness();
  return globalThis.crypto.getRandomValues(new Uint8Array(count));
};
