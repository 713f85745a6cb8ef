// SPDX-License-Identifier: AGPL-3.0-or-later
/** The page that opens a checked ballot on another device, without any network: docs/protocol.md §15. */

import "../older.ts";
import { examineChecked } from "../checking.ts";
import type { Finding } from "../checking.ts";
import { Page } from "./page.ts";

const root = document.getElementById("checking");
const election = document.getElementById("election-data");

if (root !== null && election !== null) {
  const page = new Page(root);
  const file = document.getElementById("checked-file");
  if (file instanceof HTMLInputElement) {
    page.when("ready", true);
    file.addEventListener("change", () => {
      const [chosen] = file.files ?? [];
      if (chosen !== undefined) {
        void chosen.arrayBuffer().then((data) => examine(page, new Uint8Array(data)));
      }
    });
  }
}

function examine(page: Page, checked: Uint8Array): void {
  const bytes = Uint8Array.from(atob(election?.textContent?.trim() ?? ""), (c) => c.charCodeAt(0));
  let finding: Finding | null = null;
  try {
    finding = examineChecked(bytes, checked);
  } catch {
    finding = null; // whatever it is, it is no checked ballot of this election
  }
  page.when("right", finding !== null);
  page.when("wrong", finding === null);
  if (finding !== null) {
    page.fill("tracker", finding.tracker);
    page.fill("chosen", finding.label ?? page.message("blank"));
  }
  const shown = page.one("when", finding === null ? "wrong" : "right");
  shown.tabIndex = -1;
  shown.focus();
}
