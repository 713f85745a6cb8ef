// SPDX-License-Identifier: AGPL-3.0-or-later
/** From the first screen to the lists: the code, the sealed list, the second secret. */

import { MalformedError, MistypedCode, ProtocolError } from "../errors.ts";
import type { Voter } from "../session.ts";
import { endingOf, whyNoAnswer } from "./ending.ts";
import { lookOnce } from "./publishing.ts";
import { ballotOf, forget, showTracker } from "./visit.ts";
import type { Visit } from "./visit.ts";

const CODE_SIGNS = 31;
const LIST_SECTION = "8.3"; // of docs/protocol.md: the list is not the one that was sealed

/** Attach the screens before the lists; `code` is the one of the letter's link, or null. */
export function prepareEntering(visit: Visit, code: string | null): void {
  const { page, way } = visit;
  page.onAction("begin", () => {
    way.next("code");
    if (code === null) {
      return;
    }
    if (takeCode(visit, code)) {
      way.here("pin");
    } else {
      page.put("code", code); // with what is wrong in it said beside it, to be mended there
    }
  });
  page.onForm("code", (form) => {
    if (takeCode(visit, String(form.get("code") ?? ""))) {
      way.next("pin");
    }
  });
  page.onForm("pin", (form) => void askPin(visit, String(form.get("pin") ?? "")));
  page.onForm("used", (form) => void tellUse(visit, String(form.get("code") ?? "")));
  page.onAction("other-code", () => way.next("code"));
  page.onAction("listed-code", () => way.again());
  page.onAction("find-receipt", () => void lookOnce(visit));
}

/** Take a code, and forget what was typed and chosen with another. Tell if it has a holder. */
function takeCode(visit: Visit, typed: string): boolean {
  const voter = readCode(visit, typed, "code");
  if (voter === null) {
    return false;
  }
  forget(visit, "code", "used");
  showTracker(visit, "");
  expectAnswer(visit, null);
  visit.voter = voter;
  return true;
}

/** Return the voter of a typed code, who is in the sealed list; else say what is wrong. */
function readCode(visit: Visit, typed: string, field: string): Voter | null {
  const { page } = visit;
  const signs = typed.replace(/[\s-]/g, "");
  if (signs === "") {
    page.fail(field, page.message("code-empty"));
    return null;
  }
  try {
    const voter = visit.booth.signIn(typed);
    voter.requireListed(visit.credentials);
    return voter;
  } catch (error) {
    sayWhatIsWrong(visit, error, signs.length, field);
    return null;
  }
}

function sayWhatIsWrong(visit: Visit, error: unknown, length: number, field: string): void {
  const { page } = visit;
  if (error instanceof MistypedCode) {
    const name = error.groups.length === 1 ? "code-group" : "code-groups";
    page.fail(field, page.message(name, { groups: error.groups.join(", ") }));
  } else if (error instanceof MalformedError) {
    const name = length === CODE_SIGNS ? "code-sign" : "code-length";
    page.fail(field, page.message(name, { count: String(length) }));
  } else if (error instanceof ProtocolError) {
    // §8.3: never vote with another list than the sealed one, nor with a credential outside it.
    page.show(error.section === LIST_SECTION ? "broken" : "unlisted");
  } else {
    throw error;
  }
}

async function askPin(visit: Visit, typed: string): Promise<void> {
  const { page, voter } = visit;
  const pin = typed.replace(/\s/g, "");
  if (voter !== null && visit.asking === voter) {
    return; // a wrong PIN costs a try each time it is sent: another press sends nothing
  }
  if (pin === "" || voter === null) {
    page.fail("pin", page.message("pin-empty"));
    return;
  }
  if (!page.fits("pin")) {
    page.fail("pin", page.message("pin-length")); // nothing is sent, so no try is lost
    return;
  }
  await ask(visit, voter, "pin", async () => {
    const outcome = await visit.server.preCheck(voter.signInNumber, pin);
    await enter(visit, voter, pin, outcome);
  });
}

/** Ask about this voter, for the form of that field, and say there why no answer comes. */
async function ask(visit: Visit, voter: Voter, field: string, task: () => Promise<void>): Promise<void> {
  const { page } = visit;
  expectAnswer(visit, voter);
  try {
    await task();
  } catch (error) {
    const why = whyNoAnswer(error);
    if (visit.asking === voter) {
      page.fail(field, page.message(field === "pin" && why === "no-network" ? "pin-no-network" : why));
    }
  }
  if (visit.asking === voter) {
    expectAnswer(visit, null);
  }
}

/** Say that an answer about this voter is awaited; where it is null, that none is. */
function expectAnswer(visit: Visit, voter: Voter | null): void {
  const { page } = visit;
  visit.asking = voter;
  page.when("asking", voter !== null);
  page.announce(voter === null ? "" : page.message("asking"));
  page.all("asks").forEach((button) => button.setAttribute("aria-disabled", String(voter !== null)));
}

async function enter(visit: Visit, voter: Voter, pin: string, outcome: string): Promise<void> {
  const { page, way } = visit;
  if (visit.voter !== voter) {
    return; // another code was taken meanwhile
  }
  const isEnd = outcome !== "ready" && outcome !== "code_or_pin_wrong";
  const ending = isEnd ? await endingOf(visit, voter, outcome) : "";
  if (visit.voter !== voter || !page.shows("pin")) {
    return; // the parent went back meanwhile
  }
  if (isEnd) {
    visit.voter = null;
    way.here(ending);
  } else if (outcome === "ready") {
    visit.pin = pin;
    way.next("choose");
  } else {
    page.fail("pin", page.message("pin-wrong"));
  }
}

/** Say after closing whether a code was used, from the board alone: nothing is sent. */
async function tellUse(visit: Visit, typed: string): Promise<void> {
  const { page } = visit;
  ["used", "unused", "found"].forEach((name) => page.when(name, false));
  showTracker(visit, "");
  const voter = readCode(visit, typed, "used");
  if (voter === null) {
    return;
  }
  await ask(visit, voter, "used", async () => {
    const found = await ballotOf(visit, voter);
    if (visit.asking !== voter) {
      return; // another code was asked about meanwhile
    }
    page.when("used", found !== null);
    page.when("found", found !== null);
    page.when("unused", found === null);
    showTracker(visit, found?.tracker ?? "");
  });
}
