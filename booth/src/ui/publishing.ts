// SPDX-License-Identifier: AGPL-3.0-or-later
/** After *recorded*: the promise is checked at once, the receipt when it comes: docs/protocol.md §20.
 *
 * A ballot that was recorded is never said not to be. What the server does not keep, or gives
 * wrong, is told with the file that shows it.
 */

import { utf8 } from "../encoding.ts";
import { ProtocolError } from "../errors.ts";
import { Publication, TooFar, Unstamped } from "../publication.ts";
import { encodeReceiptDigits } from "../receipt_link.ts";
import type { Receipt } from "../receipts.ts";
import { whyNoAnswer } from "./ending.ts";
import { offerFile } from "./pictures.ts";
import { Silence } from "./server.ts";
import type { CastAnswer } from "./server.ts";
import type { Visit } from "./visit.ts";
import { wait } from "./waiting.ts";

const FIRST_WAIT_S = 2;
const LONGEST_WAIT_S = 60;
const LONGEST_WAIT_WHEN_LATE_S = 900;
const MOST_TRIES = 5; // to judge a promise, for half a minute

/** What one look for a receipt gave: the link of one that holds, or why there is none. */
type Look = { readonly link: string } | "none" | "no-answer" | "silence" | Fault;
/** What is wrong with a receipt that came, its proof or its stamp alone; or that none comes any more. */
type Fault = "wrong-receipt" | "unstamped-receipt" | "ahead-receipt" | "gone";

const FAULTS: readonly string[] = [
  "wrong-receipt",
  "unstamped-receipt",
  "ahead-receipt",
  "gone",
] satisfies readonly Fault[];
/** All that is told of a ballot in one place, one of them at a time. */
const TOLD: readonly string[] = [
  ...["waiting", "published", "late", "no-network", "no-promise", "unproved"],
  ...FAULTS,
];
/** What a receipt is worth, the worst first, to show later that its ballot was in the urn. */
const WORTH: readonly string[] = ["wrong-receipt", "unstamped-receipt", "ahead-receipt", "published"];

/** Follow a ballot that was just recorded; return its receipt's link once the receipt holds.
 *
 * `answer` is null where the list of the board told that it is recorded: then nothing was promised,
 * and a server that lists it can prove it.
 */
export async function follow(
  visit: Visit,
  ballot: Uint8Array,
  answer: CastAnswer | null,
): Promise<string> {
  const publication = new Publication(visit.boardKey, visit.tracker, ballot);
  let isJudged = answer === null || (await judgePromise(visit, publication, answer));
  const begun = performance.now();
  const patience = publication.patience(answer?.at ?? 0);
  let without = 0;
  for (let seconds = FIRST_WAIT_S, tries = 2; ; seconds *= 2, tries += 1) {
    const found = await look(visit, publication);
    if (typeof found === "object") {
      return found.link;
    }
    const isMeant = publication.tracker === visit.tracker;
    if (answer !== null && !isJudged && isMeant) {
      isJudged = await judgePromise(visit, publication, answer, tries >= MOST_TRIES);
    }
    without = found === "none" ? without + 1 : 0;
    if (answer === null && without > 1 && isMeant) {
      tell(visit, "unproved"); // a restart may lie between the list and one look
    }
    const left = patience - (performance.now() - begun) / 1000;
    if (left <= 0 && publication.isPromised && !FAULTS.includes(found)) {
      await tellLate(visit, found === "silence");
    }
    seconds = Math.min(seconds, left > 0 ? LONGEST_WAIT_S : LONGEST_WAIT_WHEN_LATE_S);
    await wait(seconds, [window, "online"], [document, "visibilitychange"]);
  }
}

/** Look for the receipt of a ballot that an earlier visit cast, when the parent asks for it.
 *
 * The server's list of published ballots has it, so that an answer without receipt is asked for
 * once more, as a restart may lie between the two, and is never that the ballot is still to come.
 */
export async function lookOnce(visit: Visit): Promise<void> {
  const { page, tracker } = visit;
  page.when("no-answer", false);
  const publication = new Publication(visit.boardKey, tracker, null);
  let found = await look(visit, publication);
  if (found === "none") {
    await wait(FIRST_WAIT_S);
    found = await look(visit, publication);
  }
  if (tracker !== visit.tracker) {
    return; // meanwhile the page shows another ballot
  }
  if (found === "none") {
    page.when("unproved", false); // whoever asks again is told again
    tell(visit, "unproved");
  } else if (found === "no-answer" || found === "silence") {
    show(visit, "no-answer"); // what was told before, and its file, stand
  }
}

/** Judge the promise, tell what it is worth, and return true; false where that is not known yet.
 *
 * A receipt at fault that was told meanwhile stays told, with its file.
 *
 * By this device's clock; where that may be slow, by the last step of the board, which its log signed.
 * The answer's own time is the server's bare word.
 */
