// SPDX-License-Identifier: AGPL-3.0-or-later
/** Promises and receipts, the receipt's link, and what a booth compares them with: §20. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { utf8 } from "../src/encoding.ts";
import { MalformedError, ProofError } from "../src/errors.ts";
import { decodeVerifierKey } from "../src/notes.ts";
import { isBeyond, isTooFar, requirePromised, verifyPromise } from "../src/promises.ts";
import { decodeReceiptDigits, encodeReceiptDigits } from "../src/receipt_link.ts";
import {
  decodeReceipt,
  encodeReceipt,
  looksLikeReceipt,
  requireKept,
  requireOfBallot,
  verifyReceipt,
} from "../src/receipts.ts";
import { KEY, SEED, keyOf } from "./logs.ts";
import { BALLOTS, EVENTS, TRACKER, checkpointOf, promiseOf, receiptOf } from "./papers.ts";
import { at, readVectors, textOf } from "./vectors.ts";
import type { Case } from "./vectors.ts";

const promises = readVectors<{
  readonly board_key: string;
  readonly ballot: string;
  readonly promises: readonly PromiseCase[];
  readonly limits: readonly Limit[];
}>("promises");
const receipts = readVectors<{
  readonly board_key: string;
  readonly receipts: readonly ReceiptCase[];
}>("receipts");
const links = readVectors<{ readonly board_key: string; readonly links: readonly Case[] }>("links");
const INDEX = 5;
const BALLOT = at(BALLOTS, INDEX - 1);
const OTHER_KEY = keyOf(KEY.name, SEED.map((byte) => byte ^ 1));
type PromiseCase = Omit<Case, "index" | "until"> & { readonly index?: number; readonly until?: number };
type Limit = Readonly<Record<"name" | "expect", string> & Record<"until" | "closes_at" | "clock", number>> & {
  readonly stamp: number | null;
};
type ReceiptCase = Omit<Case, "index"> & { readonly index?: number };

/** Read a receipt and check all that is checked of one. */
function judge(file: string): void {
  verifyReceipt(decodeReceipt(utf8(file)), KEY);
}

describe("a promise (§20.1)", () => {
  const key = decodeVerifierKey(promises.board_key);
  for (const { name, expect = "", text = "", ...said } of promises.promises) {
    test(`${name} is ${expect}`, () => {
      if (expect === "valid") {
        const { ballot, leaf, index, until } = verifyPromise(utf8(text), key);
        assert.deepEqual({ ballot, event: leaf, index, until }, said);
      } else {
        const error = expect === "untrue" ? ProofError : MalformedError;
        assert.throws(() => verifyPromise(utf8(text), key), error);
      }
    });
  }

  for (const { name, expect, until, closes_at, clock, stamp } of promises.limits) {
    test(`for a time ${name} is ${expect}`, () => {
      const promise = { origin: key.name, ballot: "", leaf: "", index: 0, until };
      const beyond = isBeyond(promise, closes_at);
      assert.equal(beyond, expect === "beyond");
      assert.equal(beyond || isTooFar(promise, clock, stamp), expect !== "valid");
    });
  }

  test("is of one ballot, by its exact bytes", () => {
    const promise = verifyPromise(utf8(at(promises.promises, 0)["text"] ?? ""), key);
    requirePromised(promise, utf8(promises.ballot));
    assert.throws(() => requirePromised(promise, utf8(`${promises.ballot} `)), ProofError);
  });
});

describe("a receipt (§20.2)", () => {
  const key = decodeVerifierKey(receipts.board_key);
  for (const { name, expect = "", text = "", tracker = "", ballot, event, index } of receipts.receipts) {
    test(`${name} is ${expect}`, () => {
      if (expect === "valid") {
        const receipt = decodeReceipt(utf8(text));
        verifyReceipt(receipt, key);
        assert.deepEqual(
          [receipt.tracker, receipt.ballot, receipt.event, receipt.key.text, receipt.index],
          [tracker, ballot, event, key.text, index],
        );
        assert.equal(textOf(encodeReceipt(receipt)), text);
      } else {
        const error = expect === "untrue" ? ProofError : MalformedError;
        assert.throws(() => verifyReceipt(decodeReceipt(utf8(text)), key), error);
      }
    });
  }

  test("of any ballot, in a board of any size, holds, and is written as it was read", () => {
    for (let size = 2; size <= EVENTS.length; size += 1) {
      for (let place = 1; place < size; place += 1) {
        const file = receiptOf(place, size);
        judge(file);
        assert.equal(textOf(encodeReceipt(decodeReceipt(utf8(file)))), file);
      }
    }
  });

  test("that holds by itself, but by another key than the sealed one, is refused", () => {
    const receipt = decodeReceipt(utf8(receiptOf(INDEX)));
    verifyReceipt(receipt, receipt.key);
    assert.throws(() => verifyReceipt(receipt, OTHER_KEY), ProofError);
  });

  test("is of at most 64 KiB", () => {
    assert.throws(() => judge(receiptOf(INDEX) + "\n".repeat(65_536)), MalformedError);
  });

  test("is of one ballot, and of one tracker", () => {
    const receipt = decodeReceipt(utf8(receiptOf(INDEX)));
    requireOfBallot(receipt, TRACKER, BALLOT);
    requireOfBallot(receipt, TRACKER, null);
    assert.throws(() => requireOfBallot(receipt, TRACKER, at(BALLOTS, 0)), ProofError);
    assert.throws(() => requireOfBallot(receipt, "0123-4567-89AB-CDEG", BALLOT), ProofError);
    assert.throws(() => requireOfBallot(receipt, "0123-4567-89AB-CDEG", null), ProofError);
  });

  test("keeps the promise of its event at its place, and no other", () => {
    const kept = (promise: string): void =>
      requireKept(decodeReceipt(utf8(receiptOf(INDEX))), verifyPromise(utf8(promise), KEY));
    kept(promiseOf(INDEX));
    assert.throws(() => kept(promiseOf(INDEX - 1)), ProofError);
    assert.throws(() => kept(promiseOf(INDEX, { index: "index 0000000004" })), ProofError);
    assert.throws(() => kept(promiseOf(INDEX, { event: `event ${"0".repeat(64)}` })), ProofError);
  });

  test("is told from what somebody on the way answers", () => {
    assert.ok(looksLikeReceipt(utf8(receiptOf(INDEX))));
    assert.ok(!looksLikeReceipt(utf8("<!doctype html>")));
    assert.ok(!looksLikeReceipt(utf8("")));
  });
});

describe("a receipt as a link (§20.4)", () => {
  const key = decodeVerifierKey(links.board_key);
  for (const { name, expect = "", digits = "", receipt = "" } of links.links) {
    test(`${name} is ${expect}`, () => {
      if (expect === "valid") {
        const read = decodeReceiptDigits(digits, key);
        verifyReceipt(read, key);
        assert.equal(textOf(encodeReceipt(read)), receipt);
        assert.equal(encodeReceiptDigits(decodeReceipt(utf8(receipt))), digits);
      } else {
        const error = expect === "untrue" ? ProofError : MalformedError;
        assert.throws(() => verifyReceipt(decodeReceiptDigits(digits, key), key), error);
      }
    });
  }
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
