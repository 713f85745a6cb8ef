// SPDX-License-Identifier: AGPL-3.0-or-later
/** The server's signed word that a recorded ballot will be published by a time: docs/protocol.md §20.1. */

import { sha256Hex } from "./encoding.ts";
import { MalformedError, ProofError } from "./errors.ts";
import { decodeNote, isName, verifyNote } from "./notes.ts";
import type { VerifierKey } from "./notes.ts";

const HASH = "([0-9a-f]{64})";
const TEN_DIGITS = "([0-9]{10})";
const LINES = new RegExp(
  `^evote/v1/promise\\n(.+)\\nballot ${HASH}\\nevent ${HASH}\\nindex ${TEN_DIGITS}\\nuntil ${TEN_DIGITS}\\n$`,
);

/** A step takes 600 seconds at most, and a promise 300 more and up to a minute: §20.1. */
export const LONGEST_PROMISE_S = 960;
const LONGEST_STEP_S = 600;
const LAST_AFTER_CLOSING_S = 366 * 86_400;

/** What a server promised; hashes in hexadecimal, `until` in seconds since 1970 UTC: §20.1. */
export interface BallotPromise {
  readonly origin: string;
  readonly ballot: string;
  /** The leaf hash of the ballot's event (§18.1). */
  readonly leaf: string;
  readonly index: number;
  readonly until: number;
}

/** Read a promise, and check that the holder of the board's key made it: §20.1.
 *
 * MalformedError: another form. ProofError: of another board, or not truly signed by its key.
 */
export function verifyPromise(data: Uint8Array, key: VerifierKey): BallotPromise {
  const note = decodeNote(data);
  const [, origin = "", ballot = "", leaf = "", index = "", until = ""] = LINES.exec(note.text) ?? [];
  if (!isName(origin) || note.lines.length !== 1) {
    throw new MalformedError("a promise is not six lines and one signature", "20.1");
  }
  if (origin !== key.name) {
    throw new ProofError("a promise is of another board", "20.1");
  }
  verifyNote(note, key);
  return { origin, ballot, leaf, index: Number(index), until: Number(until) };
}

/** Tell whether no server may promise so, whatever the hour, where this closing is sealed: §20.1. */
export function isBeyond(promise: BallotPromise, closesAt: number): boolean {
  return promise.until > closesAt + LAST_AFTER_CLOSING_S;
}

/** Tell whether no server may have promised so by now: §20.1.
 *
 * `clock` is the reader's; `stamp` the last of the board, null where none is known.
 */
export function isTooFar(
  { until }: Pick<BallotPromise, "until">,
  clock: number,
  stamp: number | null,
): boolean {
  return until > LONGEST_PROMISE_S + Math.max(clock, (stamp ?? 0) + LONGEST_STEP_S);
}

/** Check that this ballot, by its exact bytes, is the one promised: §20.1; else ProofError. */
export function requirePromised(promise: BallotPromise, ballot: Uint8Array): void {
  if (promise.ballot !== sha256Hex(ballot)) {
    throw new ProofError("the promise is of another ballot", "20.1");
  }
}
