// SPDX-License-Identifier: AGPL-3.0-or-later
/** QR codes are those that another program draws, and another reads: for each version and mask. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import decodeQR from "qr/decode.js";
import { qrCode } from "../src/ui/qr.ts";
import type { Modules } from "../src/ui/qr.ts";

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

/** Read the code as a camera would see it: four pixels a module, with the quiet zone. */
function read(modules: Modules): string {
  const scale = 4;
  const side = (modules.length + 8) * scale;
  const data = new Uint8Array(side * side * 4).fill(255);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const [row, column] = [y, x].map((each) => Math.floor(each / scale) - 4);
      if (modules[row ?? 0]?.[column ?? 0] === true) {
        data.fill(0, (y * side + x) * 4, (y * side + x) * 4 + 3);
      }
    }
  }
  return decodeQR({ width: side, height: side, data });
}

const FILLER = "Un texte pour chaque version, en français. ".repeat(40);

test("versions 1 to 25 are read as they were written", () => {
  const seen = new Set<number>();
  for (let length = 1; length < 1200; length += length < 220 ? 9 : 31) {
    const modules = qrCode(FILLER.slice(0, length), length % 8);
    seen.add((modules.length - 17) / 4);
    assert.equal(read(modules), FILLER.slice(0, length));
  }
  assert.deepEqual([...seen].sort((a, b) => a - b), Array.from({ length: 25 }, (_, i) => i + 1));
});

test("each mask is read", () => {
  for (let mask = 0; mask < 8; mask += 1) {
    assert.equal(read(qrCode(FILLER.slice(0, 500), mask)), FILLER.slice(0, 500));
  }
});

test("many digits at the end take ten bits for three, whatever their number", () => {
  const link = "https://vote.example/e/F3LXxMBpCrX1W9/receipt#";
  for (const count of [29, 30, 31, 32, 400, 1001, 1502]) {
    const text = link + "9876543210".repeat(151).slice(0, count);
    assert.equal(read(qrCode(text)), text);
  }
  assert.ok(qrCode(`${link}${"7".repeat(1000)}`).length < qrCode(`${link}${"x".repeat(500)}`).length);
});

test("a text too long for version 25 is refused", () => {
  assert.equal(qrCode("x".repeat(213)).length, 57);
  assert.equal(qrCode("x".repeat(214)).length, 61);
  assert.equal(qrCode("x".repeat(1273)).length, 117);
  assert.throws(() => qrCode("x".repeat(1274)), RangeError);
});

test("a mask is chosen where none is given, and the code is the same with it", () => {
  const text = "https://vote.example/e/AbCdEfGhJkLmNp";
  const chosen = JSON.stringify(qrCode(text));
  const all = [0, 1, 2, 3, 4, 5, 6, 7].map((mask) => JSON.stringify(qrCode(text, mask)));
  assert.equal(all.filter((drawn) => drawn === chosen).length, 1);
});
