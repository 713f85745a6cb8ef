// SPDX-License-Identifier: AGPL-3.0-or-later
/** Requests that cast are of one length in an election, whatever the ballot: docs/protocol.md §9.6. */

import type { Answer } from "./answer.ts";
import { encodeBallot } from "./ballot.ts";
import type { BallotContext } from "./ballot.ts";
import { sha256Base64 } from "./encoding.ts";
import { Element, Scalar } from "./group.ts";
import { choicesOf, valuesOf } from "./questions.ts";
import type { Question } from "./questions.ts";

const PIN_CHARACTERS = 32;
const PADDING = "0";
const LONGEST = Scalar.of(-1);

/** Return the padding with which this PIN and this ballot are sent: §9.6. */
export function paddingFor(context: BallotContext, pin: string, ballot: string): string {
  const sent = PIN_CHARACTERS + longestBallot(context);
  return PADDING.repeat(Math.max(0, sent - pin.length - ballot.length));
}

/** Return the bytes of the ballot in which every scalar is q - 1: §9.6. */
export function longestBallot(context: BallotContext): number {
  const { uuid, fingerprint, questions } = context;
  const answers = questions.map(longestAnswer);
  const unsigned = { uuid, fingerprint, credential: Element.GENERATOR, answers };
  const signedHash = sha256Base64(new Uint8Array());
  return encodeBallot({ unsigned, signedHash, signature: proof() }).length;
}

function longestAnswer(question: Question): Answer {
  const count = choicesOf(question);
  const choice = { alpha: Element.GENERATOR, beta: Element.GENERATOR };
  return {
    choices: Array.from({ length: count }, () => choice),
    individualProofs: Array.from({ length: count }, () => [proof(), proof()]),
    overallProof: Array.from({ length: valuesOf(question).length + (question.blank ? 1 : 0) }, proof),
    blankProof: question.blank ? [proof(), proof()] : null,
  };
}

function proof(): { challenge: Scalar; response: Scalar } {
  return { challenge: LONGEST, response: LONGEST };
}
