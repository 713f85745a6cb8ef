// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the page of the booth loads. */

import "./older.ts";
import { start } from "./ui/start.ts";

export { MalformedError, MistypedCode, NoRandomness, OutOfOrder } from "./errors.ts";
export { ProofError, ProtocolError, UnsupportedError } from "./errors.ts";
export { openBooth } from "./session.ts";
export type { Booth, Choice, SealedBallot, Voter } from "./session.ts";

if (typeof document !== "undefined") {
  start();
}
