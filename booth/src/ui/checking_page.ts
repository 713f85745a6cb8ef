// SPDX-License-Identifier: AGPL-3.0-or-later
/** The page that opens a checked ballot on another device, without any network: docs/protocol.md §15. */

import "../older.ts";
import { MAX_CHECKED } from "../as_given.ts";
import { judgeFile } from "../checking.ts";
import type { Finding } from "../checking.ts";
import { forgetChoice } from "./file_input.ts";
import { Page } from "./page.ts";

const KINDS = ["right", "elsewhere", "none", "newer", "changed", "wrong"] as const;

const root = document.getElementById("checking");
const election = document.getElementById("election-data");

if (root !== null && election !== null) {
  const page = new Page(root);
  const file = document.getElementById("checked-file");
  if (file instanceof HTMLInputElement) {
    page.when("ready", true);
    forgetChoice(file);
    file.addEventListener("change", () => {
      const [chosen] = file.files ?? [];
      if (chosen !== undefined) {
        const beginning = chosen.slice(0, MAX_CHECKED + 1); // a film is not read to its end
        const found = beginning.arrayBuffer().then((data) => judge(new Uint8Array(data)));
        // What cannot be read is no ballot; the last answer was of another file.
        void found.catch((): Finding => ({ kind: "none" })).then((finding) => show(page, finding));
      }
    });
  }
}

function judge(file: Uint8Array): Finding {
  const bytes = Uint8Array.from(atob(election?.textContent?.trim() ?? ""), (c) => c.charCodeAt(0));
  return judgeFile(bytes, file);
}

function show(page: Page, finding: Finding): void {
  KINDS.forEach((kind) => page.when(kind, kind === finding.kind));
  if (finding.kind === "right") {
    page.fill("tracker", finding.tracker);
    page.fill("chosen", finding.label ?? page.message("blank"));
  } else if (finding.kind === "elsewhere") {
    page.fill("elsewhere", finding.uuid);
  }
  const shown = page.one("when", finding.kind);
  shown.tabIndex = -1;
  shown.focus();
}
