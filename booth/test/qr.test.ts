// SPDX-License-Identifier: AGPL-3.0-or-later
/** QR codes are those that another program draws for the same text, version and mask. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { qrCode } from "../src/ui/qr.ts";

// SHA-256 of the rows, 1 for dark, as the Python package qrcode draws them: text, mask, digest.
const KNOWN: readonly (readonly [string, number, string])[] = [
  [
    "hello",
    0,
    "52a7aa67e7296ede539d6be86579c7180e3b6d417445712ae8bd314c1818458a",
  ],
  [
    "https://vote.example/v/AbCdEfGhJkLmNp",
    1,
    "f18e9558fada9cb22caf533385348f5e02474ab13e325ae3b4815d157b3d320d",
  ],
  [
    "https://vote.example/e/AbCdEfGhJkLmNp/find?tracker=ABCD-EFGH-JKMN-PQRS",
    2,
    "809becbff3b074077816ea56e51ccfc50da63c7593432ccb93ef35c9a60fdbca",
  ],
  [
    "x".repeat(100),
    3,
    "57004a2bb35957246a073ef9a2af820364ea0c68f35d4dbb79b48b892f5e4fd7",
  ],
  [
    "y".repeat(130),
    4,
    "c0943e67dfb8783213f47e35ce7376d7253714fdc0ace96904300b40e2c5eb23",
  ],
  [
    "z".repeat(160),
    5,
    "07927a8b19fa40654376715328b595592c998eb2a680d050c292cc0c3bad3cd4",
  ],
  [
    "é".repeat(100),
    6,
    "129e8ddc320a710522c3d50ef1f5648955fe3ad6f9dfba488b9690db9dec36d5",
  ],
  [
    "w".repeat(213),
    7,
    "12f82bef48dba186a92a293692ef43b5719ce9f56b93815143673037d94da560",
  ],
];

for (const [text, mask, digest] of KNOWN) {
  test(`the QR code of ${text.length} characters with mask ${mask} is the known one`, () => {
    const rows = qrCode(text, mask).map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
    assert.equal(createHash("sha256").update(rows.join("\n")).digest("hex"), digest);
  });
}

test("a text too long for version 10 is refused", () => {
  assert.equal(qrCode("x".repeat(213)).length, 57);
  assert.throws(() => qrCode("x".repeat(214)), RangeError);
});

test("a mask is chosen where none is given, and the code is the same with it", () => {
  const text = "https://vote.example/e/AbCdEfGhJkLmNp";
  const chosen = JSON.stringify(qrCode(text));
  const all = [0, 1, 2, 3, 4, 5, 6, 7].map((mask) => JSON.stringify(qrCode(text, mask)));
  assert.equal(all.filter((drawn) => drawn === chosen).length, 1);
});
