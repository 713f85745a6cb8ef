// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a file or a link is found to be, and that only an untrue paper of this board is wrong: §20. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { utf8 } from "../src/encoding.ts";
import { examineDigits, examineFile, examineLink } from "../src/finding.ts";
import type { Finding } from "../src/finding.ts";
import { COSIGNATURE, decodeVerifierKey } from "../src/notes.ts";
import { decodeReceipt } from "../src/receipts.ts";
import { encodeReceiptDigits } from "../src/receipt_link.ts";
import { stampKey } from "../src/stamp_key.ts";
import { KEY, SEED, keyOf } from "./logs.ts";
import { STAMPED_AT, promiseOf, receiptOf, stampOf, stamped } from "./papers.ts";

const TIME = STAMPED_AT;
const SEALED = { key: KEY, closesAt: TIME, witnesses: [] };
const PAPER = receiptOf(5);

/** Return the stamp of the receipt's checkpoint, of a key of this ID, for a time and of another. */
const stamp = (id?: string, said = TIME, signed = said): string => stampOf(PAPER, said, signed, id);

const found = (file: string): Finding["kind"] => examineFile(utf8(file), SEALED, TIME).kind;

test("a log's stamps are of its own name and key, as the other type (§18.6)", () => {
  const key = stampKey(KEY);
  assert.equal(decodeVerifierKey(key.text, COSIGNATURE).text, key.text);
  assert.deepEqual([key.name, key.publicKey.encode()], [KEY.name, KEY.publicKey.encode()]);
  assert.notEqual(key.id, KEY.id);
});

describe("a receipt that holds (§20.2)", () => {
  test("is good with its one true stamp, whatever other lines follow", () => {
    assert.equal(found(PAPER + stamp()), "receipt");
    assert.equal(found(PAPER + stamp() + stamp("01020304")), "receipt");
  });

  const incomplete: Readonly<Record<string, string>> = {
    "no stamp": "",
    "two stamps": stamp() + stamp(undefined, TIME + 60),
    "the same stamp twice": stamp() + stamp(),
    "the stamp of another key": stamp("01020304"),
    "a stamp for another time": stamp(undefined, TIME + 1, TIME),
  };
  for (const [what, lines] of Object.entries(incomplete)) {
    test(`is incomplete with ${what}`, () => assert.equal(found(PAPER + lines), "incomplete"));
  }

  test("is ahead where no server may have stamped it by now, by this device's clock", () => {
    assert.equal(found(PAPER + stamp(undefined, TIME + 960)), "receipt");
    for (const at of [TIME + 961, 3_345_000_000, 2 ** 53 - 1]) {
      const finding = examineFile(utf8(PAPER + stamp(undefined, at)), SEALED, TIME);
      assert.deepEqual(finding, { kind: "ahead", stamp: at });
    }
  });

  test("is good as a link, which has no room for a stamp (§20.4)", () => {
    const digits = encodeReceiptDigits(decodeReceipt(utf8(PAPER)));
    assert.equal(examineDigits(digits, SEALED).kind, "receipt");
    assert.equal(examineDigits(digits.slice(0, -30), SEALED).kind, "damaged");
    assert.equal(examineLink("https://shop.example/", SEALED).kind, "none");
  });
});

test("only a paper of this board that is untrue is wrong, stamped or not", () => {
  const untrue = PAPER.replace("\nindex 5\n", "\nindex 4\n");
  const given = [untrue, untrue + stamp(), untrue + stamp(undefined, TIME + 961)];
  assert.deepEqual(given.map(found), ["wrong", "wrong", "wrong"]);
  assert.equal(found(promiseOf(5).replace(`until ${TIME}`, `until ${TIME + 1}`)), "wrong");
  const cut = [PAPER.slice(0, 200), promiseOf(5).slice(0, 90)];
  assert.deepEqual(cut.map(found), ["damaged", "damaged-promise"]);
  assert.deepEqual(["", "\ufffdPNG", "https://shop.example/"].map(found), ["none", "none", "none"]);
});

