// SPDX-License-Identifier: AGPL-3.0-or-later
/** The pair that every proof and signature consists of: docs/protocol.md §6. */

import { Fields } from "../fields.ts";
import { Scalar } from "../group.ts";
import type { Element } from "../group.ts";
import { members } from "../json.ts";
import type { JsonArray, JsonValue } from "../json.ts";

/** A challenge and a response, scalars, decimal on the wire: §6. */
export interface Proof {
  readonly challenge: Scalar;
  readonly response: Scalar;
}

/** Return the proof whose response is `nonce - secret * challenge`: §6. */
export function respond(nonce: Scalar, secret: Scalar, challenge: Scalar): Proof {
  return { challenge, response: nonce.minus(secret.times(challenge)) };
}

/** Return `base^response * power^challenge`, the commitment that a proof claims: §6. */
export function claimedCommitment(proof: Proof, base: Element, power: Element): Element {
  return base.publicPower(proof.response).times(power.publicPower(proof.challenge));
}

/** Read `{"challenge":…,"response":…}`, nothing more: §6. */
export function decodeProof(value: JsonValue): Proof {
  const fields = new Fields(value, "proof", "6");
  const proof = {
    challenge: Scalar.decode(fields.raw("challenge")),
    response: Scalar.decode(fields.raw("response")),
  };
  fields.finish();
  return proof;
}

/** Return the object, its members in the order of §6. */
export function encodeProof(proof: Proof): JsonValue {
  return members(["challenge", proof.challenge.encode()], ["response", proof.response.encode()]);
}

/** Read an array of proofs. */
export function decodeProofs(items: JsonArray): readonly Proof[] {
  return items.map(decodeProof);
}

/** Return the array of proofs. */
export function encodeProofs(proofs: readonly Proof[]): JsonValue {
  return proofs.map(encodeProof);
}
