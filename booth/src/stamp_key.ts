// SPDX-License-Identifier: AGPL-3.0-or-later
/** The key that a log stamps its checkpoints with: docs/protocol.md §18.6. */

import { sha256 } from "@noble/hashes/sha2.js";
import { decodeBase64, encodeBase64, fromHex, hex, utf8 } from "./encoding.ts";
import { COSIGNATURE, decodeVerifierKey } from "./notes.ts";
import type { VerifierKey } from "./notes.ts";
import { concatenate } from "./transcript.ts";

const ID_DIGITS = 8;

/** Return the key of a log's stamps: its own name and public key, as the other type: §18.2. */
export function stampKey(log: VerifierKey): VerifierKey {
  const written = log.text.slice(`${log.name}+${log.id}+`.length);
  const typed = concatenate([fromHex(COSIGNATURE), decodeBase64(written, "18.2").slice(1)]);
  const id = hex(sha256(concatenate([utf8(`${log.name}\n`), typed]))).slice(0, ID_DIGITS);
  return decodeVerifierKey(`${log.name}+${id}+${encodeBase64(typed)}`, COSIGNATURE);
}
