// SPDX-License-Identifier: AGPL-3.0-or-later
/** Strict JSON: every refusal of docs/protocol.md §2.1, and the one form of §2.2. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeBase64Digest, sha256Base64, utf8 } from "../src/encoding.ts";
import { MalformedError } from "../src/errors.ts";
import { Fields } from "../src/fields.ts";
import { decodeCanonicalJson, decodeJson, encodeJson, members } from "../src/json.ts";
import { textOf } from "./vectors.ts";

const REFUSED: Readonly<Record<string, string>> = {
  "nothing": "",
  "white space alone": " ",
  "a byte-order mark": "\ufeff1",
  "text after the value": "1 1",
  "a member twice": '{"a":1,"a":1}',
  "a member twice, by an escape": '{"a":1,"\\u0061":1}',
  "a member twice, further in": '[{"b":{"a":1,"a":2}}]',
  "a fraction": "1.0",
  "an exponent": "1e3",
  "minus zero": "-0",
  "a leading zero": "01",
  "a plus": "+1",
  "2^53": "9007199254740992",
  "-2^53": "-9007199254740992",
  "far beyond": "1".repeat(400),
  "NaN": "NaN",
  "infinity": "-Infinity",
  "hexadecimal": "0x10",
  "a comment": "1 // one",
  "a comma at the end": "[1,]",
  "no comma": "[1 2]",
  "no value": '{"a":}',
  "no name": "{1:1}",
  "single quotes": "'a'",
  "an unfinished text": '"a',
  "an unfinished array": "[1",
  "an unfinished object": '{"a":1',
  "a raw control character": '"\u0001"',
  "a raw newline": '"\n"',
  "an unknown escape": '"\\x41"',
  "a short escape": '"\\u12"',
  "a lone surrogate": '"\\ud800"',
  "a lone second surrogate": '"\\udc00"',
  "surrogates in the wrong order": '"\\udc00\\ud800"',
  "a lone surrogate as a name": '{"\\ud800":1}',
  "another white space": "\u00a01",
  "a vertical tab": "\v1",
  "a word": "undefined",
  "capitals": "True",
  "33 levels": "[".repeat(33) + "]".repeat(33),
  "very many levels": "[".repeat(100_000),
};

describe("strict JSON (§2.1)", () => {
  for (const mark of [",", ":", "[", "{"]) {
    test(`reads 2^21 times ${mark}, and no more`, () => {
      const most = `"};]${mark.repeat(2 ** 21)}"`;
      assert.equal(decodeJson(utf8(most)), most.slice(1, -1));
      assert.throws(() => decodeJson(utf8(`[${most}]`)), /2\^21/);
    });
  }

  for (const [name, text] of Object.entries(REFUSED)) {
    test(`refuses ${name}`, () => {
      assert.throws(() => decodeJson(utf8(text)), MalformedError);
    });
  }

  test("refuses what is not UTF-8", () => {
    for (const bytes of [[0x22, 0xff, 0x22], [0x22, 0xc0, 0xaf, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]]) {
      assert.throws(() => decodeJson(Uint8Array.from(bytes)), /UTF-8/);
    }
  });

  test("reads what is permitted", () => {
    const text = ' {"a" : [1, -2, 9007199254740991, true, false, null, "\\ud83d\\ude00\\/\\u00e9"]}\r\n';
    const read = decodeJson(utf8(text));
    assert.equal(
      textOf(encodeJson(read)),
      '{"a":[1,-2,9007199254740991,true,false,null,"😀/é"]}',
    );
    assert.equal(decodeJson(utf8("0")), 0);
    assert.ok(decodeJson(utf8("[".repeat(32) + "]".repeat(32))));
  });
});

describe("canonical JSON (§2.2)", () => {
  test("keeps the order of members, numbers as names and __proto__ among them", () => {
    const text = '{"z":1,"1":2,"__proto__":3,"0":4}';
    assert.equal(textOf(encodeJson(decodeJson(utf8(text)))), text);
  });

  test("has one form of each character", () => {
    const written = '"\\b\\f\\n\\r\\t\\"\\\\\\u0000\\u001f\\u007f/\u2028é"';
    assert.equal(textOf(encodeJson('\b\f\n\r\t"\\\u0000\u001f\u007f/\u2028é')), written);
    assert.equal(textOf(encodeJson(decodeCanonicalJson(utf8(written)))), written);
  });

  test("is demanded where it must be", () => {
    for (const text of ['{"a": 1}', "[1]\n", '"\\/"', '"\\u00e9"', '"\u007f"']) {
      assert.throws(() => decodeCanonicalJson(utf8(text)), /canonical/);
    }
  });

  test("is not written of what could not be read", () => {
    for (const value of [0.5, -0, 2 ** 53, NaN, "\ud800", [["\udc00"]]]) {
      assert.throws(() => encodeJson(value), MalformedError);
    }
  });
});

describe("the fields of an object", () => {
  const object = members(["n", 1], ["t", "a"], ["b", true], ["l", ["x"]]);

  test("are read by their kind, and none may be left", () => {
    const fields = new Fields(object, "thing", "2.1");
    assert.deepEqual([fields.integer("n", 1, 1), fields.text("t"), fields.boolean("b")], [1, "a", true]);
    assert.throws(() => fields.finish(), /"l" that is not known/);
    assert.deepEqual(fields.texts("l"), ["x"]);
    fields.finish();
  });

  test("are not of another kind, out of range or absent", () => {
    const fields = new Fields(object, "thing", "2.1");
    const wrong = [
      () => fields.integer("n", 2, 3),
      () => fields.integer("t", 0, 9),
      () => fields.text("n"),
      () => fields.boolean("n"),
      () => fields.items("t"),
      () => fields.object("l"),
      () => fields.raw("absent"),
      () => new Fields([], "thing", "2.1"),
    ];
    for (const read of wrong) {
      assert.throws(read, MalformedError);
    }
  });
});

describe("a digest in base 64 (§2.3)", () => {
  const digest = sha256Base64(utf8("préau"));

  test("is read back", () => {
    assert.equal(sha256Base64(utf8("")), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
    assert.equal(decodeBase64Digest(digest).length, 32);
  });

  test("has one form only", () => {
    const last = digest.slice(0, -1);
    for (const text of [last, `${digest}=`, `${last}B`, digest.replace(/^./, "-"), `${digest}A`]) {
      assert.throws(() => decodeBase64Digest(text), MalformedError);
    }
  });
});
