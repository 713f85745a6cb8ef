// SPDX-License-Identifier: AGPL-3.0-or-later
/** Homomorphic questions: docs/protocol.md §8.1. The wire says `min` and `max`. */

import { MalformedError, ProtocolError, UnsupportedError } from "./errors.ts";
import { Fields } from "./fields.ts";
import type { JsonValue } from "./json.ts";

const MAX_ANSWERS = 1000;

/** Choose `minimum` to `maximum` of the answers, or blank where that is offered: §8.1. */
export interface Question {
  readonly answers: readonly string[];
  readonly blank: boolean;
  readonly minimum: number;
  readonly maximum: number;
  readonly question: string;
}

/** One 0 or 1 a choice, the blank one first where there is one: §9.2. */
export type Vote = readonly number[];

/** Read one question, with no other member: §8.1; UnsupportedError for another kind. */
export function decodeQuestion(value: JsonValue): Question {
  const fields = new Fields(value, "question", "8.1");
  if (fields.has("type")) {
    throw new UnsupportedError("a question is not homomorphic", "8.1");
  }
  const answers = fields.texts("answers");
  if (answers.length < 1 || answers.length > MAX_ANSWERS) {
    throw new MalformedError(`a question has not 1 to ${MAX_ANSWERS} answers`, "8.1");
  }
  const maximum = fields.integer("max", 0, answers.length);
  const question = {
    answers,
    blank: fields.has("blank") && fields.boolean("blank"),
    minimum: fields.integer("min", 0, maximum),
    maximum,
    question: fields.text("question"),
  };
  fields.finish();
  return question;
}

/** The number of ciphertexts of an answer, the blank one included. */
export function choicesOf(question: Question): number {
  return question.answers.length + (question.blank ? 1 : 0);
}

/** The sums allowed in a vote that is not blank: min … max. */
export function valuesOf(question: Question): readonly number[] {
  const count = question.maximum - question.minimum + 1;
  return Array.from({ length: count }, (_, i) => question.minimum + i);
}

/** Check that a vote is permitted: §9.2; ProtocolError if it is not. */
export function checkVote(question: Question, vote: Vote): void {
  const count = choicesOf(question);
  if (vote.length !== count || vote.some((m) => m !== 0 && m !== 1)) {
    throw new ProtocolError(`a vote is not ${count} times 0 or 1`, "9.2");
  }
  const blank = question.blank && vote[0] === 1;
  const chosen = vote.slice(question.blank ? 1 : 0).reduce((sum, m) => sum + m, 0);
  if (blank ? chosen > 0 : !valuesOf(question).includes(chosen)) {
    throw new ProtocolError("a vote chooses too many or too few answers", "9.2");
  }
}
