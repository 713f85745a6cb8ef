// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the booth asks of its server, and nothing else: the operations of `/api/`. */

import { looksLikeReceipt } from "../receipts.ts";

/** How far the election has come, with its hours in words of the page's language. */
export interface Circumstances {
  readonly state: string;
  readonly opens: string;
  readonly closes: string;
  readonly reason: string;
}

/** A ballot of the board, as the list of trackers shows it. */
export interface Listed {
  readonly tracker: string;
  readonly credential: string;
}

/** What became of a ballot that was sent; `promise` is empty where the server gave none. */
export interface CastAnswer {
  readonly outcome: string;
  readonly promise: string;
  /** The server's time, in seconds since 1970 UTC. */
  readonly at: number;
}

/** No answer came: whether the request arrived is not known. */
export class NoAnswer extends Error {
  constructor() {
    super("no answer");
    this.name = "NoAnswer";
  }
}

/** The server answered that it cannot serve now; it changed nothing. */
export class Unavailable extends Error {
  constructor() {
    super("unavailable");
    this.name = "Unavailable";
  }
}

const PATIENCE_MS = 20_000;
const NOT_FOUND = 404;

/** The server of one election. */
export class Server {
  private readonly base: string;
  private readonly receipts: string;

  constructor(uuid: string) {
    this.base = `/api/elections/${uuid}`;
    this.receipts = `/e/${uuid}/receipt`;
  }

  /** Return exact bytes: of the election object, or of its credentials. */
  async bytes(name: "election" | "credentials"): Promise<Uint8Array> {
    const response = await ask(`${this.base}/${name}.json`, {});
    return new Uint8Array(await read(response.arrayBuffer()));
  }

  /** Return how far the election has come, by the server's clock. */
  async circumstances(): Promise<Circumstances> {
    const found = fields(await json(await ask(`${this.base}/state`, { cache: "no-store" })));
    const text = (name: string): string => String(found[name] ?? "");
    return {
      state: text("state"),
      opens: text("opens"),
      closes: text("closes"),
      reason: text("reason"),
    };
  }

  /** Return the ballots on the board. */
  async ballots(): Promise<readonly Listed[]> {
    const found = fields(await json(await ask(`${this.base}/ballots`, { cache: "no-store" })));
    const items: unknown = found["ballots"];
    return (Array.isArray(items) ? items : []).map((item: unknown) => {
      const ballot = fields(item);
      return { tracker: String(ballot["tracker"]), credential: String(ballot["credential"]) };
    });
  }

  /** Ask, before the lists are shown, whether these two secrets go together; return the outcome. */
  async preCheck(signInNumber: string, pin: string): Promise<string> {
    return (await this.post("pre-check", { sign_in_number: signInNumber, pin })).outcome;
  }

  /** Send a ballot, and return what became of it; sending the same again is answered alike.
   *
   * `padding` makes all requests that cast equally long: §9.6.
   */
  async cast(signInNumber: string, pin: string, ballot: string, padding: string): Promise<CastAnswer> {
    return this.post("cast", { sign_in_number: signInNumber, pin, ballot, padding });
  }

  /** Return the receipt of a ballot: §20.2; null while it is not published. */
  async receipt(tracker: string): Promise<Uint8Array | null> {
    const response = await ask(`${this.receipts}/${tracker}`, { cache: "no-store" }, NOT_FOUND);
    const data = new Uint8Array(await read(response.arrayBuffer()));
    if (response.status === NOT_FOUND) {
      return null;
    }
    if (!looksLikeReceipt(data)) {
      throw new NoAnswer(); // somebody on the way answers in the server's place
    }
    return data;
  }

  private async post(name: string, body: Readonly<Record<string, string>>): Promise<CastAnswer> {
    const response = await ask(`${this.base}/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const { outcome, promise } = fields(await json(response));
    if (typeof outcome !== "string" && response.ok) {
      throw new NoAnswer(); // somebody on the way answers in the server's place
    }
    return {
      // Without an outcome the server read nothing that it could use: nothing is recorded.
      outcome: typeof outcome === "string" ? outcome : "ballot_refused",
      promise: typeof promise === "string" ? promise : "",
      at: (Date.parse(response.headers.get("date") ?? "") || Date.now()) / 1000,
    };
  }
}

async function ask(path: string, request: RequestInit, expected = 0): Promise<Response> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  const same: RequestInit = { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error" };
  const response = await read(fetch(path, { ...same, ...request, signal: patience.signal }));
  clearTimeout(timer);
  if (response.status >= 500) {
    throw new Unavailable();
  }
  if (!response.ok && request.method !== "POST" && response.status !== expected) {
    throw new NoAnswer();
  }
  return response;
}

async function json(response: Response): Promise<unknown> {
  return read(response.json() as Promise<unknown>);
}

/** Return what the network gives; NoAnswer, whatever way it failed. */
async function read<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch {
    throw new NoAnswer();
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
