// SPDX-License-Identifier: AGPL-3.0-or-later
/** A stamp is of the log's own key, once, and of the time that was signed: docs/protocol.md §18.6. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { encodeBase64, fromHex, utf8 } from "../src/encoding.ts";
import { ProofError, ProtocolError } from "../src/errors.ts";
import { COSIGNATURE, decodeVerifierKey, verifyCheckpoint } from "../src/notes.ts";
import { stampKey } from "../src/stamp_key.ts";
import { verifyCosignature, verifyStamp } from "../src/stamps.ts";
import { concatenate } from "../src/transcript.ts";
import { KEY, SEED } from "./logs.ts";
import { checkpointOf } from "./papers.ts";
import { readVectors } from "./vectors.ts";
import type { Case } from "./vectors.ts";

type Cosigned = Omit<Case, "witnessed_at"> & { readonly witnessed_at?: Readonly<Record<string, number>> };
const vectors = readVectors<{
  readonly log_key: string;
  readonly witnesses: readonly string[];
  readonly witness_keys: readonly Case[];
  readonly checkpoints: readonly Cosigned[];
}>("cosigned");
const TIME = 1_760_000_000;
const NOTE = checkpointOf(5);

/** Return a stamp's line that says one time and signs another, of this name and ID. */
function stampOf(said: number | bigint, signed = said, name = KEY.name, id = stampKey(KEY).id): string {
  const text = NOTE.slice(0, NOTE.indexOf("\n\n") + 1);
  const signature = ed25519.sign(utf8(`cosignature/v1\ntime ${signed}\n${text}`), SEED);
  const time = fromHex(said.toString(16).padStart(16, "0"));
  return `\u2014 ${name} ${encodeBase64(concatenate([fromHex(id), time, signature]))}\n`;
}

test("a stamp gives the time that the log signed", () => {
  assert.equal(verifyStamp(utf8(NOTE + stampOf(TIME)), KEY), TIME);
  const witnessed = NOTE + stampOf(TIME) + stampOf(TIME + 9, TIME + 9, "witness.example");
  assert.equal(verifyStamp(utf8(witnessed), KEY), TIME);
});

test("the latest time that there is is one", () => {
  assert.equal(verifyStamp(utf8(NOTE + stampOf(2n ** 53n - 1n)), KEY), 2 ** 53 - 1);
});

test("no stamp, two, another's or one that does not hold give none", () => {
  const lines = [
    "",
    stampOf(TIME) + stampOf(TIME + 1),
    stampOf(TIME, TIME, "witness.example"),
    stampOf(TIME, TIME, KEY.name, "01020304"),
    stampOf(TIME + 1, TIME),
    stampOf(2n ** 53n),
    stampOf(2n ** 64n - 1n),
  ];
  for (const line of lines) {
    assert.throws(() => verifyStamp(utf8(NOTE + line), KEY), ProofError);
  }
});

for (const { name, expect, text = "" } of vectors.witness_keys) {
  test(`the key ${name} is ${expect ?? ""}`, () => {
    if (expect === "valid") {
      assert.equal(decodeVerifierKey(text, COSIGNATURE).text, text);
    } else {
      assert.throws(() => decodeVerifierKey(text, COSIGNATURE), ProtocolError);
    }
  });
}

for (const { name, expect, text = "", witnessed_at } of vectors.checkpoints) {
  test(`of ${name}, which is ${expect ?? ""}, the witnesses are counted`, () => {
    const data = utf8(text);
    const seen: Record<string, number> = {};
    for (const key of vectors.witnesses.map((each) => decodeVerifierKey(each, COSIGNATURE))) {
      try {
        verifyCheckpoint(data, decodeVerifierKey(vectors.log_key));
        seen[key.name] = verifyCosignature(data, key);
      } catch (error) {
        assert.ok(error instanceof ProtocolError);
      }
    }
    if (expect === "valid") {
      assert.deepEqual(seen, witnessed_at);
    } else {
      assert.ok(Object.keys(seen).length < vectors.witnesses.length);
    }
  });
}
