// SPDX-License-Identifier: AGPL-3.0-or-later
/** Promises and receipts, the receipt's link, and what a booth compares them with: §20. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { encodeBase64, utf8 } from "../src/encoding.ts";
import { MalformedError, ProofError } from "../src/errors.ts";
import { requirePromised, verifyPromise } from "../src/promise.ts";
import { decodeReceiptDigits, encodeReceiptDigits } from "../src/receipt_link.ts";
import {
  decodeReceipt,
  encodeReceipt,
  looksLikeReceipt,
  requireKept,
  requireOfBallot,
  verifyReceipt,
} from "../src/receipt.ts";
import { KEY, SEED, keyOf, sign } from "./logs.ts";
import { BALLOTS, EVENTS, TRACKER, checkpointOf, promiseOf, receiptOf } from "./receipts.ts";
import type { Changes } from "./receipts.ts";
import { at, textOf } from "./vectors.ts";

const INDEX = 5;
const BALLOT = at(BALLOTS, INDEX - 1);
const ZERO = `${encodeBase64(new Uint8Array(32))}\n`;
const OTHER_KEY = keyOf(KEY.name, SEED.map((byte) => byte ^ 1));
type Bad = Readonly<Record<string, readonly [typeof MalformedError | typeof ProofError, string]>>;

/** Read a receipt and check all that is checked of one. */
function judge(file: string): void {
  verifyReceipt(decodeReceipt(utf8(file)), KEY);
}

describe("a promise (§20.1)", () => {
  const change = (changes: Changes): string => promiseOf(INDEX, changes);
  const good = promiseOf(INDEX);
  const line = good.slice(good.indexOf("\n\n") + 2);
  const bad: Bad = {
    "another label": [MalformedError, change({ label: "evote/v2/promise" })],
    "another order": [MalformedError, change({ ballot: "event x", event: "ballot x" })],
    "a line more": [MalformedError, change({ until: "until 1760000000\nmore" })],
    "a hash in capitals": [MalformedError, change({ ballot: `ballot ${"A".repeat(64)}` })],
    "nine digits": [MalformedError, change({ index: "index 000000005" })],
    "eleven digits": [MalformedError, change({ until: "until 01760000000" })],
    "another board": [ProofError, change({ origin: "vote.example/F3LXxMBpCrX1W9/journal" })],
    "two signatures": [MalformedError, `${good}${line}`],
    "a witness beside": [MalformedError, `${good}${line.replace(KEY.name, "witness")}`],
    "another signer": [ProofError, sign(good.slice(0, good.indexOf("\n\n") + 1), OTHER_KEY)],
    "another hash than signed": [ProofError, good.replace(/ballot ./, "ballot f")],
    "another time than signed": [ProofError, good.replace("1760000000", "1760000001")],
    "nothing": [MalformedError, ""],
  };

  test("says what is promised, and of which ballot", () => {
    const promise = verifyPromise(utf8(good), KEY);
    assert.equal(promise.index, INDEX);
    assert.equal(promise.until, 1_760_000_000);
    requirePromised(promise, BALLOT);
    assert.throws(() => requirePromised(promise, at(BALLOTS, INDEX)), ProofError);
    assert.throws(() => verifyPromise(utf8(good), OTHER_KEY), ProofError);
  });

  for (const [name, [error, text]] of Object.entries(bad)) {
    test(`with ${name} is refused`, () => {
      assert.throws(() => verifyPromise(utf8(text), KEY), error);
    });
  }
});

