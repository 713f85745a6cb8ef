// SPDX-License-Identifier: AGPL-3.0-or-later
/** A checked ballot on another device, from two files: what the offline page calls (docs/protocol.md §15). */

import { MAX_CHECKED, checkedAsGiven, looksChecked } from "./as_given.ts";
import { ballotHash } from "./ballot.ts";
import { contextOf, decodeElection } from "./election.ts";
import { decodeJson, encodeJson, isObject } from "./json.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { CarriesAnother, decodeChecked, verifyOpened } from "./opened.ts";
import type { Choice } from "./session.ts";
import { trackerOf } from "./tracker.ts";

const VERSION = 1;
const UUID = /^[1-9A-HJ-NP-Za-km-z]{14,22}$/;

/** What a checked ballot that holds says. */
export interface Opened {
  /** The voter compares it with the one noted before choosing to check. */
  readonly tracker: string;
  readonly choice: Choice;
  /** The label of the list, or null for blank. */
  readonly label: string | null;
}

/** What a file turned out to be: only a `wrong` one says something against the device that made it.
 *
 * `none`: no checked ballot. `newer`: one of a later version. `elsewhere`: one that names another
 * election. `changed`: one that is cut, names no election, is written otherwise than a device does, or
 * whose ballot holds and whose election a charset changed: a device that lies gains nothing by that.
 */
export type Finding =
  | ({ readonly kind: "right" } & Opened)
  | { readonly kind: "elsewhere"; readonly uuid: string }
  | { readonly kind: "none" | "newer" | "changed" | "wrong" };

/** Judge whatever file was chosen, after what mail and editors do to it is taken back: §15. */
export function judgeFile(electionData: Uint8Array, file: Uint8Array): Finding {
  const data = checkedAsGiven(file);
  const value = file.length > MAX_CHECKED ? null : readJson(data);
  if (value === null || !isObject(value) || !value.has("evote_checked_ballot")) {
    return { kind: value === null && looksChecked(file) ? "changed" : "none" };
  }
  const version = value.get("evote_checked_ballot");
  if (typeof version === "number" && version > VERSION) {
    return { kind: "newer" };
  }
  const uuid = electionNamed(value);
  if (uuid !== null && uuid !== decodeElection(electionData).uuid) {
    return { kind: "elsewhere", uuid };
  }
  if (uuid === null || version !== VERSION || !isWrittenSo(value, data)) {
    return { kind: "changed" };
  }
  try {
    return { kind: "right", ...examineChecked(electionData, data) };
  } catch (error) {
    // By whichever error: it must not go without an answer.
    return { kind: error instanceof CarriesAnother ? "changed" : "wrong" };
  }
}

/** Recompute a checked ballot from the exact bytes of it and of its election: §15.
 *
 * MalformedError: one of the two is no such file. ProofError: the ballot is not what it says.
 */
export function examineChecked(electionData: Uint8Array, checkedData: Uint8Array): Opened {
  const election = decodeElection(electionData);
  const context = contextOf(election);
  const checked = decodeChecked(checkedData, context.questions);
  verifyOpened(checked, context);
  const place = checked.opening.votes[0]?.indexOf(1) ?? 0;
  return {
    tracker: trackerOf(ballotHash(checked.ballot)),
    choice: place === 0 ? "blank" : place - 1,
    label: election.question.answers[place - 1] ?? null,
  };
}

/** Read strict JSON, canonical or not (§2.1); null if it is none. */
function readJson(data: Uint8Array): JsonValue {
  try {
    return decodeJson(data);
  } catch {
    return null;
  }
}

function isWrittenSo(value: JsonValue, data: Uint8Array): boolean {
  const written = encodeJson(value);
  return written.length === data.length && written.every((byte, i) => byte === data[i]);
}

/** Return the number of the election that the ballot names; null if it names none. */
function electionNamed(value: JsonObject): string | null {
  const ballot = value.get("ballot") ?? null;
  const uuid = isObject(ballot) ? ballot.get("election_uuid") : null;
  return typeof uuid === "string" && UUID.test(uuid) ? uuid : null;
}
