// SPDX-License-Identifier: AGPL-3.0-or-later
/** Trees, verifier keys and checkpoints, by the vectors shared with the other implementations: §18. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifySignature } from "../src/ed25519.ts";
import { fromHex, hex, utf8 } from "../src/encoding.ts";
import { MalformedError, ProofError } from "../src/errors.ts";
import { Element, Q, Scalar, generatorPower } from "../src/group.ts";
import { leafHash, rootFrom, verifyInclusion } from "../src/merkle.ts";
import { decodeVerifierKey, verifyCheckpoint } from "../src/notes.ts";
import { entries, prove, rootOf, signatureOf, smallOrder } from "./logs.ts";
import { at, readVectors } from "./vectors.ts";
import type { Case } from "./vectors.ts";

interface Root extends Record<string, unknown> {
  readonly name: string;
  readonly size: number;
  readonly root: string;
}
type SizedCase = Omit<Case, "size"> & { readonly size?: number };

const vectors = readVectors<{
  readonly roots: readonly Root[];
  readonly log_key: string;
  readonly verifier_keys: readonly Case[];
  readonly checkpoints: readonly SizedCase[];
}>("notes");

const proofs = readVectors<{
  readonly inclusion: readonly {
    readonly name: string;
    readonly expect: string;
    readonly index: number;
    readonly leaf: string;
    readonly tree: { readonly size: number; readonly root: string };
    readonly proof: readonly string[];
  }[];
}>("proofs");

describe("a verifier key (§18.2)", () => {
  for (const { name, expect = "", text = "", public_key } of vectors.verifier_keys) {
    test(`${name} is ${expect}`, () => {
      if (expect === "valid") {
        assert.equal(decodeVerifierKey(text).publicKey.encode(), public_key);
        assert.equal(decodeVerifierKey(text).text, text);
      } else {
        assert.throws(() => decodeVerifierKey(text), MalformedError);
      }
    });
  }

  test("is no other type of value", () => {
    for (const value of [null, 1, [], new Map(), true]) {
      assert.throws(() => decodeVerifierKey(value), MalformedError);
    }
  });
});

describe("a checkpoint (§18.3)", () => {
  const key = decodeVerifierKey(vectors.log_key);
  for (const { name, expect = "", text = "", size } of vectors.checkpoints) {
    test(`${name} is ${expect}`, () => {
      if (expect === "valid") {
        assert.equal(verifyCheckpoint(utf8(text), key).size, size);
      } else {
        const error = expect === "untrue" ? ProofError : MalformedError;
        assert.throws(() => verifyCheckpoint(utf8(text), key), error);
      }
    });
  }

  test("is UTF-8", () => {
    const text = utf8(at(vectors.checkpoints, 0)["text"] ?? "");
    assert.throws(() => verifyCheckpoint(Uint8Array.of(...text, 255), key), MalformedError);
  });
});

describe("a signature (§18.3)", () => {
  const secret = Scalar.of(12345);
  const key = generatorPower(secret);
  const message = utf8("a message");
  const nonce = Scalar.of(999);
  const good = signatureOf(message, secret, generatorPower(nonce), nonce);

  test("holds as it was made, and not once any byte of it or of the message is changed", () => {
    verifySignature(message, good, key);
    for (let place = 0; place < good.length; place += 1) {
      const bad = good.map((byte, i) => (i === place ? byte ^ 1 : byte));
      assert.throws(() => verifySignature(message, bad, key), ProofError);
    }
    assert.throws(() => verifySignature(utf8("another"), good, key), ProofError);
    assert.throws(() => verifySignature(message, good.slice(0, 63), key), ProofError);
    assert.throws(() => verifySignature(message, Uint8Array.of(...good, 0), key), ProofError);
  });

  test("with S + q in the place of S does not", () => {
    const s = BigInt(`0x${hex(good.slice(32).reverse())}`) + Q;
    const more = fromHex(s.toString(16).padStart(64, "0")).reverse();
    const signed = Uint8Array.of(...good.slice(0, 32), ...more);
    assert.throws(() => verifySignature(message, signed, key), ProofError);
  });

  test("that holds only up to the cofactor does not", () => {
    for (const torsion of smallOrder()) {
      const signed = signatureOf(message, secret, generatorPower(nonce), nonce, torsion);
      assert.throws(() => verifySignature(message, signed, key), ProofError);
    }
  });

  test("whose R is the identity does not", () => {
    const zero = Scalar.of(0);
    const signed = signatureOf(message, secret, Element.IDENTITY, zero);
    assert.throws(() => verifySignature(message, signed, key), ProofError);
  });
});

describe("an inclusion proof (§18.5)", () => {
  for (const { name, expect, index, leaf, tree, proof } of proofs.inclusion) {
    test(`${name} is ${expect}`, () => {
      const [hashes, root] = [proof.map(fromHex), fromHex(tree.root)];
      const verify = (): void => verifyInclusion(hashes, fromHex(leaf), index, tree.size, root);
      if (expect === "valid") {
        verify();
      } else {
        assert.throws(verify, expect === "untrue" ? ProofError : MalformedError);
      }
    });
  }

  test("leads from every leaf to the root of the vectors, at every size up to 20", () => {
    for (const { size, root } of vectors.roots.slice(1)) {
      assert.equal(hex(rootOf(entries(size))), root);
      for (let index = 0; index < size; index += 1) {
        const leaf = leafHash(at(entries(size), index));
        const proof = prove(entries(size), index);
        verifyInclusion(proof, leaf, index, size, fromHex(root));
        proof.forEach((_, i) => {
          const bad = proof.map((each, j) => (i === j ? each.map((byte) => byte ^ 1) : each));
          assert.throws(() => verifyInclusion(bad, leaf, index, size, fromHex(root)), ProofError);
        });
        for (const bad of [[...proof, leaf], [leaf, ...proof], proof.slice(1), proof.slice(0, -1)]) {
          if (bad.length !== proof.length) {
            assert.throws(() => verifyInclusion(bad, leaf, index, size, fromHex(root)), ProofError);
          }
        }
      }
    }
  });

  test("of an index that is not in the tree, or with hashes of another length, is refused", () => {
    const leaf = leafHash(utf8("entry 0"));
    assert.deepEqual(rootFrom([], leaf, 0, 1), leaf);
    assert.throws(() => rootFrom([], leaf, 1, 1), ProofError);
    assert.throws(() => rootFrom([], leaf, 0, 0), ProofError);
    assert.throws(() => rootFrom([leaf.slice(1)], leaf, 0, 2), MalformedError);
    assert.throws(() => rootFrom(Array.from({ length: 64 }, () => leaf), leaf, 0, 2), MalformedError);
  });

  test("works with sizes beyond 32 bits", () => {
    const [leaf, sibling] = [leafHash(utf8("a")), leafHash(utf8("b"))];
    const index = 2 ** 40 + 1;
    // The last of an odd size: its siblings are the complete trees to its left, 2^40 and 2^0.
    const root = rootFrom([sibling, sibling], leaf, index, 2 ** 40 + 2);
    verifyInclusion([sibling, sibling], leaf, index, 2 ** 40 + 2, root);
    assert.throws(() => rootFrom([sibling], leaf, index, 2 ** 40 + 2), ProofError);
  });
});
