// SPDX-License-Identifier: AGPL-3.0-or-later
/** A receipt as digits, short enough for a QR code: docs/protocol.md §20.4.
 *
 * What the reader has already (the board's key) or can recompute (the root) is left out, and so are
 * the lines of witnesses. Reading gives a receipt of §20.2 again, to be verified like any other.
 */

import { decodeBase64Digest, encodeBase64, fromHex, hex, utf8 } from "./encoding.ts";
import { MalformedError, ProofError } from "./errors.ts";
import { leafHash, proofLength, rootFrom } from "./merkle.ts";
import { decodeNote, verifyCheckpoint } from "./notes.ts";
import type { VerifierKey } from "./notes.ts";
import { decodeReceipt, encodeReceipt } from "./receipts.ts";
import type { Receipt } from "./receipts.ts";
import { trackerBytes, trackerText } from "./tracker.ts";

const MAX_DIGITS = 5300;
// Version; size, index, tracker, parent, payload, signature, hashes of the proof.
const LAYOUT = new RegExp(
  `^1${[8, 8, 20, 64, 64, 128].map((width) => `([0-9a-f]{${width}})`).join("")}((?:[0-9a-f]{64}){0,63})$`,
);

/** Fewer hashes than size and index demand, or an index that is not below the size: cut on the way. */
export class CutLink extends ProofError {}

/** Return the digits of a verified receipt: §20.4; RangeError: its board is too large for them. */
export function encodeReceiptDigits(receipt: Receipt): string {
  const { key, index, tracker, ballot, event, proof, checkpoint } = receipt;
  const { size } = verifyCheckpoint(checkpoint, key);
  const line = decodeNote(checkpoint).lines.find((each) => each.blob.startsWith(key.id));
  const digits = [
    "1",
    number(size),
    number(index),
    hex(trackerBytes(tracker)),
    event.slice('{"parent":"'.length).slice(0, 64),
    hex(decodeBase64Digest(ballot)),
    line?.blob.slice(key.id.length) ?? "",
    ...proof.map(hex),
  ].join("");
  if (!LAYOUT.test(digits)) {
    throw new RangeError("the receipt does not fit into a link");
  }
  return BigInt(`0x${digits}`).toString();
}

/** Read the digits of a receipt of the board with this key: §20.4; MalformedError: none are.
 *
 * CutLink: fewer than they were, as a cut after whole hashes leaves the form of digits.
 */
export function decodeReceiptDigits(digits: string, key: VerifierKey): Receipt {
  const isNumber = /^[1-9][0-9]*$/.test(digits) && digits.length <= MAX_DIGITS;
  const written = isNumber ? BigInt(digits).toString(16) : "";
  const found = LAYOUT.exec(written);
  if (found === null) {
    throw new MalformedError("these are not the digits of a receipt", "20.4");
  }
  const [, size = "", place = "", tracker = "", parent = "", payload = "", signed = "", rest = ""] = found;
  const index = parseInt(place, 16);
  const proof = (rest.match(/.{64}/g) ?? []).map(fromHex);
  const event = `{"parent":"${parent}","height":${index},"type":"Ballot","payload":"${payload}"}`;
  const ballot = encodeBase64(fromHex(payload)).slice(0, -1);
  const entries = parseInt(size, 16);
  if (index >= entries || proof.length < proofLength(index, entries)) {
    throw new CutLink("the digits of a receipt are fewer than its place in the tree demands", "20.4");
  }
  const root = encodeBase64(rootFrom(proof, leafHash(utf8(event)), index, entries));
  const line = encodeBase64(fromHex(key.id + signed));
  const checkpoint = utf8(`${key.name}\n${entries}\n${root}\n\n\u2014 ${key.name} ${line}\n`);
  // Through the file, so that nothing is taken here that would be refused there.
  return decodeReceipt(
    encodeReceipt({ tracker: trackerText(fromHex(tracker)), ballot, event, key, index, proof, checkpoint }),
  );
}

function number(value: number): string {
  return value.toString(16).padStart(8, "0");
}
