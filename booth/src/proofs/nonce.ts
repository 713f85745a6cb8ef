// SPDX-License-Identifier: AGPL-3.0-or-later
/** The random scalars of every prover: docs/protocol.md §6, hedged against a bad generator.
 *
 * Each is a hash of the secret, of the statement, of a counter and of fresh random bytes. So two
 * statements never share a nonce, even where the generator repeats itself.
 */

import type { Scalar } from "../group.ts";
import type { Rng } from "../rng.ts";
import { NONCE_LABEL, labelledScalar } from "../transcript.ts";

const RANDOM_BYTES = 32;

/** Return the draws of one prover for one statement: each call gives another scalar. */
export function nonces(secret: Scalar, statement: readonly string[], rng: Rng): () => Scalar {
  const secretBytes = secret.toBytes();
  let drawn = 0;
  return () => {
    drawn += 1;
    const context = [...statement, String(drawn)];
    return labelledScalar(NONCE_LABEL, [secretBytes, ...context, rng(RANDOM_BYTES)]);
  };
}
