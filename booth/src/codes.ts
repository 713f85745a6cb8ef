// SPDX-License-Identifier: AGPL-3.0-or-later
/** The voter's code as it was typed, and what is derived from it: docs/protocol.md §13. */

import { formatCredential } from "./credentials.ts";
import { decodeGroups } from "./crockford.ts";
import { BASE58_ALPHABET, bigEndian } from "./encoding.ts";
import { Secret } from "./secret.ts";
import { CREDENTIAL_LABEL, SIGN_IN_LABEL, labelledBytes, labelledDigest } from "./transcript.ts";

const CODE_BYTES = 16;
const CODE_GROUPS = [5, 5, 5, 5, 6];
const CREDENTIAL_CHARACTERS = 22;

/** Read a code as it was typed: §13.2; MistypedCode says which groups, else MalformedError. */
export function decodeCode(text: string): Secret<Uint8Array> {
  return new Secret(decodeGroups(text, CODE_GROUPS, CODE_BYTES, "13.2"));
}

/** Return the private credential (§9.1) of a code in the election `uuid`: §13.3. */
export function credentialFromCode(uuid: string, code: Secret<Uint8Array>): Secret<string> {
  let number = bigEndian(labelledBytes(CREDENTIAL_LABEL, [uuid, code.reveal()]));
  let characters = "";
  for (let count = 0; count < CREDENTIAL_CHARACTERS; count += 1) {
    characters += BASE58_ALPHABET.charAt(Number(number % 58n));
    number /= 58n;
  }
  return formatCredential(characters);
}

/** Return the 32 hexadecimal digits by which the roll knows a code: §13.4. */
export function signInNumber(uuid: string, code: Secret<Uint8Array>): string {
  return labelledDigest(SIGN_IN_LABEL, [uuid, code.reveal()]).slice(0, 32);
}