describe("a paper that mail or a program damaged is no incident", () => {
  const [paper, promise] = [stamped(PAPER), promiseOf(5)];

  test("cut anywhere it is damaged, but within its stamp, where it holds and is incomplete", () => {
    const stampBegins = paper.length - stamp().length;
    for (let end = 23; end < paper.length - 1; end += 1) {
      const kind = found(paper.slice(0, end));
      const holds = end >= stampBegins - 1 && kind === "incomplete";
      assert.ok(kind === "damaged" || holds, `${kind} at ${end} of ${paper.length}`);
    }
    for (let end = 23; end < promise.length - 1; end += 1) {
      assert.equal(found(promise.slice(0, end)), "damaged-promise", `at ${end} of ${promise.length}`);
    }
  });

  const damages: Readonly<Record<string, (file: string) => string>> = {
    "a footer": (file) => `${file}-- \nAucun virus\n`,
    "a footer after an empty line": (file) => `${file}\n-- \nCordialement, Anne\n`,
    "hyphens for dashes": (file) => file.replaceAll("\u2014", "-"),
    "question marks for dashes": (file) => file.replaceAll("\u2014", "?"),
    "dashes of another alphabet": (file) => file.replaceAll("\u2014", "\u00e2\u20ac\u201d"),
    "spaces that do not break": (file) => file.replaceAll("\u2014 ", "\u2014\u00a0"),
    "lines wrapped": (file) => file.replace(/(.{76})/g, "$1\n"),
  };
  for (const [what, damage] of Object.entries(damages)) {
    test(`by ${what}`, () => {
      assert.deepEqual([paper, promise].map(damage).map(found), ["damaged", "damaged-promise"]);
    });
  }

  test("but one that is whole and untrue is wrong, however long its signature is", () => {
    const [head = "", end = ""] = promise.split(/(?<=board )(?=[^ ]*\n$)/);
    const blob = Buffer.from(end, "base64");
    const long = Buffer.concat([blob, Buffer.alloc(3)]).toString("base64");
    assert.equal(found(`${head}${long}\n`), "wrong");
    blob[blob.length - 1] = 255;
    assert.equal(found(`${head}${blob.toString("base64")}\n`), "wrong");
    assert.equal(found(stamped(receiptOf(5, 10, { index: "index 4" })).slice(0, -5)), "wrong");
  });
});

describe("what has this election's number, and another site", () => {
  const [ours = "", uuid = ""] = KEY.name.split("/");
  const host = "imitation.example";
  const name = `${host}/${uuid}/board`;

  test("is of an imitation, a receipt like a promise, and not of another election", () => {
    const key = `key ${keyOf(name, SEED).text}`;
    const given = [receiptOf(5, 10, { key }), promiseOf(5, { origin: name })];
    for (const file of given) {
      assert.deepEqual(examineFile(utf8(file), SEALED, TIME), { kind: "other-site", host });
    }
  });

  test("is by its link the same, unless it holds: a server may have two names", () => {
    const digits = encodeReceiptDigits(decodeReceipt(utf8(PAPER)));
    const another = `${digits.slice(0, 400)}${9 - Number(digits[400])}${digits.slice(401)}`;
    const of = (site: string, said: string): Finding =>
      examineLink(`https://${site}/e/${uuid}/receipt#${said}`, SEALED);
    assert.deepEqual([of(ours, digits).kind, of(host, digits).kind], ["receipt", "receipt"]);
    assert.equal(of(ours, another).kind, "wrong");
    assert.deepEqual(of(host, another), { kind: "other-site", host });
  });
});

test("a link that is cut anywhere is damaged, also where whole hashes are cut off", () => {
  for (const index of [1, 5, 6]) {
    const digits = encodeReceiptDigits(decodeReceipt(utf8(receiptOf(index))));
    assert.equal(examineDigits(digits, SEALED).kind, "receipt");
    for (let end = 1; end < digits.length; end += 1) {
      assert.equal(examineDigits(digits.slice(0, end), SEALED).kind, "damaged", `${index}: ${end}`);
    }
  }
});

test("a promise whose second line and signature name two boards is damaged, not an imitation's", () => {
  for (const name of [KEY.name.replace(".", "x"), KEY.name.replace(/.\/board$/, "8/board"), "nowhere"]) {
    const promise = promiseOf(5).replace(`\n${KEY.name}\n`, `\n${name}\n`);
    assert.notEqual(promise, promiseOf(5));
    assert.equal(found(promise), "damaged-promise", name);
  }
});

test("a promise of another board says of which, and one of no board is damaged", () => {
  const of = (origin: string): Finding => examineFile(utf8(promiseOf(5, { origin })), SEALED, TIME);
  const [host, uuid] = ["vote.example", "AnotherPreau12"];
  assert.deepEqual(of(`${host}/${uuid}/board`), { kind: "elsewhere", host, uuid });
  assert.equal(of("nowhere").kind, "damaged-promise");
});
