// SPDX-License-Identifier: AGPL-3.0-or-later
/** From a private credential to the key that signs a ballot: docs/protocol.md §9.1. */

import { sha256 } from "@noble/hashes/sha2.js";
import { utf8 } from "./encoding.ts";
import { Scalar, generatorPower } from "./group.ts";
import type { Element } from "./group.ts";
import { Secret } from "./secret.ts";
import { CREDENTIAL_PREFIX, concatenate } from "./transcript.ts";

/** Return 22 base-58 characters in their four groups, joined by hyphens: §9.1. */
export function formatCredential(characters: string): Secret<string> {
  const groups = [characters.slice(0, 5), characters.slice(5, 11), characters.slice(11, 16)];
  return new Secret([...groups, characters.slice(16)].join("-"));
}

/** Return the secret x of a private credential in the election `uuid`: §9.1. */
export function deriveCredential(uuid: string, credential: Secret<string>): Secret<Scalar> {
  // derive_credential|uuid|i|c, for i = 0 and 1: 512 bits, big-endian, modulo q.
  const text = credential.reveal();
  const digests = [0, 1].map((i) => sha256(utf8(`${CREDENTIAL_PREFIX}|${uuid}|${i}|${text}`)));
  return new Secret(Scalar.reduce(concatenate(digests)));
}

/** Return the public credential g^x, the one that the board lists: §9.1. */
export function publicCredential(secret: Secret<Scalar>): Element {
  return generatorPower(secret.reveal());
}
