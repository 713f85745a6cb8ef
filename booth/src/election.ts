// SPDX-License-Identifier: AGPL-3.0-or-later
/** The election object, as far as a voter needs it: docs/protocol.md §8.2 and §8.3.
 *
 * Its exact bytes are hashed: every proof of a ballot is bound to them. What is not read here
 * (ceremony, roll commitment, reserves) binds all the same, and is the verifier's business.
 */

import type { BallotContext } from "./ballot.ts";
import { isUuid, sha256Base64 } from "./encoding.ts";
import { MalformedError, UnsupportedError } from "./errors.ts";
import { Fields } from "./fields.ts";
import { Element, GROUP_NAME } from "./group.ts";
import { decodeCanonicalJson } from "./json.ts";
import type { JsonValue } from "./json.ts";
import { decodeVerifierKey } from "./notes.ts";
import type { VerifierKey } from "./notes.ts";
import { decodeQuestion } from "./questions.ts";
import type { Question } from "./questions.ts";

const VERSION = 1;
const SERVED_VERSION = 2;
const MAX_SEATS = 100;
const MAX_LISTS = 50;
const MAX_TIME = 253_402_300_799; // the last second before the year 10000
const MAX_GRACE_SECONDS = 3600;

/** A list of candidates, in order: §8.3. */
export interface CandidateList {
  readonly label: string;
  readonly candidates: readonly string[];
}

/** An election of ours, as a voter sees it; times are seconds since 1970 UTC: §8.2, §8.3. */
export interface Election {
  readonly uuid: string;
  readonly name: string;
  readonly description: string;
  readonly fingerprint: string;
  /** The object's exact text, whose hash the fingerprint is. */
  readonly text: string;
  readonly publicKey: Element;
  readonly question: Question;
  readonly school: { readonly name: string; readonly uai: string };
  readonly rehearsal: boolean;
  readonly seats: number;
  readonly lists: readonly CandidateList[];
  readonly opensAt: number;
  readonly closesAt: number;
  readonly graceSeconds: number;
  readonly credentialsSha256: string;
  /** With which the server signs promises and checkpoints; null in version 1, without server. */
  readonly boardKey: VerifierKey | null;
}

/** What the booth reads of the member `evote`. */
type Binding = Pick<
  Election,
  | "school"
  | "rehearsal"
  | "seats"
  | "lists"
  | "opensAt"
  | "closesAt"
  | "graceSeconds"
  | "credentialsSha256"
  | "boardKey"
>;

/** Read the exact bytes of an election of ours: §8.2, §14.
 *
 * UnsupportedError: another version or group, or an election without our bindings.
 * MalformedError: another shape, or a question that is not one list or blank.
 */
export function decodeElection(data: Uint8Array): Election {
  const fields = new Fields(decodeCanonicalJson(data), "election", "8.2");
  requireSupported(fields);
  const election = {
    uuid: fields.text("uuid"),
    name: fields.text("name"),
    description: fields.text("description"),
    fingerprint: sha256Base64(data),
    text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(data),
    publicKey: Element.decode(fields.raw("public_key")),
    question: onlyQuestion(fields),
    ...decodeBinding(fields.raw("evote")),
  };
  fields.finish();
  if (!isUuid(election.uuid)) {
    throw new MalformedError("a uuid is not base 58 of the right length", "2.4");
  }
  requireListsOrBlank(election.question, election.lists);
  requireOwnBoard(election.boardKey, election.uuid);
  return election;
}

/** What ballots are made and verified against: §9.3. */
export function contextOf(election: Election): BallotContext {
  const { uuid, fingerprint, publicKey, question } = election;
  return { uuid, fingerprint, publicKey, questions: [question] };
}

function requireSupported(fields: Fields): void {
  if (fields.raw("version") !== VERSION) {
    throw new UnsupportedError("the election is not of version 1", "8.2");
  }
  if (fields.raw("group") !== GROUP_NAME) {
    throw new UnsupportedError(`the election is not in the group ${GROUP_NAME}`, "8.2");
  }
  if (!fields.has("evote")) {
    throw new UnsupportedError("the election does not carry our bindings", "14");
  }
}

function onlyQuestion(fields: Fields): Question {
  const [question, ...others] = fields.items("questions").map(decodeQuestion);
  if (question === undefined || others.length > 0) {
    throw new MalformedError("the election has not exactly one question", "8.3");
  }
  return question;
}

function decodeBinding(value: JsonValue): Binding {
  // Not finished: the members that are not read here are the verifier's.
  const fields = new Fields(value, "evote", "8.3");
  const version = fields.raw("version");
  if (typeof version !== "number" || version < 1 || version > SERVED_VERSION) {
    throw new UnsupportedError("the bindings are not of a version that is known", "8.3");
  }
  const school = fields.object("school");
  const binding = {
    school: { name: school.text("name"), uai: school.text("uai") },
    rehearsal: fields.boolean("rehearsal"),
    seats: fields.integer("seats", 1, MAX_SEATS),
    lists: fields.items("lists").map(decodeList),
    opensAt: fields.integer("opens_at", 0, MAX_TIME),
    closesAt: fields.integer("closes_at", 0, MAX_TIME),
    graceSeconds: fields.integer("grace_seconds", 0, MAX_GRACE_SECONDS),
    credentialsSha256: fields.text("credentials_sha256"),
    boardKey: version === SERVED_VERSION ? decodeVerifierKey(fields.raw("board_key")) : null,
  };
  if (!/^[0-9a-f]{64}$/.test(binding.credentialsSha256)) {
    throw fields.error("has a member credentials_sha256 that is not a hash");
  }
  return binding;
}

function decodeList(value: JsonValue): CandidateList {
  const fields = new Fields(value, "list", "8.3");
  const list = { label: fields.text("label"), candidates: fields.texts("candidates") };
  fields.finish();
  return list;
}

function requireOwnBoard(key: VerifierKey | null, uuid: string): void {
  const [, host = "", log = ""] = /^([^/]*)\/(.*)$/.exec(key?.name ?? "") ?? [];
  if (key !== null && (!/^[a-z0-9.:-]{1,255}$/.test(host) || log !== `${uuid}/board`)) {
    throw new MalformedError("the key of the board is of another log", "8.3");
  }
}

function requireListsOrBlank(question: Question, lists: readonly CandidateList[]): void {
  const labels = lists.map((list) => list.label);
  const { answers, blank, minimum, maximum } = question;
  const sameLabels =
    labels.length === answers.length && labels.every((label, i) => label === answers[i]);
  if (!sameLabels || labels.length > MAX_LISTS || !blank || minimum !== 1 || maximum !== 1) {
    throw new MalformedError("the question is not one list or blank", "8.3");
  }
}
