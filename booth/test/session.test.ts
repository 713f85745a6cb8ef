// SPDX-License-Identifier: AGPL-3.0-or-later
/** One parent's way through the booth, and every step taken out of its order. */

import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "node:test";
import { decodeBallot, verifyBallot } from "../src/ballot.ts";
import { examineChecked, judgeFile } from "../src/checking.ts";
import { contextOf, decodeElection } from "../src/election.ts";
import { sha256Hex, utf8 } from "../src/encoding.ts";
import {
  MalformedError,
  MistypedCode,
  NoRandomness,
  OutOfOrder,
  ProofError,
  ProtocolError,
  UnsupportedError,
} from "../src/errors.ts";
import { systemRng } from "../src/rng.ts";
import { Secret } from "../src/secret.ts";
import { openBooth } from "../src/session.ts";
import type { Choice, Voter } from "../src/session.ts";
import { SEED, keyOf } from "./logs.ts";
import { at, readVectors, seededRng, textOf } from "./vectors.ts";
import type { BoothVectors } from "./vectors.ts";

const vectors = readVectors<BoothVectors>("booth");
const electionData = utf8(vectors.election);
const credentials = utf8(vectors.credentials);
const code = at(vectors.voters, 0).code;
const { uuid } = decodeElection(electionData);

function listedVoter(): Voter {
  const voter = openBooth(electionData).signIn(code);
  voter.requireListed(credentials);
  return voter;
}

describe("the ballots of the vectors", () => {
  for (const vector of vectors.ballots) {
    test(`voter ${vector.voter}, ${vector.choice}: the same bytes from the same random bytes`, () => {
      const who = at(vectors.voters, vector.voter);
      const voter = openBooth(electionData, seededRng(vector.seed)).signIn(who.code);
      assert.equal(voter.signInNumber, who.sign_in_number);
      assert.equal(voter.publicCredential, who.public_credential);
      voter.requireListed(credentials);
      const sealed = voter.encrypt(vector.choice);
      assert.equal(sealed.tracker, vector.tracker);
      assert.equal(textOf(sealed.cast()), vector.cast);
    });

    test(`voter ${vector.voter}, ${vector.choice}: the same checked ballot, which is what it says`, () => {
      const who = at(vectors.voters, vector.voter);
      const voter = openBooth(electionData, seededRng(vector.seed)).signIn(who.code);
      voter.requireListed(credentials);
      const checked = voter.encrypt(vector.choice).check();
      assert.equal(textOf(checked), vector.checked);
      const found = examineChecked(electionData, checked);
      assert.deepEqual([found.tracker, found.choice], [vector.tracker, vector.choice]);
    });
  }
});

