// SPDX-License-Identifier: AGPL-3.0-or-later
/** A checked ballot on another device, from two files: what the offline page calls (docs/protocol.md §15). */

import { ballotHash } from "./ballot.ts";
import { contextOf, decodeElection } from "./election.ts";
import { decodeChecked, verifyOpened } from "./opened.ts";
import type { Choice } from "./session.ts";
import { trackerOf } from "./tracker.ts";

/** What a checked ballot turned out to be. */
export interface Finding {
  /** The voter compares it with the one noted before choosing to check. */
  readonly tracker: string;
  readonly choice: Choice;
  /** The label of the list, or null for blank. */
  readonly label: string | null;
}

/** Recompute a checked ballot from the exact bytes of it and of its election: §15.
 *
 * MalformedError: one of the two is no such file. ProofError: the ballot is not what it says.
 */
export function examineChecked(electionData: Uint8Array, checkedData: Uint8Array): Finding {
  const election = decodeElection(electionData);
  const context = contextOf(election);
  const checked = decodeChecked(checkedData, context.questions);
  verifyOpened(checked, context);
  const place = checked.opening.votes[0]?.indexOf(1) ?? 0;
  return {
    tracker: trackerOf(ballotHash(checked.ballot)),
    choice: place === 0 ? "blank" : place - 1,
    label: election.question.answers[place - 1] ?? null,
  };
}
