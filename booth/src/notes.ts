// SPDX-License-Identifier: AGPL-3.0-or-later
/** Signed notes of a log, and its checkpoints: docs/protocol.md §18.2, §18.3.
 *
 * Read strictly: no extension line, and of the log exactly one signature. The lines of others
 * (witnesses) are passed over, but must have the form of such lines.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { verifySignature } from "./ed25519.ts";
import { decodeBase64, fromHex, hex, utf8 } from "./encoding.ts";
import { MalformedError, ProofError } from "./errors.ts";
import { Element } from "./group.ts";
import type { JsonValue } from "./json.ts";
import { HASH_BYTES } from "./merkle.ts";
import { concatenate } from "./transcript.ts";

const ED25519 = "01";
/** The type of the keys of witnesses: §18.6. */
export const COSIGNATURE = "04";
const ID_DIGITS = 8;
const KEY_DIGITS = 64;
const SHORTEST_SIGNATURE = 5;
const LINE_DIGITS = ID_DIGITS + 128;
const MAX_SIGNATURES = 32;
const MAX_BYTES = 64 * 1024;
const MARK = "\u2014 ";
// Categories Cc (less the newline), and Cc, Z and the plus; older browsers know no categories.
const CONTROL = /[\0-\x09\x0b-\x1f\x7f-\x9f]/;
const NO_NAME = /[\0-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]/;

/** The name and public key of a log; `text` is its one form, `id` 8 hexadecimal digits: §18.2. */
export interface VerifierKey {
  readonly name: string;
  readonly id: string;
  readonly publicKey: Element;
  readonly text: string;
}

/** A text, with its last newline, and the signature lines below it: §18.3. */
export interface Note {
  readonly text: string;
  readonly lines: readonly { readonly name: string; readonly blob: string }[];
}

/** The size and root of a log at one moment: §18.3. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** Read `name+ID+KEY` of this type: §18.2.
 *
 * MalformedError: another form or type, or an ID that is not its own.
 */
export function decodeVerifierKey(text: JsonValue, type = ED25519): VerifierKey {
  const [, name = "", id = "", key = ""] =
    /^([^+]*)\+([0-9a-f]{8})\+([^]*)$/.exec(typeof text === "string" ? text : "") ?? [];
  const typed = hex(decodeBase64(key, "18.2"));
  if (!isName(name) || typed.length !== KEY_DIGITS + 2 || !typed.startsWith(type)) {
    throw new MalformedError("a verifier key is not a name, an ID and a key of Ed25519", "18.2");
  }
  const ownId = hex(sha256(concatenate([utf8(`${name}\n`), fromHex(typed)]))).slice(0, ID_DIGITS);
  if (ownId !== id) {
    throw new MalformedError("a verifier key has an ID that is not its own", "18.2");
  }
  const publicKey = Element.decode(hex(fromHex(typed.slice(2)).reverse()));
  return { name, id, publicKey, text: `${name}+${id}+${key}` };
}

/** Read a signed note: §18.3; MalformedError: another form. */
export function decodeNote(data: Uint8Array): Note {
  const note = decodeLines(data);
  const end = note.lastIndexOf("\n\n");
  const lines = note.slice(end + 2, -1).split("\n");
  if (end === -1 || !note.endsWith("\n") || lines.length > MAX_SIGNATURES) {
    throw malformed("is not a text, an empty line and 1 to 32 signatures");
  }
  return { text: note.slice(0, end + 1), lines: lines.map(decodeSignature) };
}

/** Tell whether a note ends within the signature of this key: then it was cut, whatever it is worth. */
export function isCut({ lines }: Note, key: VerifierKey): boolean {
  const last = lines[lines.length - 1];
  return last !== undefined && isOf(last, key) && last.blob.length < LINE_DIGITS;
}

/** Check that the note has exactly one line of this key, and that it holds: §18.3; else ProofError. */
export function verifyNote(note: Note, key: VerifierKey): void {
  const own = note.lines.filter((line) => isOf(line, key));
  const [line] = own;
  if (line === undefined || own.length > 1) {
    throw new ProofError("a note has not one signature of its log", "18.3");
  }
  verifySignature(utf8(note.text), fromHex(line.blob.slice(ID_DIGITS)), key.publicKey);
}

/** Read a checkpoint, and check that the holder of the key signed it: §18.3.
 *
 * MalformedError: another form. ProofError: of another log, or not signed by it once and truly.
 */
export function verifyCheckpoint(data: Uint8Array, key: VerifierKey): Checkpoint {
  const note = decodeNote(data);
  const checkpoint = decodeCheckpoint(note.text);
  if (checkpoint.origin !== key.name) {
    throw new ProofError("the checkpoint is of another log", "18.3");
  }
  verifyNote(note, key);
  return checkpoint;
}

/** Read a whole number below 2^53 without leading zero; null if it is none. */
export function decodeNumber(text: string): number | null {
  const number = Number(text);
  return /^(?:0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(number) ? number : null;
}

/** Read UTF-8 of up to 64 KiB with no control character but the newline: §18.3. */
export function decodeLines(data: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw malformed("is not UTF-8");
  }
  if (data.length > MAX_BYTES || CONTROL.test(text)) {
    throw malformed("is longer than 64 KiB, or has a control character");
  }
  return text;
}

function decodeCheckpoint(text: string): Checkpoint {
  const [origin = "", sizeText = "", rootText = "", ...rest] = text.split("\n");
  const size = decodeNumber(sizeText);
  if (rest.length !== 1 || !isName(origin) || size === null) {
    throw malformed("is not an origin, a size and a root");
  }
  const root = decodeBase64(rootText, "18.3");
  if (root.length !== HASH_BYTES) {
    throw malformed("has a root that is not 32 bytes");
  }
  return { origin, size, root };
}

function decodeSignature(line: string): { name: string; blob: string } {
  const end = line.indexOf(" ", MARK.length);
  const name = line.slice(MARK.length, end);
  if (!line.startsWith(MARK) || end === -1 || !isName(name)) {
    throw malformed("has a line that is no signature");
  }
  const blob = decodeBase64(line.slice(end + 1), "18.3");
  if (blob.length < SHORTEST_SIGNATURE) {
    throw malformed("has an empty signature");
  }
  return { name, blob: hex(blob) };
}

function isOf({ name, blob }: Note["lines"][number], key: VerifierKey): boolean {
  return name === key.name && blob.startsWith(key.id);
}

/** Tell whether both formats can carry this name: §18.2. */
export function isName(name: string): boolean {
  return name !== "" && !NO_NAME.test(name);
}

function malformed(reason: string): MalformedError {
  return new MalformedError(`a signed note ${reason}`, "18.3");
}
