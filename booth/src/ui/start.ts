// SPDX-License-Identifier: AGPL-3.0-or-later
/** The booth's page begins here: the code leaves the address bar, then the election is read. */

import { ProtocolError, UnsupportedError } from "../errors.ts";
import { requireBrowser } from "../older.ts";
import { openBooth } from "../session.ts";
import { prepareCasting } from "./casting.ts";
import { prepareChoosing } from "./choosing.ts";
import { showCircumstances } from "./ending.ts";
import { prepareEntering } from "./entering.ts";
import { Page } from "./page.ts";
import { NoAnswer, Server, Unavailable } from "./server.ts";
import type { Circumstances } from "./server.ts";
import type { Visit } from "./visit.ts";
import { Way } from "./way.ts";

/** Where the election is not open, what is shown instead of the first screen. */
const CLOSED_DOORS: Readonly<Record<string, string>> = {
  before: "not-open",
  suspended: "suspended",
  cancelled: "cancelled",
  closed: "closed",
  tallied: "closed",
  archived: "closed",
};

/** Run the booth in this document, if this is its page. */
export function start(): void {
  const root = document.getElementById("booth");
  if (root === null) {
    return;
  }
  const code = takeCodeFromAddress();
  const page = new Page(root);
  page.onAction("reload", () => location.reload());
  for (const link of page.all("election-link")) {
    link.setAttribute("href", `/e/${uuidOfAddress()}`);
  }
  // The link of another letter, opened where the booth is open already.
  window.addEventListener("hashchange", () => {
    if (page.shows("sending")) {
      takeCodeFromAddress(); // it has to wait: a ballot is on its way
    } else if (codeInAddress() !== null) {
      location.reload();
    }
  });
  open(page, code).catch((error: unknown) => page.show(whyNot(error)));
}

/** Return what stands after `#`, and take it out of the address bar and the history at once. */
function takeCodeFromAddress(): string | null {
  const code = codeInAddress();
  if (code !== null) {
    history.replaceState(history.state, "", location.pathname);
  }
  return code;
}

/** Return what stands after `#`, unless it is a place to jump to, such as the content. */
function codeInAddress(): string | null {
  const fragment = location.hash.slice(1);
  return fragment === "" || document.getElementById(fragment) !== null ? null : fragment;
}

function uuidOfAddress(): string {
  return location.pathname.split("/").pop() ?? "";
}

async function open(page: Page, code: string | null): Promise<void> {
  requireBrowser();
  const uuid = uuidOfAddress();
  const server = new Server(uuid);
  const [circumstances, election, credentials] = await Promise.all([
    server.circumstances(),
    server.bytes("election"),
    server.bytes("credentials"),
  ]);
  const booth = openBooth(election);
  const { boardKey } = booth.election;
  if (boardKey === null) {
    throw new UnsupportedError("the election is not one held on a server", "8.3");
  }
  const visit: Visit = {
    page,
    way: new Way(page),
    server,
    uuid,
    booth,
    boardKey,
    credentials,
    voter: null,
    pin: "",
    asking: null,
    choice: null,
    sealed: null,
    tracker: "",
    best: null,
  };
  prepareEntering(visit, code);
  prepareChoosing(visit);
  prepareCasting(visit);
  describe(page, visit, circumstances, code);
  visit.way.stay(CLOSED_DOORS[circumstances.state] ?? "ready");
  window.addEventListener("beforeunload", (event) => {
    const isUnderway = visit.voter !== null || (code !== null && page.shows("ready"));
    if (isUnderway && codeInAddress() === null) {
      event.preventDefault(); // code or ballot would be lost
    }
  });
  prepareInIdleTime([...booth.preparations()]);
}

function describe(page: Page, visit: Visit, now: Circumstances, code: string | null): void {
  const { election } = visit.booth;
  page.fill("election", election.name);
  page.fill("school", election.school.name);
  showCircumstances(page, now);
  page.when("rehearsal", election.rehearsal);
  page.when("code", code !== null);
  page.when("no-code", code === null);
  page.put("used", code ?? "");
}

/** Make the tables of the group one by one, while the parent reads. */
function prepareInIdleTime(steps: (() => void)[]): void {
  const step = steps.shift();
  if (step !== undefined) {
    setTimeout(() => {
      step();
      prepareInIdleTime(steps);
    }, 300);
  }
}

function whyNot(error: unknown): string {
  if (error instanceof NoAnswer || error instanceof Unavailable) {
    return "offline";
  }
  // Whatever else goes wrong here is for want of something that this browser does not have.
  return error instanceof ProtocolError ? "broken" : "unable";
}
