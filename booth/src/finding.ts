// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a file or a link is that somebody was given for a receipt: what the offline page calls.
 *
 * docs/protocol.md §20. Whatever holds, holds by the sealed key of the board.
 */

import { looksLikePromise, paperAsGiven } from "./as_given.ts";
import { MalformedError, ProtocolError } from "./errors.ts";
import { decodeNote, isCut } from "./notes.ts";
import type { VerifierKey } from "./notes.ts";
import { isBeyond, isTooFar, verifyPromise } from "./promises.ts";
import { CutLink, decodeReceiptDigits } from "./receipt_link.ts";
import {
  decodeReceipt,
  encodeReceipt,
  isAhead,
  looksLikeReceipt,
  stampedAt,
  verifyReceipt,
} from "./receipts.ts";
import type { Receipt } from "./receipts.ts";
import { cosignedAt } from "./stamps.ts";

/** What the election seals of all this: §8.3. */
export interface Sealed {
  readonly key: VerifierKey;
  readonly closesAt: number;
  readonly witnesses: readonly VerifierKey[];
}

/** A receipt or a promise that holds, or what else was given: only `wrong` is an incident by itself.
 *
 * `ahead`: a receipt that holds, but is stamped for a time that has not come, if this device's clock is
 * right: an incident then, as it hides that the board was shortened (§20.2). `elsewhere`: of another
 * board, of which it says host and number. `other-site`: of this number, but another host, an imitation
 * perhaps, which nobody is to be sent to. `damaged`: one that is cut, or not of its form;
 * `damaged-promise`: a promise that is so.
 * `incomplete`: a receipt that holds, but without its one true stamp (§20.2). `none`: no receipt and
 * no promise. `wrong`: of this board, whole, and untrue.
 *
 * `cosigned` is how many witnesses co-signed the receipt's checkpoint; null of a link, which has no
 * room for their lines (§20.4). `isTooFar` if no server may have promised this time by now (§20.1).
 */
export type Finding =
  | {
      readonly kind: "receipt";
      readonly receipt: Receipt;
      readonly file: Uint8Array;
      readonly cosigned: number | null;
    }
  | {
      readonly kind: "promise";
      readonly index: number;
      readonly until: number;
      readonly isTooFar: boolean;
    }
  | { readonly kind: "ahead"; readonly stamp: number }
  | { readonly kind: "elsewhere"; readonly host: string; readonly uuid: string }
  | { readonly kind: "other-site"; readonly host: string }
  | { readonly kind: "incomplete" | "damaged" | "damaged-promise" | "none" | "wrong" };

const ORIGIN = /^([a-z0-9.:-]{1,255})\/([1-9A-HJ-NP-Za-km-z]{14,22})\/board$/;
const LINK = /^https?:\/\/([a-z0-9.:-]{1,255})\/e\/([1-9A-HJ-NP-Za-km-z]{14,22})\/receipt#(.*)$/;

/** Judge the bytes of a file, of a receipt (§20.2) or of a promise (§20.1).
 *
 * `clock` is this device's, in seconds since 1970 UTC.
 */
export function examineFile(file: Uint8Array, sealed: Sealed, clock: number): Finding {
  const data = paperAsGiven(file);
  if (looksLikeReceipt(data)) {
    return judged(() => ofReceipt(data, sealed, clock));
  }
  if (!looksLikePromise(data)) {
    return { kind: "none" };
  }
  const found = judged(() => ofPromise(data, sealed, clock));
  return found.kind === "damaged" ? { kind: "damaged-promise" } : found;
}

/** Judge the digits of a receipt of this board, as they stand after the `#` of its address: §20.4. */
export function examineDigits(digits: string, { key }: Sealed): Finding {
  return judged(() => {
    const receipt = decodeReceiptDigits(digits, key);
    verifyReceipt(receipt, key);
    return { kind: "receipt", receipt, file: encodeReceipt(receipt), cosigned: null };
  });
}

/** Judge the text of a QR code: `none`, unless it is the link to a receipt (§20.4).
 *
 * A server may have more names than the sealed one; where its key did not sign, the name tells.
 */
export function examineLink(text: string, sealed: Sealed): Finding {
  const [link, host = "", uuid = "", digits = ""] = LINK.exec(text) ?? [];
  if (link === undefined) {
    return { kind: "none" };
  }
  const [site, ours] = sealed.key.name.split("/");
  if (uuid !== ours) {
    return { kind: "elsewhere", host, uuid };
  }
  const found = examineDigits(digits, sealed);
  return found.kind === "wrong" && host !== site ? { kind: "other-site", host } : found;
}

function ofReceipt(data: Uint8Array, sealed: Sealed, clock: number): Finding {
  const receipt = decodeReceipt(data);
  if (receipt.key.name !== sealed.key.name) {
    return elsewhere(receipt.key.name, sealed.key);
  }
  requireWhole(receipt.checkpoint, sealed.key);
  verifyReceipt(receipt, sealed.key);
  const stamp = stampedAt(receipt, sealed.key);
  if (stamp === null) {
    return { kind: "incomplete" };
  }
  if (isAhead(stamp, clock, null)) {
    return { kind: "ahead", stamp };
  }
  return { kind: "receipt", receipt, file: data, cosigned: cosignedBy(receipt, sealed) };
}

function ofPromise(data: Uint8Array, { key, closesAt }: Sealed, clock: number): Finding {
  const text = new TextDecoder().decode(data);
  const [, origin = ""] = text.split("\n");
  const [, signer = origin] = /\n\n\u2014 ([^ ]+) /.exec(text) ?? [];
  if (signer !== origin) {
    throw new MalformedError("a promise names two boards", "20.3");
  }
  if (origin !== key.name) {
    return elsewhere(origin, key);
  }
  requireWhole(data, key);
  const promise = verifyPromise(data, key);
  const { index, until } = promise;
  const tooFar = isBeyond(promise, closesAt) || isTooFar(promise, clock, null);
  return { kind: "promise", index, until, isTooFar: tooFar };
}

/** Require a note to have its form to its end; whatever fails afterwards is untrue. */
function requireWhole(note: Uint8Array, key: VerifierKey): void {
  if (isCut(decodeNote(note), key)) {
    throw new MalformedError("a paper is cut within its signature", "18.3");
  }
}

/** Return what is found of a paper of another board, by its name `H/U/board`; MalformedError: of none. */
function elsewhere(origin: string, ours: VerifierKey): Finding {
  const [, host, uuid] = ORIGIN.exec(origin) ?? [];
  if (host === undefined || uuid === undefined) {
    throw new MalformedError("a paper is of no board", "8.3");
  }
  return uuid === ours.name.split("/")[1] ? { kind: "other-site", host } : { kind: "elsewhere", host, uuid };
}

/** Count the witnesses whose line in the receipt holds: it does not rest on them. */
function cosignedBy(receipt: Receipt, { witnesses }: Sealed): number {
  return witnesses.filter((witness) => cosignedAt(receipt.checkpoint, witness) !== null).length;
}

function judged(examine: () => Finding): Finding {
  try {
    return examine();
  } catch (error) {
    if (error instanceof ProtocolError) {
      const isDamage = error instanceof MalformedError || error instanceof CutLink;
      return { kind: isDamage ? "damaged" : "wrong" };
    }
    throw error;
  }
}
