// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a file or a link is that somebody was given for a receipt: what the offline page calls.
 *
 * docs/protocol.md §20. Whatever holds, holds by the sealed key of the board.
 */

import { ProtocolError } from "./errors.ts";
import type { VerifierKey } from "./notes.ts";
import { verifyPromise } from "./promises.ts";
import { decodeReceiptDigits } from "./receipt_link.ts";
import { decodeReceipt, encodeReceipt, looksLikeReceipt, verifyReceipt } from "./receipts.ts";
import type { Receipt } from "./receipts.ts";

/** A receipt or a promise that holds, or `wrong`: nothing of this board, or untrue. */
export type Finding =
  | { readonly kind: "receipt"; readonly receipt: Receipt; readonly file: Uint8Array }
  | { readonly kind: "promise"; readonly index: number; readonly until: number }
  | { readonly kind: "wrong" };

const WRONG: Finding = { kind: "wrong" };

/** Judge the bytes of a file, of a receipt (§20.2) or of a promise (§20.1). */
export function examineFile(data: Uint8Array, key: VerifierKey): Finding {
  return judged(() => {
    if (looksLikeReceipt(data)) {
      return held(decodeReceipt(data), data, key);
    }
    const { index, until } = verifyPromise(data, key);
    return { kind: "promise", index, until };
  });
}

/** Judge the text of a QR code, or the fragment of an address: digits, or a link to them (§20.4). */
export function examineLink(text: string, key: VerifierKey): Finding {
  return judged(() => {
    const receipt = decodeReceiptDigits(text.slice(text.indexOf("#") + 1), key);
    return held(receipt, encodeReceipt(receipt), key);
  });
}

function held(receipt: Receipt, file: Uint8Array, key: VerifierKey): Finding {
  verifyReceipt(receipt, key);
  return { kind: "receipt", receipt, file };
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
