// SPDX-License-Identifier: AGPL-3.0-or-later
/** One visit to the booth: what it holds in memory, and nowhere else. */

import type { VerifierKey } from "../notes.ts";
import type { Booth, Choice, SealedBallot, Voter } from "../session.ts";
import type { Page } from "./page.ts";
import type { Listed, Server } from "./server.ts";
import type { Way } from "./way.ts";

/** The visit; secrets are forgotten as soon as the vote is recorded. */
export interface Visit {
  readonly page: Page;
  readonly way: Way;
  readonly server: Server;
  readonly uuid: string;
  readonly booth: Booth;
  readonly boardKey: VerifierKey;
  readonly credentials: Uint8Array;
  voter: Voter | null;
  pin: string;
  /** About whom an answer is awaited. */
  asking: Voter | null;
  choice: Choice | null;
  sealed: SealedBallot | null;
  /** Of the ballot that the page shows. */
  tracker: string;
  /** The best receipt of that ballot that came; null where none did. */
  best: { readonly worth: number; readonly data: Uint8Array } | null;
}

/** What the page may say of the ballot whose tracker it shows. */
const SAID: readonly string[] = [
  ...["waiting", "published", "late", "no-network", "no-answer", "unproved"],
  ...["no-promise", "wrong-promise", "wrong-receipt", "unstamped-receipt", "ahead-receipt"],
  ...["gone", "better"],
];

/** Forget all secrets, what stands in the forms but those of these names, and what was said of a ballot. */
export function forget(visit: Visit, ...kept: readonly string[]): void {
  visit.voter = null;
  visit.pin = "";
  visit.choice = null;
  visit.sealed = null;
  for (const form of document.forms) {
    if (!kept.includes(form.dataset["form"] ?? "")) {
      form.reset();
    }
  }
  ["found", "not-found"].forEach((name) => visit.page.when(name, false));
  sayNothing(visit);
}

/** Take back all that the page says and offers of a ballot: the next may be another parent's. */
function sayNothing(visit: Visit): void {
  const { page } = visit;
  visit.best = null;
  SAID.forEach((name) => page.when(name, false));
  page.when("unpublished", true);
  for (const kind of ["receipt-file", "best-file", "promise-file"]) {
    for (const link of page.all(kind)) {
      link.hidden = true;
      link.removeAttribute("href");
    }
  }
  page.all("qr").forEach((picture) => picture.removeAttribute("src"));
}

/** Return the ballot of this voter that is on the board; null if there is none. */
export async function ballotOf(visit: Visit, voter: Voter): Promise<Listed | null> {
  const ballots = await visit.server.ballots();
  return ballots.find((ballot) => ballot.credential === voter.publicCredential) ?? null;
}

/** Show a tracker wherever the page has a place for it, and make its links; nothing is said of it yet. */
export function showTracker(visit: Visit, tracker: string): string {
  if (tracker !== visit.tracker) {
    sayNothing(visit);
  }
  visit.tracker = tracker;
  visit.page.fill("tracker", tracker);
  const link = new URL(`/e/${visit.uuid}/find?tracker=${tracker}`, location.origin).href;
  for (const each of document.querySelectorAll<HTMLAnchorElement>("[data-find-link]")) {
    each.href = link;
  }
  return link;
}

/** Let the page be drawn, then do something long. */
export function afterDrawing(task: () => void): void {
  requestAnimationFrame(() => setTimeout(task, 0));
}
