// SPDX-License-Identifier: AGPL-3.0-or-later
/** What mail and editors do to a file is taken back, and no other file is touched: docs/protocol.md §20. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MAX_PAPER, paperAsGiven } from "../src/as_given.ts";
import { utf8 } from "../src/encoding.ts";
import { promiseOf, receiptOf } from "./papers.ts";
import { textOf } from "./vectors.ts";

const MANGLED: Readonly<Record<string, (text: string) => string>> = {
  "line ends of Windows": (text) => text.replaceAll("\n", "\r\n"),
  "a mark of an editor": (text) => `\ufeff${text}`,
  "empty lines before it": (text) => `\r\n\n${text}`,
  "no newline at the end": (text) => text.trimEnd(),
  "white space after it": (text) => `${text} \t\v\f\r\n\n`,
  "all of it": (text) => `\ufeff\n\r\n${text.trimEnd().replaceAll("\n", "\r\n")}  \r\n`,
};

/** Bytes of which nobody may take a copy. */
class Unread extends Uint8Array {
  override slice(): never {
    throw new Error("copied");
  }
  override filter(): never {
    throw new Error("gone through");
  }
}

describe("a receipt or a promise (§20)", () => {
  for (const [how, mangle] of Object.entries(MANGLED)) {
    test(`with ${how} is taken as the page gave it`, () => {
      for (const paper of [receiptOf(5), promiseOf(5)]) {
        assert.equal(textOf(paperAsGiven(utf8(mangle(paper)))), paper);
      }
    });
  }

  test("keeps what else was put into it", () => {
    const paper = receiptOf(5).replace("\nindex", "\r\r\nindex");
    assert.equal(textOf(paperAsGiven(utf8(paper))), paper.replace("\r\r\n", "\r\n"));
    assert.equal(textOf(paperAsGiven(utf8(` ${paper}`))), ` ${paper}`);
  });
});

test("what is no paper is given back, and is not gone through", () => {
  for (const text of ["", "\ufeffPK\u0003\u0004\r\n", "\r\n\r\n", receiptOf(5) + " ".repeat(MAX_PAPER)]) {
    const file = Unread.from(utf8(text));
    assert.equal(paperAsGiven(file), file);
  }
});
