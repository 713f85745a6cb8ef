// SPDX-License-Identifier: AGPL-3.0-or-later
/** ElGamal in the exponent: docs/protocol.md §5. Products of ciphertexts encrypt sums. */

import { Fields } from "./fields.ts";
import { Element, Scalar, generatorPower, product } from "./group.ts";
import { members } from "./json.ts";
import type { JsonValue } from "./json.ts";

/** A pair (alpha, beta) = (g^r, y^r g^m): §5. */
export interface Ciphertext {
  readonly alpha: Element;
  readonly beta: Element;
}

/** A ciphertext with what opens it, as its maker knows it: the randomness r and m. */
export interface Encryption {
  readonly ciphertext: Ciphertext;
  readonly randomness: Scalar;
  readonly plaintext: number;
}

/** Return the encryption of 0 or 1 under the public key y with randomness r: §5. */
export function encrypt(y: Element, r: Scalar, m: number): Encryption {
  const ciphertext = { alpha: generatorPower(r), beta: y.power(r).times(smallPower(m)) };
  return { ciphertext, randomness: r, plaintext: m };
}

/** Return the pointwise product, an encryption of the sum: §5. */
export function combine(ciphertexts: readonly Ciphertext[]): Ciphertext {
  return {
    alpha: product(ciphertexts.map((part) => part.alpha)),
    beta: product(ciphertexts.map((part) => part.beta)),
  };
}

/** Return the product with what opens it: the sums of the randomness and of the plaintexts. */
export function combineEncryptions(parts: readonly Encryption[]): Encryption {
  return {
    ciphertext: combine(parts.map((part) => part.ciphertext)),
    randomness: parts.reduce((sum, part) => sum.plus(part.randomness), Scalar.of(0)),
    plaintext: parts.reduce((sum, part) => sum + part.plaintext, 0),
  };
}

/** Return `alpha,beta`, the form in which proofs hash a ciphertext: §6. */
export function ciphertextText(ciphertext: Ciphertext): string {
  return `${ciphertext.alpha.encode()},${ciphertext.beta.encode()}`;
}

/** Return the object, its members in the order of §5. */
export function encodeCiphertext(ciphertext: Ciphertext): JsonValue {
  return members(["alpha", ciphertext.alpha.encode()], ["beta", ciphertext.beta.encode()]);
}

/** Read `{"alpha":…,"beta":…}`; the identity is refused: §5, §4.2. */
export function decodeCiphertext(value: JsonValue): Ciphertext {
  const fields = new Fields(value, "ciphertext", "5");
  const ciphertext = {
    alpha: Element.decode(fields.raw("alpha")),
    beta: Element.decode(fields.raw("beta")),
  };
  fields.finish();
  return ciphertext;
}

/** Return g^m for a small m, by the same steps for 0 and for 1. */
export function smallPower(m: number): Element {
  if (m === 0 || m === 1) {
    return m === 1 ? Element.GENERATOR : Element.IDENTITY;
  }
  return Element.GENERATOR.publicPower(Scalar.of(m));
}