async function judgePromise(
  visit: Visit,
  publication: Publication,
  { promise, at }: CastAnswer,
  isLast = false,
): Promise<boolean> {
  const { page } = visit;
  if (promise === "") {
    tell(visit, "no-promise");
    return true;
  }
  const data = utf8(promise);
  offer(visit, "promise-file", data, "promise");
  const take = (stamp: number | null): void =>
    publication.takePromise(data, Date.now() / 1000, stamp);
  try {
    try {
      take(null);
    } catch (error) {
      if (!(error instanceof TooFar)) {
        throw error;
      }
      const stamp = await lastStep(visit);
      if (publication.tracker !== visit.tracker || (stamp === null && !isLast)) {
        return false; // meanwhile the page shows another ballot, or the next look asks again
      }
      take(stamp);
    }
    const minutes = Math.max(2, Math.ceil(publication.promisedIn(at) / 60));
    page.fill("minutes", page.message("minutes", { n: String(minutes) }));
    page.when("waiting", !isFaultShown(visit));
  } catch (error) {
    requireUntrue(error);
    (isFaultShown(visit) ? show : tell)(visit, "wrong-promise");
  }
  return true;
}

async function look(visit: Visit, publication: Publication): Promise<Look> {
  let data: Uint8Array | null;
  try {
    data = await visit.server.receipt(publication.tracker);
  } catch (error) {
    whyNoAnswer(error);
    return error instanceof Silence ? "silence" : "no-answer";
  }
  if (publication.tracker !== visit.tracker || (data === null && visit.best === null)) {
    return "none";
  }
  if (data === null) {
    tell(visit, "gone");
    return "gone";
  }
  const take = (stamp: number | null): Receipt =>
    publication.takeReceipt(data, Date.now() / 1000, stamp);
  try {
    let receipt: Receipt;
    try {
      receipt = take(null);
    } catch (error) {
      if (!(error instanceof TooFar)) {
        throw error;
      }
      const stamp = await lastStep(visit);
      if (publication.tracker !== visit.tracker) {
        return "none"; // meanwhile the page shows another ballot
      }
      receipt = take(stamp);
    }
    const digits = encodeReceiptDigits(receipt);
    tellReceipt(visit, "published", data);
    return { link: new URL(`/e/${visit.uuid}/receipt#${digits}`, location.origin).href };
  } catch (error) {
    requireUntrue(error);
    const fault = faultOf(error);
    tellReceipt(visit, fault, data);
    return fault;
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof TooFar) {
    return "ahead-receipt"; // this device's clock may be slow: that is said first
  }
  return error instanceof Unstamped ? "unstamped-receipt" : "wrong-receipt";
}

/** Return the time of the last step of the board, which its log signed; null where it is not to be had. */
async function lastStep(visit: Visit): Promise<number | null> {
  const stamp = await visit.server.lastStep(visit.boardKey).catch(whyNoAnswer);
  return typeof stamp === "number" ? stamp : null;
}

/** Tell what this receipt is worth, and offer it; beside it the best that came, of equals the first. */
function tellReceipt(visit: Visit, circumstance: string, data: Uint8Array): void {
  const worth = WORTH.indexOf(circumstance);
  const best = visit.best !== null && visit.best.worth >= worth ? visit.best : { worth, data };
  visit.best = best;
  offer(visit, "receipt-file", data, "tlog-proof");
  offer(visit, "best-file", best.data, "tlog-proof");
  visit.page.when("better", String(best.data) !== String(data));
  tell(visit, circumstance);
}

/** Say that the proof has not come in time, whatever the server answers, or does not.
 *
 * Where nothing of it answers, it may be this device's network: then that is said. A receipt at
 * fault was told with its file, and says more.
 */
async function tellLate(visit: Visit, isSilent: boolean): Promise<void> {
  if (!isFaultShown(visit)) {
    const isAway = isSilent && !isShown(visit, "late") && !(await visit.server.answers());
    tell(visit, isAway ? "no-network" : "late");
  }
}

function isFaultShown(visit: Visit): boolean {
  return FAULTS.some((name) => isShown(visit, name));
}

function isShown({ page }: Visit, name: string): boolean {
  return !page.one("when", name).hidden;
}

/** Say what has become of the ballot, in the place of what was said before. */
function tell(visit: Visit, circumstance: string): void {
  for (const each of TOLD) {
    if (each !== circumstance) {
      visit.page.when(each, false);
    }
  }
  visit.page.when("unpublished", circumstance !== "published");
  show(visit, circumstance);
}

/** Show this notice beside the others; say it once only to those who do not see the page. */
function show({ page }: Visit, circumstance: string): void {
  const notice = page.one("when", circumstance);
  const isNew = notice.hidden;
  page.when(circumstance, true);
  if (isNew) {
    page.announce(notice.firstElementChild?.textContent ?? "");
  }
}

function offer(visit: Visit, name: string, data: Uint8Array, suffix: string): void {
  const address = URL.createObjectURL(new Blob([data as BlobPart]));
  const links = visit.page.all<HTMLAnchorElement>(name);
  offerFile(links, address, `preau-${visit.tracker}.${suffix}`);
  links.forEach((link) => (link.hidden = data.length === 0));
}

/** Let pass only what was read and found wrong; anything else is a fault of ours. */
function requireUntrue(error: unknown): void {
  if (!(error instanceof ProtocolError)) {
    throw error;
  }
}
