// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a file or a link is that somebody was given for a receipt: what the offline page calls.
 *
 * docs/protocol.md §20. Whatever holds, holds by the sealed key of the board.
 */

import { paperAsGiven } from "./as_given.ts";
import { ProtocolError } from "./errors.ts";
import type { VerifierKey } from "./notes.ts";
import { isBeyond, isTooFar, verifyPromise } from "./promises.ts";
import { decodeReceiptDigits } from "./receipt_link.ts";
import { decodeReceipt, encodeReceipt, looksLikeReceipt, verifyReceipt } from "./receipts.ts";
import type { Receipt } from "./receipts.ts";
import { verifyCosignature } from "./stamps.ts";

/** What the election seals of all this: §8.3. */
export interface Sealed {
  readonly key: VerifierKey;
  readonly closesAt: number;
  readonly witnesses: readonly VerifierKey[];
}

/** A receipt or a promise that holds, or `wrong`: nothing of this board, or untrue.
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
  | { readonly kind: "wrong" };

const WRONG: Finding = { kind: "wrong" };

/** Judge the bytes of a file, of a receipt (§20.2) or of a promise (§20.1).
 *
 * `clock` is this device's, in seconds since 1970 UTC.
 */
export function examineFile(file: Uint8Array, sealed: Sealed, clock: number): Finding {
  return judged(() => {
    const data = paperAsGiven(file);
    if (looksLikeReceipt(data)) {
      const receipt = decodeReceipt(data);
      verifyReceipt(receipt, sealed.key);
      return { kind: "receipt", receipt, file: data, cosigned: cosignedBy(receipt, sealed) };
    }
    const promise = verifyPromise(data, sealed.key);
    const { index, until } = promise;
    const tooFar = isBeyond(promise, sealed.closesAt) || isTooFar(promise, clock, null);
    return { kind: "promise", index, until, isTooFar: tooFar };
  });
}

/** Judge the text of a QR code, or the fragment of an address: digits, or a link to them (§20.4). */
export function examineLink(text: string, { key }: Sealed): Finding {
  return judged(() => {
    const receipt = decodeReceiptDigits(text.slice(text.indexOf("#") + 1), key);
    verifyReceipt(receipt, key);
    return { kind: "receipt", receipt, file: encodeReceipt(receipt), cosigned: null };
  });
}

/** Count the witnesses whose line in the receipt holds: it does not rest on them. */
function cosignedBy(receipt: Receipt, { witnesses }: Sealed): number {
  return witnesses.filter((witness) => {
    try {
      verifyCosignature(receipt.checkpoint, witness);
      return true;
    } catch (error) {
      if (error instanceof ProtocolError) {
        return false;
      }
      throw error;
    }
  }).length;
}

function judged(examine: () => Finding): Finding {
  try {
    return examine();
  } catch (error) {
    if (error instanceof ProtocolError) {
      return WRONG;
    }
    throw error;
  }
}