describe("a voter", () => {
  test("casts for each list and blank, with tables and fresh randomness, a ballot that holds", () => {
    const booth = openBooth(electionData);
    booth.preparations().forEach((step) => step());
    const voter = booth.signIn(code.toLowerCase().replaceAll("-", " "));
    voter.requireListed(credentials);
    const context = contextOf(booth.election);
    for (const choice of ["blank", 0, 1, 2] satisfies Choice[]) {
      verifyBallot(decodeBallot(voter.encrypt(choice).cast(), context.questions), context);
    }
  });

  test("gets another ballot and tracker each time, the same bytes at each retry", () => {
    const voter = listedVoter();
    const [first, second] = [voter.encrypt(0), voter.encrypt(0)];
    assert.notEqual(first.tracker, second.tracker);
    assert.match(first.tracker, /^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    assert.deepEqual(first.cast(), first.cast());
  });

  test("has no ballot opened by another, though the generator repeats itself", () => {
    const voter = openBooth(electionData, (count) => new Uint8Array(count).fill(42)).signIn(code);
    voter.requireListed(credentials);
    const opened = [voter.encrypt(1), voter.encrypt(1), voter.encrypt(2)].map((sealed) => {
      const randomness = textOf(sealed.check()).match(/"randomness":\[\[(.*?)\]\]/)?.[1] ?? "";
      return randomness.split(",");
    });
    assert.equal(new Set(opened.flat()).size, 3 * 4);
  });

  test("cannot cast what was checked, nor check what was cast", () => {
    const voter = listedVoter();
    const checked = voter.encrypt(1);
    checked.check();
    assert.throws(() => checked.cast(), OutOfOrder);
    const cast = voter.encrypt(1);
    cast.cast();
    assert.throws(() => cast.check(), OutOfOrder);
  });

  test("does not encrypt before being found in the sealed list", () => {
    const voter = openBooth(electionData).signIn(code);
    assert.throws(() => voter.encrypt(0), OutOfOrder);
    const others = vectors.credentials.replace(voter.publicCredential, "0".repeat(64));
    assert.throws(() => voter.requireListed(utf8(others)), /not those that the election names/);
    assert.throws(() => voter.encrypt(0), OutOfOrder);
  });

  test("is refused with a code of another election", () => {
    const stranger = openBooth(electionData).signIn("000001-000002-000004-000008-000000G");
    assert.throws(() => stranger.requireListed(credentials), /belongs to no credential/);
    const sealed = { sha256: sha256Hex(utf8("{}")) };
    const other = vectors.election.replace(/(?<="credentials_sha256":")[0-9a-f]*/, sealed.sha256);
    const voter = openBooth(utf8(other)).signIn(code);
    assert.throws(() => voter.requireListed(utf8("{}")), MalformedError);
  });

  test("chooses a list that is there, or blank", () => {
    const voter = listedVoter();
    for (const choice of [-1, 3, 0.5, NaN]) {
      assert.throws(() => voter.encrypt(choice), ProtocolError);
    }
  });

  test("is told which groups of the code are mistyped", () => {
    const booth = openBooth(electionData);
    const groups = code.split("-");
    const wrong = [...groups.slice(0, 2), at(groups, 3), at(groups, 2), at(groups, 4)].join("-");
    assert.throws(
      () => booth.signIn(wrong),
      (error: unknown) => error instanceof MistypedCode && error.groups.join() === "3,4",
    );
    assert.throws(() => booth.signIn(code.slice(3).replaceAll("-", "")), MalformedError);
  });

  test("shows no secret when printed", () => {
    const voter = listedVoter();
    const sealed = voter.encrypt(2);
    const randomness = textOf(sealed.check()).match(/"randomness":\[\["([0-9]+)"/)?.[1] ?? "none";
    const printed = inspect({ voter, sealed }, { depth: 9, showHidden: true });
    assert.ok(!printed.includes(randomness));
    assert.throws(() => JSON.stringify([new Secret(randomness)]), /secret/);
    assert.equal(`${new Secret(randomness)}`, "Secret(…)");
  });
});

describe("a checked ballot on another device", () => {
  test("is refused if it is changed, or of another election", () => {
    const checked = textOf(listedVoter().encrypt(1).check());
    const swapped = checked.replace('"choices":[[0,0,1,0]]', '"choices":[[0,1,0,0]]');
    assert.throws(() => examineChecked(electionData, utf8(swapped)), ProofError);
    const other = vectors.election.replace('"rehearsal":false', '"rehearsal":true');
    assert.throws(() => examineChecked(utf8(other), utf8(checked)), ProofError);
    const escaped = JSON.stringify(vectors.election);
    assert.ok(checked.includes(`,"election":${escaped}}`));
    const carries = checked.replace(escaped, JSON.stringify(other));
    assert.throws(() => examineChecked(electionData, utf8(carries)), /carries another election/);
    assert.equal(examineChecked(electionData, utf8(checked.replace(`,"election":${escaped}`, ""))).choice, 1);
  });

  test("accuses its device only if it is of this election, whole, and does not hold", () => {
    const checked = textOf(listedVoter().encrypt(1).check());
    const swapped = checked.replace('"choices":[[0,0,1,0]]', '"choices":[[0,1,0,0]]');
    const key = /"credential":"[0-9a-f]{64}"/;
    // What a charset or a webmail makes of the election's words, in a file that is canonical yet.
    const mojibake = (text: string): string => text.replaceAll("\u00e9", "\u00c3\u00a9");
    const unknown = (text: string): string => text.replaceAll("\u00e9", "?");
    const apart = (text: string): string => text.normalize("NFD");
    const quotes = (text: string): string => text.replaceAll("'", "\u2019");
    const files: Readonly<Record<string, readonly string[]>> = {
      right: [checked, `${checked}\n`, `${checked}\r\n`, `\ufeff\r\n${checked} \t\n`],
      wrong: [
        swapped,
        `${swapped}\n`,
        mojibake(swapped),
        checked.replace('"choices":[[0,0,1,0]]', '"choices":[[0,0,1]]'),
        checked.replace(key, '"credential":""'),
        checked.replace(/"election_hash":"[^"]*"/, `"election_hash":"${"A".repeat(43)}"`),
      ],
      changed: [
        ...[mojibake, unknown, apart, quotes].map((damage) => damage(checked)),
        checked.replace(/"election_uuid":"[^"]*"/, '"election_uuid":"?"'),
        '{"evote_checked_ballot":1}',
        checked.replace('_ballot":1,', '_ballot":true,'),
        JSON.stringify(JSON.parse(checked), null, 1),
        checked.slice(0, -1),
        `${checked}${checked}`,
        checked.replace('_ballot":1,', '_ballot":0,'),
        swapped.replace(",", ", "),
        checked + " ".repeat(2 ** 21),
      ],
      newer: [checked.replace('_ballot":1,', '_ballot":2,'), '{"evote_checked_ballot":3}'],
      elsewhere: [checked, swapped].map((text) => text.replaceAll(uuid, "AnotherNumber1")),
      none: [
        "",
        "[]",
        "null",
        '{"a":1}',
        vectors.election,
        "c2sp.org/tlog-proof@v1\nextra ",
        `\ufeff\u0089PNG\r\n`,
        " ".repeat(2 ** 21 + 1),
      ],
    };
    for (const [kind, texts] of Object.entries(files)) {
      texts.forEach((text, i) => {
        assert.equal(judgeFile(electionData, utf8(text)).kind, kind, `${kind} ${i}`);
      });
    }
  });

  test("of another election says which", () => {
    const other = textOf(listedVoter().encrypt(1).check()).replaceAll(uuid, "AnotherNumber1");
    assert.deepEqual(judgeFile(electionData, utf8(other)), { kind: "elsewhere", uuid: "AnotherNumber1" });
  });

  test("names its list, or none for blank", () => {
    const voter = listedVoter();
    const labels = decodeElection(electionData).lists.map((list) => list.label);
    assert.equal(examineChecked(electionData, voter.encrypt(2).check()).label, labels[2]);
    assert.equal(examineChecked(electionData, voter.encrypt("blank").check()).label, null);
  });
});

describe("an election", () => {
  const refused: Readonly<Record<string, readonly [string | RegExp, string]>> = {
    "another version": ['"version":1,"description"', '"version":2,"description"'],
    "another group": ['"group":"Ed25519"', '"group":"BELENIOS-2048"'],
    "no bindings": [/,"evote":.*\}$/, "}"],
    "bindings of the future": ['"evote":{"version":1', '"evote":{"version":3'],
    "a kind of question that is not counted by sums": ['"questions":[{', '"questions":[{"type":"Lists",'],
    "an unknown member": ['"group":', '"grouping":1,"group":'],
    "a member twice": ['"group":', '"group":"Ed25519","group":'],
    "white space": ['"version":1,', '"version": 1,'],
    "no question": [/"questions":\[.*\],"uuid"/, '"questions":[],"uuid"'],
    "two lists to choose": ['"max":1', '"max":2'],
    "no list to choose": ['"min":1', '"min":0'],
    "an unknown member of the question": ['"answers":', '"x":1,"answers":'],
    "a closing in the year 10000": [/"closes_at":[0-9]+/, '"closes_at":253402300800'],
    "no blank": ['"blank":true', '"blank":false'],
    "other labels": ['"label":"FCPE"', '"label":"UNAAPE"'],
    "a list fewer": [/\{"label":"FCPE"[^}]*\},/, ""],
    "no hash of credentials": [/"credentials_sha256":"./, '"credentials_sha256":"g'],
    "a uuid that is too short": [/"uuid":"[^"]*"/, '"uuid":"abc"'],
    "a key of small order": [/"public_key":"[^"]*"/, `"public_key":"${"0".repeat(64)}"`],
  };

  for (const [name, [replaced, by]] of Object.entries(refused)) {
    test(`with ${name} is refused`, () => {
      const text = vectors.election.replace(replaced, by);
      assert.notEqual(text, vectors.election);
      assert.throws(
        () => openBooth(utf8(text)),
        (error: unknown) => error instanceof MalformedError || error instanceof UnsupportedError,
      );
    });
  }

  const served = (name: string): string =>
    vectors.election.replace(
      '"evote":{"version":1',
      `"evote":{"version":2,"booth":{},"board_key":"${keyOf(name, SEED).text}"`,
    );

  test("is read with members of the bindings that only the verifier needs", () => {
    assert.equal(decodeElection(electionData).boardKey, null);
    const election = decodeElection(utf8(served(`vote.example/${uuid}/board`)));
    assert.equal(election.lists.length, 3);
    assert.equal(election.boardKey?.name, `vote.example/${uuid}/board`);
  });

  for (const name of [`vote.example/${uuid}/journal`, "vote.example/F3LXxMBpCrX1W9/board", `${uuid}/board`]) {
    test(`with the key of ${name} for its board is refused`, () => {
      assert.throws(() => decodeElection(utf8(served(name))), MalformedError);
    });
  }

  test("on a server without a key of its board is refused", () => {
    const text = vectors.election.replace('"evote":{"version":1', '"evote":{"version":2');
    assert.throws(() => decodeElection(utf8(text)), MalformedError);
  });
});

describe("a browser without secure randomness", () => {
  test("does not open the booth", () => {
    // For this call alone: the test runner needs its own.
    const there = Object.getOwnPropertyDescriptor(globalThis, "crypto") ?? {};
    try {
      for (const value of [undefined, {}]) {
        Object.defineProperty(globalThis, "crypto", { value, configurable: true });
        assert.throws(() => openBooth(electionData), NoRandomness);
        assert.throws(() => systemRng(1), NoRandomness);
      }
    } finally {
      Object.defineProperty(globalThis, "crypto", there);
    }
  });
});