describe("a receipt (§20.2)", () => {
  const change = (changes: Changes): string => receiptOf(INDEX, EVENTS.length, changes);
  const good = receiptOf(INDEX);
  const event = textOf(at(EVENTS, INDEX));
  const bad: Bad = {
    "another head": [MalformedError, change({ head: "c2sp.org/tlog-proof@v2" })],
    "extra data of another version": [MalformedError, change({ version: "evote-receipt 2" })],
    "extra data without tracker": [MalformedError, change({ tracker: "suivi x" })],
    "a tracker in small letters": [MalformedError, change({ tracker: "tracker 0123-4567-89ab-cdef" })],
    "a tracker with a letter that is none": [
      MalformedError,
      change({ tracker: "tracker 0123-4567-89AB-CDEU" }),
    ],
    "a ballot hash with padding": [MalformedError, change({ ballot: `ballot ${"A".repeat(43)}=` })],
    "another ballot's hash": [ProofError, change({ ballot: `ballot ${"A".repeat(43)}` })],
    "no event": [MalformedError, change({ event: "event " })],
    "an event with white space": [MalformedError, change({ event: `event ${event.replace(":", ": ")}` })],
    "an event of another kind": [
      MalformedError,
      change({ event: `event ${event.replace("Ballot", "Setup")}` }),
    ],
    "an event of another height": [ProofError, change({ event: `event ${event.replace(":5", ":6")}` })],
    "an event with another parent": [
      ProofError,
      change({ event: `event ${event.replace(/parent":"./, 'parent":"f')}` }),
    ],
    "the event before": [ProofError, change({ event: `event ${textOf(at(EVENTS, INDEX - 1))}` })],
    "the key of another": [ProofError, change({ key: `key ${OTHER_KEY.text}` })],
    "no key": [MalformedError, change({ key: "key " })],
    "another index": [ProofError, change({ index: "index 4" })],
    "an index with a zero before it": [MalformedError, change({ index: "index 05" })],
    "no index": [MalformedError, change({ index: "index " })],
    "no proof": [ProofError, change({ proof: "" })],
    "a proof of something else": [ProofError, change({ proof: ZERO.repeat(4) })],
    "a short hash": [MalformedError, change({ proof: "AAAA\n" })],
    "64 hashes": [MalformedError, change({ proof: ZERO.repeat(64) })],
    "the checkpoint of a smaller board": [ProofError, change({ checkpoint: checkpointOf(INDEX) })],
    "the checkpoint of a larger board": [ProofError, change({ checkpoint: checkpointOf(EVENTS.length - 1) })],
    "no checkpoint": [MalformedError, change({ checkpoint: "" })],
    "an unsigned checkpoint": [
      MalformedError,
      change({ checkpoint: checkpointOf(10).replace(/\n\n[^]*/, "\n\n") }),
    ],
    "something after it": [MalformedError, `${good}more\n`],
    "another end of line": [MalformedError, good.replace(/\n/g, "\r\n")],
    "more than 64 KiB": [MalformedError, good + "\n".repeat(65_536)],
    "nothing": [MalformedError, ""],
  };

  test("of any ballot, in a board of any size, holds, and is written as it was read", () => {
    for (let size = 2; size <= EVENTS.length; size += 1) {
      for (let index = 1; index < size; index += 1) {
        const file = receiptOf(index, size);
        judge(file);
        assert.equal(textOf(encodeReceipt(decodeReceipt(utf8(file)))), file);
      }
    }
  });

  for (const [name, [error, text]] of Object.entries(bad)) {
    test(`with ${name} is refused`, () => {
      assert.throws(() => judge(text), error);
    });
  }

  test("is of one ballot, and of one tracker", () => {
    const receipt = decodeReceipt(utf8(good));
    requireOfBallot(receipt, BALLOT, TRACKER);
    assert.throws(() => requireOfBallot(receipt, at(BALLOTS, 0), TRACKER), ProofError);
    assert.throws(() => requireOfBallot(receipt, BALLOT, "0123-4567-89AB-CDEG"), ProofError);
  });

  test("keeps the promise of its event at its place, and no other", () => {
    const kept = (promise: string): void =>
      requireKept(decodeReceipt(utf8(good)), verifyPromise(utf8(promise), KEY));
    kept(promiseOf(INDEX));
    assert.throws(() => kept(promiseOf(INDEX - 1)), ProofError);
    assert.throws(() => kept(promiseOf(INDEX, { index: "index 0000000004" })), ProofError);
    assert.throws(() => kept(promiseOf(INDEX, { event: `event ${"0".repeat(64)}` })), ProofError);
  });

  test("is told from what somebody on the way answers", () => {
    assert.ok(looksLikeReceipt(utf8(good)));
    assert.ok(!looksLikeReceipt(utf8("<!doctype html>")));
    assert.ok(!looksLikeReceipt(utf8("")));
  });
});

describe("the digits of a receipt (§20.4)", () => {
  const receipt = decodeReceipt(utf8(receiptOf(INDEX)));
  const digits = encodeReceiptDigits(receipt);

  test("give the same receipt again", () => {
    assert.match(digits, /^[1-9][0-9]+$/);
    const again = decodeReceiptDigits(digits, KEY);
    verifyReceipt(again, KEY);
    assert.equal(textOf(encodeReceipt(again)), receiptOf(INDEX));
  });

  test("leave out the lines of witnesses and of the stamp, which the proof does not need", () => {
    const witness = checkpointOf(10).split("\n").at(-2)?.replace(KEY.name, "witness") ?? "";
    const more = receiptOf(INDEX, 10, { checkpoint: `${checkpointOf(10)}${witness}\n` });
    judge(more);
    assert.equal(encodeReceiptDigits(decodeReceipt(utf8(more))), digits);
  });

  test("of a receipt that does not hold are not written", () => {
    const bad = receiptOf(INDEX, 10, { checkpoint: checkpointOf(10).replace("\n10\n", "\n11\n") });
    assert.throws(() => encodeReceiptDigits(decodeReceipt(utf8(bad))), ProofError);
  });

  test("hold no more once one of them is changed", () => {
    for (let place = 0; place < digits.length; place += 7) {
      const digit = (Number(digits[place]) + 1) % 10;
      const bad = digits.slice(0, place) + digit + digits.slice(place + 1);
      // The tracker alone is signed by nobody (§20.2): it is compared, not proved.
      const same = (text: string): boolean => {
        const read = decodeReceiptDigits(text, KEY);
        verifyReceipt(read, KEY);
        return read.tracker === TRACKER;
      };
      assert.ok(same(digits));
      const refused = (): void => {
        if (!same(bad)) throw new ProofError("another tracker", "20.2");
      };
      assert.throws(refused, (error) => error instanceof MalformedError || error instanceof ProofError);
    }
  });

  test("of another board are refused", () => {
    assert.throws(() => verifyReceipt(decodeReceiptDigits(digits, OTHER_KEY), OTHER_KEY), ProofError);
  });

  test("are refused in any other form", () => {
    const bad = ["", "0", "x", `0${digits}`, `${digits}0`, digits.slice(1), `-${digits}`, "9".repeat(6000)];
    for (const each of [...bad, ` ${digits}`, `${digits}\n`, BigInt(digits).toString(16)]) {
      assert.throws(() => verifyReceipt(decodeReceiptDigits(each, KEY), KEY));
    }
  });
});
