// SPDX-License-Identifier: AGPL-3.0-or-later
/** The witnesses that an election names, and how many of them its result demands: docs/protocol.md §8.3. */

import { Fields } from "./fields.ts";
import { decodeCanonicalJson } from "./json.ts";
import { COSIGNATURE, decodeVerifierKey } from "./notes.ts";
import type { VerifierKey } from "./notes.ts";

const MAX_WITNESSES = 16;

/** None, and 0, where the election names nobody. */
export interface Witnesses {
  readonly keys: readonly VerifierKey[];
  readonly quorum: number;
}

/** Read them from the exact bytes of an election; MalformedError: another shape. */
export function decodeWitnesses(data: Uint8Array): Witnesses {
  const binding = new Fields(decodeCanonicalJson(data), "election", "8.2").object("evote");
  if (!binding.has("witnesses")) {
    return { keys: [], quorum: 0 };
  }
  const fields = binding.object("witnesses");
  const keys = fields.items("keys").map((key) => decodeVerifierKey(key, COSIGNATURE));
  const quorum = fields.integer("quorum", 1, Math.min(keys.length, MAX_WITNESSES));
  fields.finish();
  return { keys, quorum };
}
