// SPDX-License-Identifier: AGPL-3.0-or-later
/** The lists in the drawn order, blank as an equal choice, the review, and the envelope. */

import type { Choice } from "../session.ts";
import { showSealed } from "./casting.ts";
import { afterDrawing } from "./visit.ts";
import type { Visit } from "./visit.ts";

/** Attach the screens of the choice. */
export function prepareChoosing(visit: Visit): void {
  const { page } = visit;
  writeLists(visit);
  page.onForm("choice", (form) => {
    const value = form.get("choice");
    if (value === null) {
      page.fail("choice", page.message("choice-empty"));
      return;
    }
    visit.choice = value === "blank" ? "blank" : Number(value);
    showReview(visit, visit.choice);
  });
  page.onAction("change", () => visit.way.next("choose"));
  page.onAction("seal", () => seal(visit));
  page.onAction("again", () => seal(visit));
}

function writeLists(visit: Visit): void {
  const { page, booth } = visit;
  const template = page.one<HTMLTemplateElement>("part", "list");
  booth.election.lists.forEach((list, index) => {
    const copy = template.content.cloneNode(true) as DocumentFragment;
    copy.querySelector("input")?.setAttribute("value", String(index));
    write(copy.querySelector(".choice-label"), list.label);
    writeCandidates(copy.querySelector("ol"), list.candidates);
    page.all("lists")[0]?.append(copy);
  });
}

function showReview(visit: Visit, choice: Choice): void {
  const { page, booth } = visit;
  const list = choice === "blank" ? undefined : booth.election.lists[choice];
  page.fill("chosen", list?.label ?? page.message("blank"));
  writeCandidates(page.all("chosen-candidates")[0] ?? null, list?.candidates ?? []);
  visit.way.next("review");
}

function seal(visit: Visit): void {
  const { page, way, voter, choice } = visit;
  if (voter === null || choice === null) {
    return;
  }
  way.next("sealing");
  afterDrawing(() => {
    if (page.shows("sealing")) {
      visit.sealed = voter.encrypt(choice);
      showSealed(visit, visit.sealed);
    }
  });
}

function writeCandidates(place: Element | null, candidates: readonly string[]): void {
  write(place, "");
  for (const candidate of candidates) {
    const item = document.createElement("li");
    const name = document.createElement("bdi");
    write(name, candidate);
    item.append(name);
    place?.append(item);
  }
}

function write(place: Element | null, text: string): void {
  if (place !== null) {
    place.textContent = text;
  }
}
