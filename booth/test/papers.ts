// SPDX-License-Identifier: AGPL-3.0-or-later
/** A small board with its promises and receipts, made as docs/protocol.md §20 says. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { encodeBase64, fromHex, hex, sha256Base64, sha256Hex, utf8 } from "../src/encoding.ts";
import { leafHash } from "../src/merkle.ts";
import { stampKey } from "../src/stamp_key.ts";
import { concatenate } from "../src/transcript.ts";
import { KEY, SEED, keyOf, prove, rootOf, sign } from "./logs.ts";
import { at } from "./vectors.ts";

/** What a test may change of a receipt or promise before it is written. */
export type Changes = Readonly<Record<string, string | number>>;

export const BALLOTS = Array.from({ length: 9 }, (_, i) => utf8(`{"ballot":${i}}`));
export const EVENTS = events();
export const TRACKER = "0123-4567-89AB-CDEF";
export const STAMPED_AT = 1_760_000_000;

/** Return the promise for the ballot of this index, at its place or with lines changed: §20.1. */
export function promiseOf(index: number, changes: Changes = {}, until = 1_760_000_000): string {
  const lines = {
    label: "evote/v1/promise",
    origin: KEY.name,
    ballot: `ballot ${sha256Hex(at(BALLOTS, index - 1))}`,
    event: `event ${hex(leafHash(at(EVENTS, index)))}`,
    index: `index ${String(index).padStart(10, "0")}`,
    until: `until ${until}`,
    ...changes,
  };
  return sign(`${Object.values(lines).join("\n")}\n`, keyOf(lines.origin, SEED));
}

/** Return the receipt for the ballot of this index in a board of this size: §20.2. */
export function receiptOf(index: number, size = EVENTS.length, changes: Changes = {}): string {
  const proof = prove(EVENTS.slice(0, size), index).map(encodeBase64);
  const parts = {
    head: "c2sp.org/tlog-proof@v1",
    version: "evote-receipt 1",
    tracker: `tracker ${TRACKER}`,
    ballot: `ballot ${sha256Base64(at(BALLOTS, index - 1))}`,
    event: `event ${new TextDecoder().decode(at(EVENTS, index))}`,
    key: `key ${KEY.text}`,
    index: `index ${index}`,
    proof: proof.map((each) => `${each}\n`).join(""),
    checkpoint: checkpointOf(size),
    ...changes,
  };
  const { version, tracker, ballot, event, key } = parts;
  const extra = encodeBase64(utf8(`${[version, tracker, ballot, event, key].join("\n")}\n`));
  return `${parts.head}\nextra ${extra}\n${parts.index}\n${parts.proof}\n${parts.checkpoint}`;
}

/** Return the stamp of a receipt's checkpoint, by a key of this ID, that says a time and signs one: §18.6. */
export function stampOf(receipt: string, said = STAMPED_AT, signed = said, id = stampKey(KEY).id): string {
  const checkpoint = receipt.slice(receipt.indexOf("\n\n") + 2);
  const text = checkpoint.slice(0, checkpoint.indexOf("\n\n") + 1);
  const signature = ed25519.sign(utf8(`cosignature/v1\ntime ${signed}\n${text}`), SEED);
  const time = fromHex(said.toString(16).padStart(16, "0"));
  return `\u2014 ${KEY.name} ${encodeBase64(concatenate([fromHex(id), time, signature]))}\n`;
}

/** Return a receipt with its one true stamp, as a server gives it: §20.2. */
export function stamped(receipt: string, at = STAMPED_AT): string {
  return receipt + stampOf(receipt, at);
}

/** Return the signed checkpoint of the first events: §18.3. */
export function checkpointOf(size: number): string {
  return sign(`${KEY.name}\n${size}\n${encodeBase64(rootOf(EVENTS.slice(0, size)))}\n`);
}

function events(): readonly Uint8Array[] {
  const made = [utf8(`{"height":0,"type":"Setup","payload":"${"0".repeat(64)}"}`)];
  BALLOTS.forEach((ballot, i) => {
    const [parent, payload] = [at(made, i), ballot].map(sha256Hex);
    made.push(utf8(`{"parent":"${parent}","height":${i + 1},"type":"Ballot","payload":"${payload}"}`));
  });
  return made;
}
