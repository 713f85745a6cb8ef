// SPDX-License-Identifier: AGPL-3.0-or-later
/** Elements, scalars, hashes and codes, by the vectors shared with the other implementations. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { credentialFromCode, decodeCode, signInNumber } from "../src/codes.ts";
import { deriveCredential, publicCredential } from "../src/credentials.ts";
import { hex } from "../src/encoding.ts";
import { MalformedError, MistypedCode } from "../src/errors.ts";
import { Element, Scalar, generatorPower } from "../src/group.ts";
import { hashToScalar, labelledDigest, labelledScalar } from "../src/transcript.ts";
import { readVectors, seededRng } from "./vectors.ts";
import type { Case, MistypedCase } from "./vectors.ts";

type Labelled = Case & { readonly parts?: readonly string[] };
type Code = Case & MistypedCase;

const group = readVectors<Record<"elements" | "scalars", readonly Case[]>>("group");

describe("an element (§4.2)", () => {
  for (const { name, expect, text = "" } of group.elements) {
    test(`${name} is ${expect}`, () => {
      if (expect === "valid") {
        assert.equal(Element.decode(text).encode(), text);
      } else {
        assert.throws(() => Element.decode(text), MalformedError);
      }
    });
  }

  test("is no other type of value", () => {
    for (const value of [null, 1, [], new Map(), true]) {
      assert.throws(() => Element.decode(value), MalformedError);
    }
  });

  test("to the power of zero is the identity, which decodes nowhere", () => {
    const y = generatorPower(Scalar.of(5));
    assert.ok(y.power(Scalar.of(0)).equals(Element.IDENTITY));
    assert.throws(() => Element.decode(Element.IDENTITY.encode()), /identity/);
  });

  test("has the same powers with a table, without one, and by doubling and adding", () => {
    const rng = seededRng("powers");
    const [withTable, without] = [0, 0].map(() => generatorPower(Scalar.of(7)));
    withTable?.makeTable();
    for (let count = 0; count < 20; count += 1) {
      const s = Scalar.random(rng);
      const expected = generatorPower(s.times(Scalar.of(7))).encode();
      assert.equal(withTable?.power(s).encode(), expected);
      assert.equal(without?.power(s).encode(), expected);
      assert.equal(without?.publicPower(s).encode(), expected);
    }
  });
});

describe("a scalar (§4.1)", () => {
  for (const { name, expect, text = "" } of group.scalars) {
    test(`${name} is ${expect}`, () => {
      if (expect === "valid") {
        assert.equal(Scalar.decode(text).encode(), text);
      } else {
        assert.throws(() => Scalar.decode(text), MalformedError);
      }
    });
  }

  test("wraps around below zero and has 32 bytes", () => {
    assert.equal(Scalar.of(-1).plus(Scalar.of(1)).encode(), "0");
    assert.equal(hex(Scalar.of(258).toBytes()), "0102".padStart(64, "0"));
    assert.equal(Scalar.of(3).minus(Scalar.of(5)).encode(), Scalar.of(-2).encode());
  });
});

describe("a hash (§2.5, §3)", () => {
  for (const vector of readVectors<readonly Labelled[]>("hashes")) {
    test(vector.name, () => {
      const { label, parts, text } = vector;
      if (label === undefined) {
        assert.equal(hashToScalar(text ?? "").encode(), vector["scalar"]);
        return;
      }
      assert.equal(labelledDigest(label, parts ?? []), vector["digest"]);
      assert.equal(labelledScalar(label, parts ?? []).encode(), vector["scalar"]);
    });
  }
});

describe("a code (§13)", () => {
  for (const vector of readVectors<readonly Code[]>("codes")) {
    const { name, expect, typed = "", uuid = "" } = vector;
    test(`${name} is ${expect}`, () => {
      if (expect === "valid") {
        const code = decodeCode(typed);
        const credential = credentialFromCode(uuid, code);
        const key = publicCredential(deriveCredential(uuid, credential));
        assert.equal(hex(code.reveal()), vector["code"]);
        assert.equal(credential.reveal(), vector["credential"]);
        assert.equal(key.encode(), vector["public_credential"]);
        assert.equal(signInNumber(uuid, code), vector["sign_in_number"]);
        return;
      }
      const refused = refusalOf(() => decodeCode(typed));
      assert.ok(refused instanceof MalformedError);
      assert.equal(refused instanceof MistypedCode, expect === "mistyped");
      assert.deepEqual(refused instanceof MistypedCode ? refused.groups : undefined, vector.groups);
    });
  }

  test("holds no letter that only looks like one, or becomes one as a capital", () => {
    const zeros = "000001-000002-000004-000008-000000G";
    for (const stranger of ["ı", "ſ", "ß", "О", "１", "é"]) {
      assert.throws(() => decodeCode(zeros.replace("1", stranger)), { groups: [1] });
    }
  });

  test("has two zero bits at its end, whatever its last check says", () => {
    for (const check of "0123456789ABCDEFGHJKMNPQRSTVWXYZ") {
      const typed = `000001-000002-000004-000008-000001${check}`;
      assert.throws(() => decodeCode(typed), { groups: [5] });
    }
  });
});

function refusalOf(action: () => unknown): unknown {
  try {
    action();
  } catch (refused) {
    return refused;
  }
  return undefined;
}
