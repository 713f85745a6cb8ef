// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a booth believes of a promise and of a receipt, and how long it waits: §20. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { utf8 } from "../src/encoding.ts";
import { MalformedError, ProofError } from "../src/errors.ts";
import { Publication, TooFar, Unstamped } from "../src/publication.ts";
import { KEY } from "./logs.ts";
import { BALLOTS, TRACKER, promiseOf, receiptOf, stampOf, stamped } from "./papers.ts";
import { at } from "./vectors.ts";

const INDEX = 5;
const NOW = 1_760_000_000;

/** Whether a receipt is refused for what it says, not for its stamp. */
const untrue = (error: unknown): boolean =>
  error instanceof ProofError && !(error instanceof Unstamped || error instanceof TooFar);

/** A ballot that was recorded; a later visit has no bytes of it. */
function recorded(later = false): Publication {
  return new Publication(KEY, TRACKER, later ? null : at(BALLOTS, INDEX - 1));
}

describe("a ballot that was recorded", () => {
  test("is promised, then published as promised", () => {
    const publication = recorded();
    publication.takePromise(utf8(promiseOf(INDEX)), NOW, null);
    assert.equal(publication.takeReceipt(utf8(stamped(receiptOf(INDEX))), NOW, null).index, INDEX);
  });

  test("is not promised by nothing, nor by the promise of another ballot", () => {
    assert.throws(() => recorded().takePromise(utf8(""), NOW, null), MalformedError);
    assert.throws(() => recorded().takePromise(utf8(promiseOf(INDEX + 1)), NOW, null), ProofError);
  });

  test("is not promised for later than a server may promise, by the device's clock or a stamp", () => {
    recorded().takePromise(utf8(promiseOf(INDEX, {}, NOW + 960)), NOW, null);
    recorded().takePromise(utf8(promiseOf(INDEX, {}, NOW + 1560)), NOW - 7200, NOW);
    for (const [late, stamp] of [[NOW + 961, null], [NOW + 1561, NOW], [9_999_999_999, NOW]] as const) {
      const publication = recorded();
      const promise = utf8(promiseOf(INDEX, {}, late));
      assert.throws(() => publication.takePromise(promise, NOW, stamp), TooFar);
      assert.equal(publication.isPromised, false);
    }
  });

  test("is not promised by the promise of another, however far", () => {
    const far = utf8(promiseOf(INDEX + 1, {}, 9_999_999_999));
    assert.throws(
      () => recorded().takePromise(far, NOW, null),
      (error) => error instanceof ProofError && !(error instanceof TooFar),
    );
  });

  test("is not published by the receipt of another ballot, or of another tracker", () => {
    assert.throws(() => recorded().takeReceipt(utf8(stamped(receiptOf(INDEX + 1))), NOW, null), untrue);
    const other = receiptOf(INDEX, 10, { tracker: "tracker 0123-4567-89AB-CDEG" });
    for (const later of [false, true]) {
      assert.throws(() => recorded(later).takeReceipt(utf8(stamped(other)), NOW, null), untrue);
    }
  });

  test("is not published elsewhere than promised", () => {
    const publication = recorded();
    publication.takePromise(utf8(promiseOf(INDEX, { index: "index 0000000006" })), NOW, null);
    assert.throws(() => publication.takeReceipt(utf8(stamped(receiptOf(INDEX))), NOW, null), untrue);
  });

  test("is published, but not for good, by a receipt without its one true stamp", () => {
    const receipt = receiptOf(INDEX);
    const lines = ["", stampOf(receipt) + stampOf(receipt, NOW + 60), stampOf(receipt, NOW, NOW + 1)];
    for (const later of [false, true]) {
      for (const line of lines) {
        assert.throws(() => recorded(later).takeReceipt(utf8(receipt + line), NOW, null), Unstamped);
      }
    }
  });

  test("is published, but not for good, by a receipt of a time to come, by the clock or a stamp", () => {
    const at = (time: number, clock: number, stamp: number | null, later = false): number =>
      recorded(later).takeReceipt(utf8(stamped(receiptOf(INDEX), time)), clock, stamp).index;
    assert.equal(at(NOW + 960, NOW, null), INDEX);
    assert.equal(at(NOW + 1560, NOW - 7200, NOW), INDEX); // the device's clock is slow
    for (const [time, stamp] of [[NOW + 961, null], [NOW + 1561, NOW], [2 ** 53 - 1, NOW]] as const) {
      for (const later of [false, true]) {
        assert.throws(() => at(time, NOW, stamp, later), TooFar);
      }
    }
    const other = utf8(stamped(receiptOf(INDEX + 1), NOW + 961));
    assert.throws(() => recorded().takeReceipt(other, NOW, null), untrue);
  });

  test("is first of all untrue by a receipt of another ballot, stamped or not", () => {
    assert.throws(() => recorded().takeReceipt(utf8(receiptOf(INDEX + 1)), NOW, null), untrue);
  });

  test("is found by a later visit, that has its tracker alone", () => {
    assert.equal(recorded(true).takeReceipt(utf8(stamped(receiptOf(INDEX))), NOW, null).index, INDEX);
  });
});

describe("how long a booth waits", () => {
  const waiting = (until: number, now = NOW): Publication => {
    const publication = recorded();
    publication.takePromise(utf8(promiseOf(INDEX, {}, until)), Math.max(until, now), null);
    assert.ok(publication.patience(now) > publication.promisedIn(now));
    return publication;
  };

  test("follows the promise and the server's clock, and is never negative", () => {
    assert.equal(waiting(NOW + 360).promisedIn(NOW), 360);
    assert.equal(waiting(NOW + 360).promisedIn(NOW + 300), 60);
    assert.equal(waiting(NOW - 1000).promisedIn(NOW), 0);
  });

  test("is no longer than a server may promise, whatever the clocks are", () => {
    assert.equal(waiting(9_999_999_999).promisedIn(NOW), 960);
    assert.equal(recorded().promisedIn(NOW), 960);
  });
});
