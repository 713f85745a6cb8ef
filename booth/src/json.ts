// SPDX-License-Identifier: AGPL-3.0-or-later
/** Strict JSON in, canonical JSON out: docs/protocol.md §2.1 and §2.2.
 *
 * `JSON.parse` keeps the last of two members of one name, and reads numbers that we refuse; so
 * `json_reader.ts` reads by itself. Objects are maps: their members stay in the order in which they came.
 */

import { MalformedError } from "./errors.ts";
import { Reader, malformed, requireDepth, requireWholeText } from "./json_reader.ts";

export type JsonValue = null | boolean | number | string | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export type JsonObject = ReadonlyMap<string, JsonValue>;

const MAX_BYTES = 2 ** 26;
const MAX_MARKS = 2 ** 21;
const MARKS: ReadonlySet<number> = new Set(new TextEncoder().encode(",:[{"));

/** Read one JSON text strictly: §2.1; MalformedError for everything that it refuses. */
export function decodeJson(data: Uint8Array): JsonValue {
  if (data.length > MAX_BYTES) {
    throw malformed("the text is longer than 64 MiB");
  }
  if (countMarks(data) > MAX_MARKS) {
    throw malformed("the text has more than 2^21 of the characters , : [ {");
  }
  const reader = new Reader(decodeUtf8(data));
  const value = reader.value(0);
  reader.end();
  return value;
}

/** Read a JSON text and require that it is the canonical one of its value: §2.1, §2.2. */
export function decodeCanonicalJson(data: Uint8Array): JsonValue {
  const value = decodeJson(data);
  if (decodeUtf8(encodeJson(value)) !== decodeUtf8(data)) {
    throw new MalformedError("the text is not in canonical form", "2.2");
  }
  return value;
}

/** Write the only canonical form of a JSON value, its members in the order given: §2.2. */
export function encodeJson(value: JsonValue): Uint8Array {
  return new TextEncoder().encode(write(value, 0));
}

/** Return an object whose members are written in this order. */
export function members(...pairs: readonly (readonly [string, JsonValue])[]): JsonObject {
  return new Map(pairs);
}

function countMarks(data: Uint8Array): number {
  let found = 0;
  for (const byte of data) {
    found += MARKS.has(byte) ? 1 : 0;
  }
  return found;
}

function decodeUtf8(data: Uint8Array): string {
  try {
    // A byte-order mark stays in the text, where it is no JSON.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw malformed("the text is not UTF-8");
  }
}

function write(value: JsonValue, depth: number): string {
  if (typeof value === "string") {
    return writeText(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw malformed("a number is not an integer of at most 53 bits");
    }
    return String(value);
  }
  if (value === null || typeof value === "boolean") {
    return String(value);
  }
  requireDepth(depth + 1);
  if (isObject(value)) {
    const parts = [...value].map(([name, part]) => `${writeText(name)}:${write(part, depth + 1)}`);
    return `{${parts.join(",")}}`;
  }
  return `[${value.map((part) => write(part, depth + 1)).join(",")}]`;
}

function writeText(text: string): string {
  requireWholeText(text);
  // The one control character that the browser leaves as it is.
  return JSON.stringify(text).replace(/\u007f/g, "\\u007f");
}

/** Tell an object from the other values. */
export function isObject(value: JsonValue): value is JsonObject {
  return value instanceof Map;
}
