// SPDX-License-Identifier: AGPL-3.0-or-later
/** How long one parent's ballot takes, step by step.
 *
 * Run in Node by in_node.ts, in a page by bench/booth.py.
 */

import { utf8 } from "../src/encoding.ts";
import { openBooth } from "../src/session.ts";
import type { Voter } from "../src/session.ts";

/** The exact texts of an election and its credentials, and the code of one of its electors. */
export interface Order {
  readonly election: string;
  readonly credentials: string;
  readonly code: string;
  readonly rounds: number;
}

/** Milliseconds; the ballots in the order in which they were made. */
export interface Timings {
  readonly open: number;
  readonly signIn: number;
  readonly tables: readonly number[];
  readonly firstBallot: number;
  readonly ballots: readonly number[];
  readonly casts: readonly number[];
  readonly bytes: number;
}

/** Measure the way of a voter; then `rounds` more ballots of the same voter. */
export function measure(order: Order): Timings {
  const opening = timed(() => openBooth(utf8(order.election)));
  const booth = opening.result;
  const tables = booth.preparations().map((step) => timed(step).milliseconds);
  const signingIn = timed(() => {
    const voter = booth.signIn(order.code);
    voter.requireListed(utf8(order.credentials));
    return voter;
  });
  const first = ballotOf(signingIn.result);
  const later = Array.from({ length: order.rounds }, () => ballotOf(signingIn.result));
  return {
    open: opening.milliseconds,
    signIn: signingIn.milliseconds,
    tables,
    firstBallot: first.encrypt,
    ballots: later.map((each) => each.encrypt),
    casts: later.map((each) => each.cast),
    bytes: first.bytes,
  };
}

function ballotOf(voter: Voter): Readonly<Record<"encrypt" | "cast" | "bytes", number>> {
  const sealed = timed(() => voter.encrypt(0));
  const cast = timed(() => sealed.result.cast());
  const bytes = cast.result.length;
  return { encrypt: sealed.milliseconds, cast: cast.milliseconds, bytes };
}

function timed<T>(action: () => T): { readonly result: T; readonly milliseconds: number } {
  const start = performance.now();
  const result = action();
  return { result, milliseconds: performance.now() - start };
}
