// SPDX-License-Identifier: AGPL-3.0-or-later
/** The reader of strict JSON, and the rules that reading and writing share: docs/protocol.md §2.1. */

import { MalformedError } from "./errors.ts";
import type { JsonArray, JsonObject, JsonValue } from "./json.ts";

const MAX_DEPTH = 32;
const LONE_SURROGATE = /[\ud800-\udfff]/u;
const WORDS: ReadonlyMap<string, JsonValue> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Reads one text from its beginning to its end; the place is all that changes. */
export class Reader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(depth: number): JsonValue {
    this.space();
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth + 1);
      case "[":
        return this.array(depth + 1);
      case '"':
        return this.string();
      default:
        return this.wordOrNumber();
    }
  }

  end(): void {
    this.space();
    if (this.at !== this.text.length) {
      throw malformed("something follows the value");
    }
  }

  private object(depth: number): JsonObject {
    requireDepth(depth);
    const found = new Map<string, JsonValue>();
    this.items("}", () => {
      this.space();
      const name = this.string();
      this.space();
      this.expect(":");
      if (found.has(name)) {
        throw malformed("an object has two members of the same name");
      }
      found.set(name, this.value(depth));
    });
    return found;
  }

  private array(depth: number): JsonArray {
    requireDepth(depth);
    const found: JsonValue[] = [];
    this.items("]", () => found.push(this.value(depth)));
    return found;
  }

  private items(close: string, readItem: () => void): void {
    this.at += 1; // the opening bracket
    this.space();
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      readItem();
      this.space();
      if (this.text[this.at] === close) {
        this.at += 1;
        return;
      }
      this.expect(",");
    }
  }

  private string(): string {
    this.expect('"');
    let read = "";
    for (;;) {
      read += this.match(/[^"\\\u0000-\u001f]*/y) ?? "";
      if (this.text[this.at] === '"') {
        this.at += 1;
        requireWholeText(read);
        return read;
      }
      this.expect("\\");
      read += this.escape();
    }
  }

  private escape(): string {
    const code = this.match(/u[0-9a-fA-F]{4}/y);
    if (code !== undefined) {
      return String.fromCharCode(parseInt(code.slice(1), 16));
    }
    const plain = ESCAPES.get(this.text[this.at] ?? "");
    if (plain === undefined) {
      throw malformed("the text is not JSON");
    }
    this.at += 1;
    return plain;
  }

  private wordOrNumber(): JsonValue {
    const token = this.match(/[-+.0-9A-Za-z]+/y) ?? "";
    const word = WORDS.get(token);
    if (word !== undefined) {
      return word;
    }
    const number = Number(token);
    if (!/^(?:0|-?[1-9][0-9]{0,15})$/.test(token) || !Number.isSafeInteger(number)) {
      throw malformed("a value is neither a word of JSON nor an integer in its only form");
    }
    return number;
  }

  private space(): void {
    this.match(/[ \t\n\r]*/y);
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) {
      throw malformed("the text is not JSON");
    }
    this.at += 1;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }
}

/** Refuse more than 32 levels of arrays and objects. */
export function requireDepth(depth: number): void {
  if (depth > MAX_DEPTH) {
    throw malformed(`more than ${MAX_DEPTH} levels of nesting`);
  }
}

/** Refuse a surrogate that is not part of a pair. */
export function requireWholeText(text: string): void {
  if (LONE_SURROGATE.test(text)) {
    throw malformed("a text has a lone surrogate");
  }
}

/** Return the error of a text that is not strict JSON. */
export function malformed(message: string): MalformedError {
  return new MalformedError(message, "2.1");
}
