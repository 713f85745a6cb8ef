// SPDX-License-Identifier: AGPL-3.0-or-later
/** The random scalars of a ballot's ciphertexts: docs/protocol.md §9.2.
 *
 * They are hedged against a bad generator. Each is a hash of the voter's secret, of the election,
 * of the whole vote, of its place and of fresh random bytes. So bytes that somebody foresees open
 * no ballot, and bytes that come twice do not let one ballot open another.
 */

import type { Scalar } from "./group.ts";
import { encodeJson } from "./json.ts";
import type { Vote } from "./questions.ts";
import type { Rng } from "./rng.ts";
import type { Secret } from "./secret.ts";
import { RANDOMNESS_LABEL, labelledScalar } from "./transcript.ts";

const RANDOM_BYTES = 64;

/** Return one scalar for each choice of each question: §9.2.
 *
 * `statement` is S0 = φ|C, `votes` those of the whole ballot, and `earlier` how many ballots this
 * program has made for this credential before.
 */
export function drawRandomness(
  credential: Secret<Scalar>,
  statement: string,
  votes: readonly Vote[],
  earlier: number,
  rng: Rng,
): readonly (readonly Scalar[])[] {
  // x, S0, V, b, n, j, random bytes
  const common = [credential.reveal().toBytes(), statement, encodeJson(votes), String(earlier)];
  return votes.map((vote, question) =>
    vote.map((_, choice) => {
      const place = [String(question), String(choice)];
      return labelledScalar(RANDOMNESS_LABEL, [...common, ...place, rng(RANDOM_BYTES)]);
    }),
  );
}
