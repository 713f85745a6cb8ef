// SPDX-License-Identifier: AGPL-3.0-or-later
/** The page that checks a receipt, without any network: docs/protocol.md §20. */

import "../older.ts";
import { MAX_PAPER } from "../as_given.ts";
import { decodeElection } from "../election.ts";
import { examineDigits, examineFile, examineLink } from "../finding.ts";
import type { Finding, Sealed } from "../finding.ts";
import { decodeWitnesses } from "../witnesses.ts";
import type { Witnesses } from "../witnesses.ts";
import { Camera, hasCamera, readPicture } from "./camera.ts";
import { forgetChoice } from "./file_input.ts";
import { Page } from "./page.ts";
import { offerFile } from "./pictures.ts";

/** What was found, or what a picture lacks: any QR code, or that of a receipt. */
type Answer = Finding | { readonly kind: "no-code" | "strange-code" };
type Show = (answer: Answer) => void;

const KINDS = [
  ...["receipt", "promise", "incomplete", "ahead", "elsewhere", "other-site", "damaged"],
  ...["damaged-promise", "none", "no-code", "strange-code", "wrong"],
];

/** The last moment that a browser can name, in seconds since 1970 UTC; a stamp can be later: §18.6. */
const LAST_MOMENT_S = 8.64e12;

const root = document.getElementById("receipt");
const data = document.getElementById("election-data")?.textContent?.trim() ?? "";

if (root !== null) {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const { boardKey: key, closesAt } = decodeElection(bytes);
  const witnesses = decodeWitnesses(bytes);
  if (key !== null) {
    const show = (answer: Answer): void => showAnswer(new Page(root), answer, witnesses);
    prepare(new Page(root), { key, closesAt, witnesses: witnesses.keys }, show);
  }
}

function prepare(page: Page, sealed: Sealed, show: Show): void {
  page.when("ready", true);
  const byLink = (): void => {
    if (/^#[0-9]/.test(location.hash)) {
      show(examineDigits(location.hash.slice(1), sealed));
    }
  };
  prepareFile(sealed, show);
  prepareCamera(page, sealed, show);
  window.addEventListener("hashchange", byLink);
  byLink();
}

function prepareFile(sealed: Sealed, show: Show): void {
  const input = document.getElementById("receipt-file");
  if (input instanceof HTMLInputElement) {
    forgetChoice(input);
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file !== undefined) {
        // What cannot be read is no receipt; the last answer was of another file.
        void readFile(file, sealed).catch((): Answer => ({ kind: "none" })).then(show);
      }
    });
  }
}

/** Judge a file: a receipt, a promise, or a picture of the receipt's QR code. */
async function readFile(file: File, sealed: Sealed): Promise<Answer> {
  // Of a picture, which may be large, no more is read than tells that it is no receipt.
  const data = new Uint8Array(await file.slice(0, MAX_PAPER + 1).arrayBuffer());
  const finding = examineFile(data, sealed, Date.now() / 1000);
  const text = finding.kind === "none" ? await readPicture(file) : undefined;
  if (text === undefined) {
    return finding;
  }
  const seen = text === null ? null : examineLink(text, sealed);
  return seen === null ? { kind: "no-code" } : seen.kind === "none" ? { kind: "strange-code" } : seen;
}

function prepareCamera(page: Page, sealed: Sealed, show: Show): void {
  const video = document.querySelector("video");
  if (video === null || !hasCamera()) {
    return;
  }
  const camera = new Camera(video);
  const look = async (): Promise<void> => {
    KINDS.forEach((kind) => page.when(kind, false));
    page.when("no-camera", false);
    page.when("looking", true);
    try {
      await camera.read((text) => {
        const finding = examineLink(text, sealed);
        const found = finding.kind === "receipt";
        page.when("other-code", !found); // a code, but of something else: go on looking
        if (found) {
          show(finding);
        }
        return found;
      });
    } catch {
      page.when("no-camera", true);
    }
    page.when("looking", false);
  };
  page.when("camera", true);
  page.onAction("look", () => void look());
  page.onAction("stop", () => camera.close());
}

function showAnswer(page: Page, finding: Answer, witnesses: Witnesses): void {
  KINDS.forEach((kind) => page.when(kind, kind === finding.kind));
  if (finding.kind === "receipt") {
    showReceipt(page, finding.receipt.tracker, finding.receipt.index);
    offerReceipt(page, finding.cosigned === null ? null : finding.file, finding.receipt.tracker);
    showWitnesses(page, finding.cosigned, witnesses);
  } else if (finding.kind === "promise") {
    page.fill("until", momentWords(page, finding.until, finding.isTooFar));
    page.when("too-far", finding.isTooFar);
  } else if (finding.kind === "ahead") {
    page.fill("stamp", momentWords(page, finding.stamp, true));
  } else if (finding.kind === "elsewhere") {
    page.fill("elsewhere", finding.uuid);
    page.fill("host", finding.host);
  } else if (finding.kind === "other-site") {
    page.fill("host", finding.host);
  }
  const shown = page.one("when", finding.kind);
  shown.tabIndex = -1;
  shown.focus();
}

/** Say who else vouches for the board: true words, where nobody does. */
function showWitnesses(page: Page, cosigned: number | null, { keys, quorum }: Witnesses): void {
  const named = keys.length > 0;
  const numbers = { n: String(cosigned), all: String(keys.length), quorum: String(quorum) };
  page.when("witnesses", named && cosigned !== null);
  page.fill("witnesses", page.message("witnesses", numbers));
  page.when("unwitnessed", named && cosigned !== null && cosigned < quorum);
  page.when("by-link", cosigned === null);
}

/** A moment in the words of the page, by this device's clock and zone, with its year if that is far. */
function momentWords(page: Page, seconds: number, isFar: boolean): string {
  const moment = new Date(Math.min(seconds, LAST_MOMENT_S) * 1000);
  const { lang } = document.documentElement;
  const day: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" };
  return page.message("moment", {
    day: moment.toLocaleDateString(lang, isFar ? { ...day, year: "numeric" } : day),
    hour: String(moment.getHours()),
    minute: String(moment.getMinutes()).padStart(2, "0"),
  });
}

function showReceipt(page: Page, tracker: string, index: number): void {
  page.fill("tracker", tracker);
  page.fill("index", String(index));
  const served = location.protocol !== "file:";
  const find = page.all("find-link")[0];
  if (find instanceof HTMLAnchorElement) {
    find.hidden = !served; // the saved page knows no server
    find.href = new URL(`find?tracker=${tracker}`, location.href).href;
  }
}

/** Offer the file of a receipt; none, null, of a link, which has not all that a file has (§20.4). */
function offerReceipt(page: Page, file: Uint8Array | null, tracker: string): void {
  page.when("by-file", file !== null);
  if (file !== null) {
    const address = URL.createObjectURL(new Blob([file as BlobPart], { type: "text/plain" }));
    offerFile(page.all("receipt-save"), address, `preau-${tracker}.tlog-proof`);
  }
}
