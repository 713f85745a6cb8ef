// SPDX-License-Identifier: AGPL-3.0-or-later
/** The vectors shared with the other implementations, and randomness that a test can repeat. */

import { readFileSync } from "node:fs";
import { shake256 } from "@noble/hashes/sha3.js";
import { utf8 } from "../src/encoding.ts";
import type { Rng } from "../src/rng.ts";

/** One vector: its name, the class of outcome, and what it is about. */
export type Case = Readonly<Record<string, string>> & { readonly name: string };

export interface MistypedCase extends Record<string, unknown> {
  readonly groups?: readonly number[];
}

export interface BallotVectors {
  readonly election: {
    readonly uuid: string;
    readonly fingerprint: string;
    readonly public_key: string;
    readonly questions: readonly unknown[];
  };
  readonly ballot: string;
  readonly tracker: string;
  readonly checked_ballot: string;
  readonly damage: readonly Case[];
}

export interface RandomnessCase {
  readonly name: string;
  readonly credential: string;
  readonly statement: string;
  readonly votes: readonly (readonly number[])[];
  readonly earlier: number;
  readonly random: string;
  readonly randomness: readonly (readonly string[])[];
}

export interface BoothVectors {
  readonly election: string;
  readonly credentials: string;
  readonly longest_ballot: number;
  readonly voters: readonly {
    readonly code: string;
    readonly sign_in_number: string;
    readonly public_credential: string;
  }[];
  readonly ballots: readonly {
    readonly voter: number;
    readonly choice: number | "blank";
    readonly seed: string;
    readonly tracker: string;
    readonly cast: string;
    readonly checked: string;
  }[];
}

/** Return the content of one file of tests/vectors. */
export function readVectors<T>(name: string): T {
  const url = new URL(`../../tests/vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf-8")) as T;
}

/** Return the generator of tests/rng.py: its n-th call depends on the seed and on n alone. */
export function seededRng(seed: string): Rng {
  let calls = 0;
  return (count) => {
    calls += 1;
    return shake256(utf8(`${seed}/${calls - 1}`), { dkLen: count });
  };
}

/** Return an item that must be there. */
export function at<T>(items: readonly T[], place: number): T {
  const item = items[place];
  if (item === undefined) {
    throw new Error(`there is no item ${place}`);
  }
  return item;
}

/** Return the text of UTF-8 bytes. */
export function textOf(data: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(data);
}
