// SPDX-License-Identifier: AGPL-3.0-or-later
/** Draws the QR code of a receipt's link, for tests in other languages: JSON in, JSON out.
 *
 * In: the text of a receipt, and the address of the page that checks it. Out: the link, and the
 * code's rows, 1 for dark, without the quiet zone.
 */

import { readFileSync } from "node:fs";
import { utf8 } from "../src/encoding.ts";
import { encodeReceiptDigits } from "../src/receipt_link.ts";
import { decodeReceipt } from "../src/receipts.ts";
import { qrCode } from "../src/ui/qr.ts";

interface Order {
  readonly receipt: string;
  readonly page: string;
}

const { receipt, page } = JSON.parse(readFileSync(0, "utf-8")) as Order;
const link = `${page}#${encodeReceiptDigits(decodeReceipt(utf8(receipt)))}`;
const rows = qrCode(link).map((row) => row.map((dark) => (dark ? "1" : "0")).join(""));
process.stdout.write(JSON.stringify({ link, rows }));
