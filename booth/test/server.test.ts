// SPDX-License-Identifier: AGPL-3.0-or-later
/** What a booth makes of an answer that does not come, does not end, or is of somebody else. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { NoAnswer, Server, Silence, Unavailable } from "../src/ui/server.ts";
import type { CastAnswer } from "../src/ui/server.ts";
import { TRACKER, receiptOf } from "./papers.ts";

type Network = (path: string) => Response | "away" | "silent" | "unending";

const server = new Server("AnElection1234");
const HERE = "/v/AnElection1234";

/** Let requests be answered so, and end when they are given up. */
function answer(network: Network): void {
  mock.method(globalThis, "fetch", (path: string, { signal }: RequestInit) => {
    const answered = network(path);
    const givenUp = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(new Error("aborted")));
    });
    givenUp.catch(() => undefined);
    if (answered === "away") {
      return Promise.reject(new TypeError("no network"));
    }
    if (answered === "unending") {
      const pull = (): Promise<never> => givenUp;
      return Promise.resolve(new Response(new ReadableStream({ pull })));
    }
    return answered === "silent" ? givenUp : Promise.resolve(answered);
  });
}

/** Return what a request fails with, once so many seconds have passed. */
async function failure(asked: Promise<unknown>, seconds = 0): Promise<unknown> {
  let failed: unknown = null;
  const ended = asked.catch((error: unknown) => void (failed = error));
  await new Promise(setImmediate);
  mock.timers.tick(seconds * 1000);
  await new Promise(setImmediate);
  if (failed !== null) {
    await ended;
  }
  return failed;
}

describe("a request", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.reset());

  test("is given up whether its answer never begins, or begins and never ends", async () => {
    for (const [how, error] of [["silent", Silence], ["unending", NoAnswer]] as const) {
      answer(() => how);
      assert.equal(await failure(server.receipt(TRACKER), 19), null);
      const failed = await failure(server.receipt(TRACKER), 20);
      assert.ok(failed instanceof error);
      assert.equal(failed instanceof Silence, how === "silent");
    }
  });

  test("has more time for what grows with the roll", async () => {
    answer(() => "unending");
    for (const ask of [() => server.bytes("credentials"), () => server.ballots()]) {
      assert.equal(await failure(ask(), 119), null);
      assert.ok((await failure(ask(), 120)) instanceof NoAnswer);
    }
  });

  test("tells a server that is away from one that is somebody else", async () => {
    answer(() => new Response("", { status: 503 }));
    assert.ok((await failure(server.receipt(TRACKER))) instanceof Unavailable);
    const others = ["", "<p>Bonjour.</p>"].map((body) => new Response(body, { status: 404 }));
    for (const other of [new Response("<p>Bonjour.</p>"), new Response("", { status: 403 }), ...others]) {
      answer(() => other);
      const failed = await failure(server.receipt(TRACKER));
      assert.ok(failed instanceof NoAnswer && !(failed instanceof Silence));
    }
  });

  test("to cast has an answer only of the server itself", async () => {
    const cast = (): Promise<CastAnswer> => server.cast("", "", "", "");
    for (const body of ["", "<p>Bonjour.</p>", "{}", "[]", '{"error":"too many"}', '{"problem":1}']) {
      answer(() => new Response(body, { status: 429 }));
      assert.ok((await failure(cast())) instanceof NoAnswer, body);
    }
    answer(() => new Response('{"problem":"malformed"}', { status: 422 }));
    assert.equal((await cast()).outcome, "");
    answer(() => new Response('{"outcome":"closed"}', { status: 409 }));
    assert.equal((await cast()).outcome, "closed");
  });

  test("for the ballots takes no other object for an empty board", async () => {
    answer(() => new Response("{}"));
    assert.ok((await failure(server.ballots())) instanceof NoAnswer);
    answer(() => new Response('{"ballots":[]}'));
    assert.deepEqual(await server.ballots(), []);
  });

  test("gives a receipt, or none yet", async () => {
    answer(() => new Response(receiptOf(5)));
    assert.equal(new TextDecoder().decode((await server.receipt(TRACKER)) ?? undefined), receiptOf(5));
    answer(() => new Response("", { status: 404, headers: { "Preau-Receipt": "none" } }));
    assert.equal(await server.receipt(TRACKER), null);
  });
});

describe("a server answers", () => {
  afterEach(() => mock.reset());

  const asked = async (network: Network): Promise<boolean> => {
    answer(network);
    return server.answers();
  };

  test("if its health or the page itself does, whatever it says", async () => {
    assert.equal(await asked(() => new Response("ok\n")), true);
    assert.equal(await asked(() => new Response("", { status: 503 })), true);
    assert.equal(await asked((path) => (path === HERE ? new Response("") : "away")), true);
    assert.equal(await asked((path) => (path === "/healthz" ? new Response("") : "away")), true);
  });

  test("not if nothing does", async () => {
    assert.equal(await asked(() => "away"), false);
  });
});
