// SPDX-License-Identifier: AGPL-3.0-or-later
/** The tracker, then cast or check; the ballot stays in memory until the server has answered. */

import { contextOf } from "../election.ts";
import { paddingFor } from "../sending.ts";
import type { SealedBallot, Voter } from "../session.ts";
import { endingOf, saysOfEarlier, whyNoAnswer } from "./ending.ts";
import { offerFile, qrPicture, receiptPicture } from "./pictures.ts";
import { follow } from "./publishing.ts";
import { qrCode } from "./qr.ts";
import type { CastAnswer } from "./server.ts";
import { ballotOf, forget, showTracker } from "./visit.ts";
import type { Visit } from "./visit.ts";
import { wait } from "./waiting.ts";

const FIRST_WAIT_S = 2;
const LONGEST_WAIT_S = 60;
/** A request that was given up may still reach the server; after this, no more. */
const ON_ITS_WAY_MS = 120_000;

/** Attach the screens after the envelope is closed. */
export function prepareCasting(visit: Visit): void {
  const { page } = visit;
  page.onAction("cast", () => {
    // A second press finds another screen: the ballot is sent by one loop only.
    if (visit.sealed !== null && page.shows("sealed")) {
      void cast(visit, visit.sealed);
    }
  });
  page.onAction("check", () => {
    if (visit.sealed !== null && page.shows("sealed")) {
      check(visit, visit.sealed);
    }
  });
}

/** Show the tracker, before anybody has decided between casting and checking: §9.5. */
export function showSealed(visit: Visit, sealed: SealedBallot): void {
  showTracker(visit, sealed.tracker);
  visit.page.show("sealed"); // in the place of *sealing*, so that *back* leads before it
}

// ------------------------------------------------------------------ cast

async function cast(visit: Visit, sealed: SealedBallot): Promise<void> {
  const { page, voter, pin } = visit;
  if (voter === null) {
    return;
  }
  const data = sealed.cast();
  const ballot = new TextDecoder().decode(data);
  const padding = paddingFor(contextOf(visit.booth.election), pin, ballot);
  page.fill("sending", page.message("sending"));
  visit.way.stay("sending");
  let tries = 0;
  const answer = await sendUntilAnswered(visit, () => {
    tries += 1;
    return visit.server.cast(voter.signInNumber, pin, ballot, padding);
  });
  let { outcome } = answer;
  if (tries > 1 && !saysOfEarlier(outcome)) {
    visit.way.stay("unknown");
    outcome = await seek(visit, voter, sealed.tracker, outcome);
  }
  if (outcome === "recorded") {
    showRecorded(visit, sealed.tracker);
    // Not awaited: nothing secret is kept meanwhile. A promise comes with the answer alone.
    void publish(visit, data, answer.outcome === outcome ? answer : null);
    return;
  }
  page.when("not-recorded", true);
  const ending = await endingOf(visit, voter, outcome);
  visit.voter = null;
  visit.sealed = null;
  visit.way.stay(ending);
}

/** Send the same bytes again and again, with growing delays, until the server has answered. */
async function sendUntilAnswered(visit: Visit, send: () => Promise<CastAnswer>): Promise<CastAnswer> {
  for (let seconds = FIRST_WAIT_S; ; seconds = Math.min(seconds * 2, LONGEST_WAIT_S)) {
    let why: string;
    try {
      return await send();
    } catch (error) {
      why = whyNoAnswer(error);
    }
    await pause(visit, seconds, why === "unavailable" ? "server-away" : "sending-again");
    visit.page.fill("sending", visit.page.message("sending"));
  }
}

/** Wait, or until the parent presses, or until the browser says that the network is back. */
async function pause(visit: Visit, seconds: number, why: string): Promise<void> {
  const { page } = visit;
  const words = page.message("seconds", { n: String(seconds) });
  const text = page.message(why, { wait: words });
  page.fill("sending", text);
  page.announce(text);
  const button = page.one("action", "retry");
  button.hidden = false;
  await wait(seconds, [button, "click"], [window, "online"]);
  button.hidden = true;
}

/** Look on the board for a ballot of which no answer tells; return what the board tells of it.
 *
 * One that is missing may be published yet. So it is not recorded only where it is missing from a
 * step made after nothing of it can be on its way any more: then the last answer, `said`, stands.
 */
async function seek(visit: Visit, voter: Voter, tracker: string, said: string): Promise<string> {
  const begun = performance.now();
  let before = Infinity;
  for (let seconds = FIRST_WAIT_S; ; seconds = Math.min(seconds * 2, LONGEST_WAIT_S)) {
    const isLate = performance.now() - begun > ON_ITS_WAY_MS;
    const step = await visit.server.lastStep(visit.boardKey).catch(whyNoAnswer);
    const found = await ballotOf(visit, voter).catch(whyNoAnswer);
    if (found !== null && typeof found === "object") {
      return found.tracker === tracker ? "recorded" : "already_voted";
    }
    if (typeof step === "number" && found === null) {
      if (step > before) {
        return said;
      }
      before = isLate ? step : before;
    }
    await wait(seconds, [window, "online"], [document, "visibilitychange"]);
  }
}

function showRecorded(visit: Visit, tracker: string): void {
  const link = showTracker(visit, tracker);
  forget(visit);
  visit.page.when("unpublished", true);
  visit.way.stay("recorded");
  drawReceipt(visit, "find", link);
}

/** Wait for the proof, and put it into the receipt. */
async function publish(visit: Visit, ballot: Uint8Array, answer: CastAnswer | null): Promise<void> {
  drawReceipt(visit, "receipt", await follow(visit, ballot, answer));
}

/** Draw the receipt that a parent keeps, whose QR code is this link. */
function drawReceipt(visit: Visit, name: string, link: string): void {
  const { page, booth, tracker } = visit;
  const code = qrCode(link);
  page.one<HTMLImageElement>("qr", name).src = qrPicture(code);
  const address = receiptPicture({
    title: page.message("receipt-title"),
    election: booth.election.name,
    school: booth.election.school.name,
    trackerLabel: page.message("receipt-tracker"),
    tracker,
    note: page.message("receipt-note"),
    code,
  });
  offerFile(page.all("receipt-image"), address, `preau-${tracker}.png`);
}

// ------------------------------------------------------------------ check

/** Open this ballot instead of casting it; nothing of it goes through the server: §15. */
function check(visit: Visit, sealed: SealedBallot): void {
  const { page } = visit;
  const name = `preau-essai-${sealed.tracker}.json`;
  const file = new File([sealed.check() as BlobPart], name, { type: "application/json" });
  visit.sealed = null;
  offerFile(page.all("check-file"), URL.createObjectURL(file), name);
  offerShare(visit, file);
  const address = new URL(`/e/${visit.uuid}/check`, location.origin).href;
  page.fill("check-page", address);
  page.one<HTMLImageElement>("qr", "check-page").src = qrPicture(qrCode(address));
  page.show("checking");
}

function offerShare(visit: Visit, file: File): void {
  const button = visit.page.one("action", "share-check");
  const data = { files: [file] };
  button.hidden = !(typeof navigator.canShare === "function" && navigator.canShare(data));
  button.onclick = () => void navigator.share(data).catch(() => undefined);
}
