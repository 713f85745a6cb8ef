// SPDX-License-Identifier: AGPL-3.0-or-later
/** Crockford's base 32, with a check character a group: docs/protocol.md §13.2.
 *
 * The check is a sum over GF(32): it notices every single wrong character, every two neighbours
 * exchanged, and every two groups exchanged, and says in which group.
 */

import { MalformedError, MistypedCode } from "./errors.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const POLYNOMIAL = 0b100101; // x^5 + x^2 + 1; a = x

/** Return the bits of `data`, most significant first, five a character, zero bits at the end. */
export function encodeCrockford(data: Uint8Array): string {
  const bits = Array.from(data, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const count = Math.ceil(bits.length / 5);
  const padded = bits.padEnd(5 * count, "0");
  return Array.from(
    { length: count },
    (_, i) => ALPHABET[parseInt(padded.slice(5 * i, 5 * i + 5), 2)],
  ).join("");
}

/** Return the value of one character as a person may type it, or -1: §13.2. */
export function valueOf(character: string): number {
  if (!/^[0-9A-Za-z]$/.test(character)) {
    return -1; // other letters too have capitals that are in the alphabet
  }
  return ALPHABET.indexOf(character.toUpperCase().replace("O", "0").replace(/[IL]/, "1"));
}

/** Read groups of these sizes, each with its check at the end, as a person may type them: §13.2.
 *
 * Spaces and hyphens are ignored. MistypedCode names the groups that are not what was printed;
 * MalformedError: the number of characters is wrong, and no group can be blamed.
 */
export function decodeGroups(
  text: string,
  sizes: readonly number[],
  byteCount: number,
  section: string,
): Uint8Array {
  const groups = split(text, sizes, section).map((group) => Array.from(group, valueOf));
  const mistyped = groups.flatMap((group, k) => (fits(group, k, sizes[k] ?? 0) ? [] : [k + 1]));
  if (mistyped.length > 0) {
    throw new MistypedCode(mistyped, section);
  }
  const values = groups.flatMap((group) => group.slice(0, -1));
  const bits = values.map((value) => value.toString(2).padStart(5, "0")).join("");
  if (bits.slice(8 * byteCount).includes("1")) {
    throw new MistypedCode([sizes.length], section);
  }
  return Uint8Array.from({ length: byteCount }, (_, i) =>
    parseInt(bits.slice(8 * i, 8 * i + 8), 2),
  );
}

function split(text: string, sizes: readonly number[], section: string): readonly string[] {
  const typed = text.split(/[ -]/).filter((group) => group !== "");
  const characters = Array.from(typed.join(""));
  const total = sizes.reduce((sum, size) => sum + size + 1, 0);
  if (characters.length === total) {
    let start = 0;
    return sizes.map((size) => {
      const group = characters.slice(start, start + size + 1).join("");
      start += size + 1;
      return group;
    });
  }
  if (typed.length === sizes.length) {
    return typed;
  }
  throw new MalformedError(`${characters.length} characters instead of ${total}`, section);
}

function fits(group: readonly number[], k: number, size: number): boolean {
  const check = group[size];
  return group.length === size + 1 && !group.includes(-1) && checkOf(group.slice(0, -1), k) === check;
}

function checkOf(values: readonly number[], k: number): number {
  // Σ a^(i+1) v_i + a^k for group k; addition is exclusive or.
  return values.reduce((sum, value, i) => sum ^ multiply(powerOfA(i + 1), value), powerOfA(k));
}

function powerOfA(exponent: number): number {
  return exponent === 0 ? 1 : multiply(powerOfA(exponent - 1), 2);
}

function multiply(left: number, right: number): number {
  let result = 0;
  for (let bit = 4; bit >= 0; bit -= 1) {
    result <<= 1;
    result ^= (result & 32) === 0 ? 0 : POLYNOMIAL;
    result ^= ((right >> bit) & 1) === 0 ? 0 : left;
  }
  return result;
}
