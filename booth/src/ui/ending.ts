// SPDX-License-Identifier: AGPL-3.0-or-later
/** How a visit ends without a new ballot, and why a request has no answer. */

import type { Voter } from "../session.ts";
import type { Page } from "./page.ts";
import { NoAnswer, Unavailable } from "./server.ts";
import type { Circumstances } from "./server.ts";
import { ballotOf, showTracker } from "./visit.ts";
import type { Visit } from "./visit.ts";

/** What each outcome of the pre-check or of a cast shows, where it ends the visit: docs/adr/0010. */
const ENDINGS: Readonly<Record<string, string>> = {
  already_voted: "voted",
  credential_used_but_not_this_sign_in: "desk",
  not_open_yet: "not-open",
  closed: "closed",
  suspended: "suspended",
  code_or_pin_wrong: "digits",
  ballot_refused: "refused",
};

/** Return the screen that ends the visit; where a ballot of this code is on the board, with its tracker. */
export async function endingOf(visit: Visit, voter: Voter, outcome: string): Promise<string> {
  const { page } = visit;
  if (outcome === "already_voted") {
    const found = await ballotOf(visit, voter).catch(() => undefined);
    if (visit.voter !== voter) {
      return ""; // another code was taken meanwhile
    }
    page.when("found", found !== null && found !== undefined);
    page.when("not-found", found === null); // on no answer nothing is said
    showTracker(visit, found?.tracker ?? "");
  }
  if (outcome === "suspended" || outcome === "closed" || outcome === "not_open_yet") {
    const now = await visit.server.circumstances().catch(() => null);
    if (now !== null) {
      showCircumstances(page, now);
    }
    if (now?.state === "cancelled") {
      return "cancelled";
    }
  }
  return ENDINGS[outcome] ?? "refused";
}

/** Show the hours of an election, and why it is stopped, wherever the page has a place for them. */
export function showCircumstances(page: Page, now: Circumstances): void {
  for (const slot of ["opens", "closes", "reason"] as const) {
    page.fill(slot, now[slot]);
  }
}

/** Tell whether an answer of the server is also true of what was sent before, and not answered.
 *
 * The PIN is judged before the board is looked at, and a request that is of no use is not judged.
 */
export function saysOfEarlier(outcome: string): boolean {
  return outcome !== "" && outcome !== "code_or_pin_wrong";
}

/** Return the message for a request that was not answered. */
export function whyNoAnswer(error: unknown): string {
  if (error instanceof Unavailable) {
    return "unavailable";
  }
  if (error instanceof NoAnswer) {
    return "no-network";
  }
  throw error;
}
