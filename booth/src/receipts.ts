// SPDX-License-Identifier: AGPL-3.0-or-later
/** Receipts, files of C2SP `tlog-proof` by which a ballot was published: docs/protocol.md §20.2. */

import { decodeBase64, decodeBase64Digest, encodeBase64, hex, sha256Base64, utf8 } from "./encoding.ts";
import { MalformedError, ProofError } from "./errors.ts";
import { leafHash, verifyInclusion } from "./merkle.ts";
import { decodeLines, decodeNumber, decodeVerifierKey, verifyCheckpoint } from "./notes.ts";
import type { VerifierKey } from "./notes.ts";
import { isTooFar } from "./promises.ts";
import type { BallotPromise } from "./promises.ts";
import { stampKey } from "./stamp_key.ts";
import { cosignedAt } from "./stamps.ts";

const MAX_BYTES = 64 * 1024;
const FILE =
  /^c2sp\.org\/tlog-proof@v1\nextra (.*)\nindex (.*)\n((?:[A-Za-z0-9+/=]+\n)*)\n([^]+)$/;
const EXTRA =
  /^evote-receipt 1\ntracker (.*)\nballot (.*)\nevent (.*)\nkey (.*)\n$/;
const EVENT =
  /^\{"parent":"[0-9a-f]{64}","height":(.*),"type":"Ballot","payload":"([0-9a-f]{64})"\}$/;
const TRACKER = /^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/;

/** A receipt as it is read: not yet known to be true: §20.2. */
export interface Receipt {
  readonly tracker: string;
  /** SHA-256 of the whole ballot, base 64 without padding. */
  readonly ballot: string;
  /** The exact text of the event. */
  readonly event: string;
  readonly key: VerifierKey;
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: Uint8Array;
}

/** Tell whether these bytes say that they are a receipt, of whatever worth. */
export function looksLikeReceipt(data: Uint8Array): boolean {
  return new TextDecoder().decode(data.slice(0, 23)) === "c2sp.org/tlog-proof@v1\n";
}

/** Read the file of a receipt: §20.2; MalformedError: another form. */
export function decodeReceipt(data: Uint8Array): Receipt {
  const [, extra = "", indexText = "", hashes = "", checkpoint = ""] =
    FILE.exec(data.length > MAX_BYTES ? "" : decodeLines(data)) ?? [];
  const index = decodeNumber(indexText);
  const [, tracker = "", ballot = "", event = "", key = ""] =
    EXTRA.exec(decodeLines(decodeBase64(extra, "20.2"))) ?? [];
  if (index === null || !TRACKER.test(tracker)) {
    throw malformed("is not a tlog-proof with the lines of ours");
  }
  decodeBase64Digest(ballot);
  return {
    tracker,
    ballot,
    event,
    key: decodeVerifierKey(key),
    index,
    proof: hashes.split("\n").slice(0, -1).map((each) => decodeBase64(each, "20.2")),
    checkpoint: utf8(checkpoint),
  };
}

/** Check all that a receipt shows by itself, and that its key is the one sealed: §20.2, §20.3. */
export function verifyReceipt(receipt: Receipt, sealed: VerifierKey): void {
  const { event, index, key, proof, ballot } = receipt;
  const [, height = "", payload = ""] = EVENT.exec(event) ?? [];
  if (decodeNumber(height) === null) {
    throw malformed("has an event that is no canonical ballot event");
  }
  if (key.text !== sealed.text) {
    throw new ProofError("a receipt is of another key than the sealed one", "20.3");
  }
  if (decodeNumber(height) !== index || payload !== hex(decodeBase64Digest(ballot))) {
    throw new ProofError("a receipt has an event of another place or ballot", "20.2");
  }
  const { size, root } = verifyCheckpoint(receipt.checkpoint, key);
  verifyInclusion(proof, leafHash(utf8(event)), index, size, root);
}

/** Check that a receipt is of the ballot with this tracker and, if they are known, these bytes: §20.2. */
export function requireOfBallot(receipt: Receipt, tracker: string, ballot: Uint8Array | null): void {
  const same = ballot === null || receipt.ballot === sha256Base64(ballot);
  if (!same || receipt.tracker !== tracker) {
    throw new ProofError("a receipt is of another ballot", "20.2");
  }
}

/** Check that the ballot was published where it was promised: §20.1; else ProofError. */
export function requireKept(receipt: Receipt, promise: BallotPromise): void {
  if (promise.index !== receipt.index || promise.leaf !== hex(leafHash(utf8(receipt.event)))) {
    throw new ProofError("a ballot was published elsewhere than promised", "20.1");
  }
}

/** Return when the board stamped a receipt, in seconds since 1970 UTC; null if not once and truly. */
export function stampedAt({ checkpoint }: Receipt, sealed: VerifierKey): number | null {
  return cosignedAt(checkpoint, stampKey(sealed));
}

/** Tell whether no server may have stamped so by now, as of promises: §20.1.
 *
 * `clock` is the reader's; `last` the last stamp of the board, null where none is known.
 */
export function isAhead(stamp: number, clock: number, last: number | null): boolean {
  return isTooFar({ until: stamp }, clock, last);
}

/** Return the file of a receipt: §20.2. */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  const { tracker, ballot, event, key, index, proof, checkpoint } = receipt;
  const extra = `evote-receipt 1\ntracker ${tracker}\nballot ${ballot}\nevent ${event}\nkey ${key.text}\n`;
  const head = ["c2sp.org/tlog-proof@v1", `extra ${encodeBase64(utf8(extra))}`, `index ${index}`];
  const lines = [...head, ...proof.map(encodeBase64), "", new TextDecoder().decode(checkpoint)];
  return utf8(lines.join("\n"));
}

function malformed(reason: string): MalformedError {
  return new MalformedError(`a receipt ${reason}`, "20.2");
}
