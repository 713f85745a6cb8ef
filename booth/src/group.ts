// SPDX-License-Identifier: AGPL-3.0-or-later
/** The prime-order subgroup of Ed25519, written multiplicatively: docs/protocol.md §4.
 *
 * The only file that names the arithmetic library. An `Element` in the hand is a member of the
 * group: it comes from `decode`, which checks that, or from other elements. The library's
 * multiplication refuses the scalar 0; this file answers with the identity.
 *
 * Powers of secrets use the library's table method, which does the same operations whatever the
 * scalar; the integers of JavaScript give no stronger promise (docs/threat-model.md).
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { bigEndian, fromHex, hex } from "./encoding.ts";
import { MalformedError } from "./errors.ts";
import type { JsonValue } from "./json.ts";
import type { Rng } from "./rng.ts";

export const GROUP_NAME = "Ed25519";
export const Q = 2n ** 252n + 27742317777372353535851937790883648493n;

const SCALAR_BYTES = 32;
// Of the tables of g and of the election key: small enough to be made while the voter reads.
const TABLE_WINDOW = 6;

type Point = typeof ed25519.Point.BASE;

/** An integer modulo q: §4.1. */
export class Scalar {
  private readonly value: bigint;

  private constructor(value: bigint) {
    this.value = value;
  }

  /** Read a decimal text of [0, q) without sign or leading zero: §4.1. */
  static decode(value: JsonValue): Scalar {
    if (typeof value !== "string" || !/^(?:0|[1-9][0-9]{0,76})$/.test(value)) {
      throw new MalformedError("a scalar is not a decimal text", "4.1");
    }
    const number = BigInt(value);
    if (number >= Q) {
      throw new MalformedError("a scalar is not below q", "4.1");
    }
    return new Scalar(number);
  }

  /** Return an integer modulo q. */
  static of(number: number | bigint): Scalar {
    const remainder = BigInt(number) % Q;
    return new Scalar(remainder < 0n ? remainder + Q : remainder);
  }

  /** Return the big-endian integer of these bytes, modulo q. */
  static reduce(data: Uint8Array): Scalar {
    return new Scalar(bigEndian(data) % Q);
  }

  /** Return a scalar within 2^-259 of uniform, from 64 bytes of `rng`. */
  static random(rng: Rng): Scalar {
    return Scalar.reduce(rng(2 * SCALAR_BYTES));
  }

  /** Return the decimal form: §4.1. */
  encode(): string {
    return this.value.toString();
  }

  /** Return 32 bytes, big-endian. */
  toBytes(): Uint8Array {
    return fromHex(this.value.toString(16).padStart(2 * SCALAR_BYTES, "0"));
  }

  toBigInt(): bigint {
    return this.value;
  }

  plus(other: Scalar): Scalar {
    return Scalar.of(this.value + other.value);
  }

  minus(other: Scalar): Scalar {
    return Scalar.of(this.value - other.value);
  }

  times(other: Scalar): Scalar {
    return Scalar.of(this.value * other.value);
  }

  equals(other: Scalar): boolean {
    return this.value === other.value;
  }
}

/** A member of the group, never anything else: §4.2. */
export class Element {
  private readonly point: Point;
  private written: string | undefined;

  private constructor(point: Point) {
    this.point = point;
  }

  static readonly IDENTITY = new Element(ed25519.Point.ZERO);
  static readonly GENERATOR = new Element(ed25519.Point.BASE);

  /** Read 64 hexadecimal digits, most significant byte first; the identity is refused: §4.2. */
  static decode(value: JsonValue): Element {
    if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) {
      throw new MalformedError("an element is not 64 hexadecimal digits", "4.2");
    }
    const element = new Element(decodePoint(value));
    if (element.equals(Element.IDENTITY)) {
      throw new MalformedError("an element is the identity", "4.2");
    }
    return element;
  }

  /** Return 64 hexadecimal digits, most significant byte first: §4.2. */
  encode(): string {
    this.written ??= hex(this.point.toBytes().reverse());
    return this.written;
  }

  times(other: Element): Element {
    return new Element(this.point.add(other.point));
  }

  over(other: Element): Element {
    return new Element(this.point.subtract(other.point));
  }

  /** Return this element to the power of a secret. */
  power(exponent: Scalar): Element {
    const scalar = exponent.toBigInt();
    return scalar === 0n ? Element.IDENTITY : new Element(this.point.multiply(scalar));
  }

  /** Return this element to the power of a public number, in a time that depends on it. */
  publicPower(exponent: Scalar): Element {
    return new Element(this.point.multiplyUnsafe(exponent.toBigInt()));
  }

  equals(other: Element): boolean {
    return this.point.equals(other.point);
  }

  /** Make the table that speeds up all later powers of this very object. */
  makeTable(): void {
    this.point.precompute(TABLE_WINDOW, true);
    this.point.multiply(2n);
  }
}

/** Return g to the power of a secret. */
export function generatorPower(exponent: Scalar): Element {
  return Element.GENERATOR.power(exponent);
}

/** Return the product of all elements; the identity where there is none. */
export function product(elements: readonly Element[]): Element {
  return elements.reduce((total, element) => total.times(element), Element.IDENTITY);
}

function decodePoint(text: string): Point {
  let point: Point;
  try {
    point = ed25519.Point.fromBytes(fromHex(text).reverse()); // strict: y < p, and no sign where x = 0
  } catch {
    throw new MalformedError("an element is not a point of the curve", "4.2");
  }
  if (!point.isTorsionFree()) {
    throw new MalformedError("an element is not in the group of prime order", "4.2");
  }
  return point;
}
