// SPDX-License-Identifier: AGPL-3.0-or-later
/** A log whose key the tests hold: trees, proofs and signatures made as docs/protocol.md §18 says. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { encodeBase64, fromHex, sha256Hex, utf8 } from "../src/encoding.ts";
import { Scalar } from "../src/group.ts";
import type { Element } from "../src/group.ts";
import { leafHash, nodeHash } from "../src/merkle.ts";
import { decodeVerifierKey } from "../src/notes.ts";
import type { VerifierKey } from "../src/notes.ts";
import { concatenate } from "../src/transcript.ts";

type Point = typeof ed25519.Point.BASE;
const IDENTITY = ed25519.Point.ZERO;

/** The log of these tests: its seed, its name, and the key it is verified with. */
export const SEED = Uint8Array.from({ length: 32 }, (_, i) => 7 * i);
export const KEY = keyOf("vote.example/F3LXxMBpCrX1W9/board", SEED);

/** Return the verifier key of a name and a seed: §18.2. */
export function keyOf(name: string, seed: Uint8Array): VerifierKey {
  const typed = concatenate([Uint8Array.of(1), ed25519.getPublicKey(seed)]);
  const id = sha256Hex(concatenate([utf8(`${name}\n`), typed])).slice(0, 8);
  return decodeVerifierKey(`${name}+${id}+${encodeBase64(typed)}`);
}

/** Return a signed note: §18.3. */
export function sign(text: string, key: VerifierKey = KEY, seed: Uint8Array = SEED): string {
  const signature = ed25519.sign(utf8(text), seed);
  const blob = encodeBase64(concatenate([fromHex(key.id), signature]));
  return `${text}\n\u2014 ${key.name} ${blob}\n`;
}

/** Return the entries of `notes.json`. */
export function entries(size: number): readonly Uint8Array[] {
  return Array.from({ length: size }, (_, i) => utf8(`entry ${i}`));
}

/** Return the root over entries, by its definition: §18.1. */
export function rootOf(of: readonly Uint8Array[]): Uint8Array {
  const [first, ...others] = of;
  if (first === undefined) {
    return fromHex(sha256Hex(new Uint8Array()));
  }
  const k = middle(of.length);
  return others.length === 0 ? leafHash(first) : nodeHash(rootOf(of.slice(0, k)), rootOf(of.slice(k)));
}

/** Return the inclusion proof of the entry `index`, by its definition: RFC 6962, §2.1.1. */
export function prove(of: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  const k = middle(of.length);
  if (of.length === 1) {
    return [];
  }
  return index < k
    ? [...prove(of.slice(0, k), index), rootOf(of.slice(k))]
    : [...prove(of.slice(k), index - k), rootOf(of.slice(0, k))];
}

/** Return the signature with this R, plus a point of small order, and nonce: RFC 8032, §5.1.6. */
export function signatureOf(
  message: Uint8Array,
  secret: Scalar,
  commitment: Element,
  nonce: Scalar,
  torsion: Point = IDENTITY,
): Uint8Array {
  const point = ed25519.Point.fromBytes(fromHex(commitment.encode()).reverse()).add(torsion);
  const publicKey = ed25519.Point.BASE.multiply(secret.toBigInt());
  const r = point.toBytes();
  const digest = sha512(concatenate([r, publicKey.toBytes(), message])).reverse();
  const s = nonce.plus(Scalar.reduce(digest).times(secret));
  return concatenate([r, s.toBytes().reverse()]);
}

/** Return the seven points of order 2, 4 and 8. */
export function smallOrder(): readonly Point[] {
  const generator = ed25519.Point.fromHex(
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  );
  const points: Point[] = [generator];
  for (let next = generator.double(); !next.equals(IDENTITY); next = next.add(generator)) {
    points.push(next);
  }
  return points;
}


function middle(size: number): number {
  let k = 1;
  while (2 * k < size) {
    k *= 2;
  }
  return k;
}
