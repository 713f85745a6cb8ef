// SPDX-License-Identifier: AGPL-3.0-or-later
/** A file as the page gave it, whatever a mail program or an editor made of it: docs/protocol.md §15, §20.
 *
 * What is signed is compared afterwards, so nothing that is forged becomes good by this. What is no
 * such file, a large picture say, is seen by its size and its beginning, and returned as it is.
 */

import { utf8 } from "./encoding.ts";

/** The largest receipt or promise, in bytes: §18.3, §20.2. */
export const MAX_PAPER = 64 * 1024;

/** The largest file of a checked ballot, in bytes: a ballot of 1 MiB (§9.3), and what opens it. */
export const MAX_CHECKED = 2 * 1024 * 1024;

const MARK = utf8("\ufeff");
const PROMISE = utf8("evote/v1/promise");
const PAPERS = [utf8("c2sp.org/tlog-proof@v1"), PROMISE];
const CHECKED = utf8('{"evote_checked_ballot":');
const [NEWLINE, RETURN] = [10, 13];
const SPACES = [9, NEWLINE, 11, 12, RETURN, 32];

/** Return a receipt or a promise with its own line ends, and with one newline at its end: §20. */
export function paperAsGiven(file: Uint8Array): Uint8Array {
  const begin = file.length > MAX_PAPER ? file.length : beginOf(file);
  if (!PAPERS.some((paper) => startsWith(file, paper, begin))) {
    return file;
  }
  const kept = file
    .slice(begin, endOf(file))
    .filter((byte, i, all) => byte !== RETURN || all[i + 1] !== NEWLINE);
  const text = new Uint8Array(kept.length + 1);
  text.set(kept);
  text[kept.length] = NEWLINE;
  return text;
}

/** Tell whether these bytes say that they are a promise, of whatever worth: §20.1. */
export function looksLikePromise(file: Uint8Array): boolean {
  return startsWith(file, PROMISE, 0);
}

/** Return a checked ballot, whose one line has no newline, without what stands around it: §15. */
export function checkedAsGiven(file: Uint8Array): Uint8Array {
  const begin = file.length > MAX_CHECKED ? file.length : beginOf(file);
  return startsWith(file, CHECKED, begin) ? file.slice(begin, endOf(file)) : file;
}

/** Tell whether these bytes begin as a checked ballot does, whatever follows: §15. */
export function looksChecked(file: Uint8Array): boolean {
  return startsWith(file, CHECKED, beginOf(file));
}

/** Return where the file begins, after a byte-order mark and empty lines. */
function beginOf(file: Uint8Array): number {
  let begin = startsWith(file, MARK, 0) ? MARK.length : 0;
  while (file[begin] === NEWLINE || file[begin] === RETURN) {
    begin += 1;
  }
  return begin;
}

/** Return where the file ends, before white space. */
function endOf(file: Uint8Array): number {
  let end = file.length;
  while (SPACES.includes(file[end - 1] ?? 0)) {
    end -= 1;
  }
  return end;
}

function startsWith(file: Uint8Array, beginning: Uint8Array, at: number): boolean {
  return beginning.every((byte, i) => file[at + i] === byte);
}
