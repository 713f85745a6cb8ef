// SPDX-License-Identifier: AGPL-3.0-or-later
/** Makes ballots for other implementations to judge: JSON on standard input, JSON on standard output.
 *
 * In: the exact texts of election and credentials, and for each ballot a code and a choice. Out:
 * for each ballot its tracker and, as text, the bytes cast or those of the checked ballot.
 */

import { readFileSync } from "node:fs";
import { utf8 } from "../src/encoding.ts";
import { openBooth } from "../src/session.ts";
import type { Choice } from "../src/session.ts";
import { textOf } from "./vectors.ts";

interface Order {
  readonly election: string;
  readonly credentials: string;
  readonly ballots: readonly {
    readonly code: string;
    readonly choice: Choice;
    readonly check: boolean;
  }[];
}

const order = JSON.parse(readFileSync(0, "utf-8")) as Order;
const booth = openBooth(utf8(order.election));
booth.preparations().forEach((step) => step());
const made = order.ballots.map(({ code, choice, check }) => {
  const voter = booth.signIn(code);
  voter.requireListed(utf8(order.credentials));
  const sealed = voter.encrypt(choice);
  return { tracker: sealed.tracker, data: textOf(check ? sealed.check() : sealed.cast()) };
});
console.log(JSON.stringify(made));
