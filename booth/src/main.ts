// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the page of the booth loads. */

export { MalformedError, MistypedCode, NoRandomness, OutOfOrder } from "./errors.ts";
export { ProofError, ProtocolError, UnsupportedError } from "./errors.ts";
export { openBooth } from "./session.ts";
export type { Booth, Choice, SealedBallot, Voter } from "./session.ts";
