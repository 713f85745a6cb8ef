// SPDX-License-Identifier: AGPL-3.0-or-later
/** Stamps and co-signatures: when a log made its checkpoint, and who saw it: docs/protocol.md §18.6. */

import { bigEndian, fromHex, utf8 } from "./encoding.ts";
import { ProofError, ProtocolError } from "./errors.ts";
import { verifySignature } from "./ed25519.ts";
import { decodeNote, verifyCheckpoint } from "./notes.ts";
import type { VerifierKey } from "./notes.ts";
import { stampKey } from "./stamp_key.ts";

/** In hexadecimal digits: the ID, the time, and the whole line's ID, time and signature. */
const ID_END = 8;
const TIME_END = 24;
const LINE_DIGITS = 152;

/** Return when the holder of the key stamped this checkpoint, in seconds since 1970 UTC: §18.6.
 *
 * MalformedError: not a checkpoint. ProofError: not signed, or not stamped once and truly.
 */
export function verifyStamp(data: Uint8Array, key: VerifierKey): number {
  verifyCheckpoint(data, key);
  return verifyCosignature(data, stampKey(key));
}

/** Return when this witness, or the log with its stamp's key, signed a checkpoint: §18.6.
 *
 * ProofError: it did not, once and truly.
 */
export function verifyCosignature(data: Uint8Array, witness: VerifierKey): number {
  const { text, lines } = decodeNote(data);
  const own = lines.filter(({ name, blob }) => name === witness.name && blob.startsWith(witness.id));
  const [line] = own;
  if (line?.blob.length !== LINE_DIGITS || own.length > 1) {
    throw new ProofError("a checkpoint has not one line of this key with a time", "18.6");
  }
  const time = Number(bigEndian(fromHex(line.blob.slice(ID_END, TIME_END))));
  if (!Number.isSafeInteger(time)) {
    throw new ProofError("a time is out of range", "18.6");
  }
  const signature = fromHex(line.blob.slice(TIME_END));
  verifySignature(utf8(`cosignature/v1\ntime ${time}\n${text}`), signature, witness.publicKey);
  return time;
}

/** The same, and null where it did not, once and truly. */
export function cosignedAt(data: Uint8Array, key: VerifierKey): number | null {
  try {
    return verifyCosignature(data, key);
  } catch (error) {
    if (error instanceof ProtocolError) {
      return null;
    }
    throw error;
  }
}
