// SPDX-License-Identifier: AGPL-3.0-or-later
/** What the booth asks of its server, and nothing else: the operations of `/api/`. */

import type { VerifierKey } from "../notes.ts";
import { looksLikeReceipt } from "../receipts.ts";
import { verifyStamp } from "../stamps.ts";

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
  /** Empty where the server could not use what it was sent: of this request nothing is recorded. */
  readonly outcome: string;
  readonly promise: string;
  /** The server's time, in seconds since 1970 UTC. */
  readonly at: number;
}

/** No answer of this server came: whether the request arrived is not known. */
export class NoAnswer extends Error {
  constructor() {
    super("no answer");
    this.name = "NoAnswer";
  }
}

/** Not even an answer began: the server, the network or this device's own part of it is away. */
export class Silence extends NoAnswer {}

/** The server answered that it cannot serve now; it changed nothing. */
export class Unavailable extends Error {
  constructor() {
    super("unavailable");
    this.name = "Unavailable";
  }
}

/** How long an answer may take, to its last byte; what grows with the roll may take longer. */
const PATIENCE_MS = 20_000;
const LONG_PATIENCE_MS = 120_000;
/** What our server alone says with a 404, where it has no receipt of a ballot: §18.8. */
const NO_RECEIPT = "preau-receipt";
const NOT_FOUND = 404;
const FRESH: RequestInit = { cache: "no-store" };

interface Answered {
  readonly response: Response;
  readonly data: Uint8Array;
}

type Fields = Readonly<Record<string, unknown>>;

/** The server of one election. */
export class Server {
  private readonly base: string;
  private readonly receipts: string;
  private readonly page: string;
  private readonly board: string;

  constructor(uuid: string) {
    this.base = `/api/elections/${uuid}`;
    this.receipts = `/e/${uuid}/receipt`;
    this.page = `/v/${uuid}`;
    this.board = `/${uuid}/board`;
  }

  /** Return exact bytes: of the election object, or of its credentials. */
  async bytes(name: "election" | "credentials"): Promise<Uint8Array> {
    return requireFound(await ask(`${this.base}/${name}.json`, {}, LONG_PATIENCE_MS));
  }

  /** Return how far the election has come, by the server's clock. */
  async circumstances(): Promise<Circumstances> {
    const found = fields(requireFound(await ask(`${this.base}/state`, FRESH)));
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
    const found = fields(requireFound(await ask(`${this.base}/ballots`, FRESH, LONG_PATIENCE_MS)));
    const items: unknown = found["ballots"];
    if (!Array.isArray(items)) {
      throw new NoAnswer(); // no list is not a list without ballots
    }
    return items.map((item: unknown) => {
      const ballot = asFields(item);
      return { tracker: String(ballot["tracker"]), credential: String(ballot["credential"]) };
    });
  }

  /** Return the time of the last step of the board, which its log signed: §18.6. */
  async lastStep(key: VerifierKey): Promise<number> {
    const data = requireFound(await ask(`${this.board}/checkpoint`, FRESH));
    try {
      return verifyStamp(data, key);
    } catch {
      throw new NoAnswer();
    }
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

  /** Return the receipt of a ballot: §20.2; null while it is not published.
   *
   * A 404 of a filter or a front server on the way is no answer of this server: NoAnswer.
   */
  async receipt(tracker: string): Promise<Uint8Array | null> {
    const answer = await ask(`${this.receipts}/${tracker}`, FRESH);
    const { status, headers } = answer.response;
    if (status === NOT_FOUND && headers.get(NO_RECEIPT) === "none") {
      return null;
    }
    const data = requireFound(answer);
    if (!looksLikeReceipt(data)) {
      throw new NoAnswer(); // somebody on the way answers in the server's place
    }
    return data;
  }

  /** Tell whether anything at all of the server answers, its health or this page. */
  async answers(): Promise<boolean> {
    for (const path of ["/healthz", this.page]) {
      try {
        await ask(path, { ...FRESH, redirect: "manual" });
        return true;
      } catch (error) {
        if (!(error instanceof Silence)) {
          return true;
        }
      }
    }
    return false;
  }

  private async post(name: string, body: Readonly<Record<string, string>>): Promise<CastAnswer> {
    const { response, data } = await ask(`${this.base}/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const { outcome, promise, problem } = fields(data);
    if (typeof outcome !== "string" && (response.ok || typeof problem !== "string")) {
      throw new NoAnswer(); // somebody on the way answers in the server's place
    }
    return {
      outcome: typeof outcome === "string" ? outcome : "",
      promise: typeof promise === "string" ? promise : "",
      at: (Date.parse(response.headers.get("date") ?? "") || Date.now()) / 1000,
    };
  }
}

/** Ask, and read the whole answer: what begins and never ends is no answer. */
async function ask(path: string, request: RequestInit, patience = PATIENCE_MS): Promise<Answered> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), patience);
  const same: RequestInit = { credentials: "omit", referrerPolicy: "no-referrer", redirect: "error" };
  let failure: Error = new Silence();
  try {
    const response = await fetch(path, { ...same, ...request, signal: control.signal });
    failure = new NoAnswer();
    if (response.status >= 500) {
      failure = new Unavailable();
      throw failure;
    }
    return { response, data: new Uint8Array(await response.arrayBuffer()) };
  } catch {
    throw failure;
  } finally {
    clearTimeout(timer);
    control.abort(); // what was not read is not waited for
  }
}

/** Return what was asked for; NoAnswer where the server, or somebody in its place, has it not. */
function requireFound({ response, data }: Answered): Uint8Array {
  if (!response.ok) {
    throw new NoAnswer();
  }
  return data;
}

/** Return the members of a JSON object; NoAnswer where it is no JSON. */
function fields(data: Uint8Array): Fields {
  try {
    return asFields(JSON.parse(new TextDecoder().decode(data)));
  } catch {
    throw new NoAnswer();
  }
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
