// SPDX-License-Identifier: AGPL-3.0-or-later
/** From *recorded* to *published*, for one ballot: what is promised, and whether it is kept: §20.
 *
 * No page, network or clock here. Whatever the server says is checked with the sealed key, and with
 * the ballot's own bytes where they are still at hand: docs/protocol.md §20.1, §20.2.
 */

import { ProofError } from "./errors.ts";
import type { VerifierKey } from "./notes.ts";
import { LONGEST_PROMISE_S, isTooFar, requirePromised, verifyPromise } from "./promises.ts";
import type { BallotPromise } from "./promises.ts";
import {
  decodeReceipt,
  isAhead,
  requireKept,
  requireOfBallot,
  stampedAt,
  verifyReceipt,
} from "./receipts.ts";
import type { Receipt } from "./receipts.ts";

const MARGIN_S = 90;

/** A promise or a stamp of a time that no server may have signed by now, as far as is known: §20.1. */
export class TooFar extends ProofError {}

/** A receipt that holds, but without the one true stamp that a later proof may need: §20.2. */
export class Unstamped extends ProofError {}

/** A ballot that was recorded; `ballot` is null where a later visit has only its tracker. */
export class Publication {
  readonly tracker: string;
  private readonly key: VerifierKey;
  private readonly ballot: Uint8Array | null;
  private promise: BallotPromise | null = null;

  constructor(key: VerifierKey, tracker: string, ballot: Uint8Array | null) {
    this.key = key;
    this.tracker = tracker;
    this.ballot = ballot;
  }

  /** Take the server's promise: §20.1; ProtocolError if it is none for this ballot.
   *
   * TooFar: by `clock`, this device's, and by `stamp`, the last of the board that is known, it is for
   * later than a server may have promised. A clock may be slow: then the last stamp tells.
   */
  takePromise(data: Uint8Array, clock: number, stamp: number | null): void {
    const promise = verifyPromise(data, this.key);
    if (this.ballot !== null) {
      requirePromised(promise, this.ballot);
    }
    if (isTooFar(promise, clock, stamp)) {
      throw new TooFar("the promise is for a time too far away", "20.1");
    }
    this.promise = promise;
  }

  /** Whether there is a promise that could be broken. */
  get isPromised(): boolean {
    return this.promise !== null;
  }

  /** Return a receipt that proves that this ballot was published, as promised; else ProtocolError.
   *
   * Unstamped: it does, but it may not prove it later, if the ballot is taken away. TooFar: nor may
   * this one, stamped for a time to come by `clock` and `last`, the last stamp known, as a promise.
   */
  takeReceipt(data: Uint8Array, clock: number, last: number | null): Receipt {
    const receipt = decodeReceipt(data);
    verifyReceipt(receipt, this.key);
    requireOfBallot(receipt, this.tracker, this.ballot);
    if (this.promise !== null) {
      requireKept(receipt, this.promise);
    }
    const stamp = stampedAt(receipt, this.key);
    if (stamp === null) {
      throw new Unstamped("a receipt has not one true stamp", "20.2");
    }
    if (isAhead(stamp, clock, last)) {
      throw new TooFar("a receipt is stamped for a time to come", "20.2");
    }
    return receipt;
  }

  /** Return in how many seconds the ballot is promised to be published.
   *
   * `now` is the server's time; a parent's own clock may be wrong, and so may the server's. Never
   * more than a server may promise.
   */
  promisedIn(now: number): number {
    const seconds = (this.promise?.until ?? Infinity) - now;
    return Math.max(0, Math.min(seconds, LONGEST_PROMISE_S));
  }

  /** Return after how many seconds a ballot that is still missing is too late. */
  patience(now: number): number {
    return this.promisedIn(now) + MARGIN_S;
  }
}
