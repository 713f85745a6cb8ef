// SPDX-License-Identifier: AGPL-3.0-or-later
/** One parent's vote from the election object to the bytes that are cast: what screens call.
 *
 * No page, network or clock here. The order is: `openBooth`, then `signIn` with the code as typed,
 * then `requireListed`, then `encrypt`; the ballot's tracker is shown; then either `cast` or
 * `check`, never both of one ballot (docs/protocol.md §9.3, §9.5, §15).
 */

import { makeAnswer } from "./answer.ts";
import { ballotHash, encodeBallot, makeUnsignedBallot, signBallot } from "./ballot.ts";
import type { Opening, UnsignedBallot } from "./ballot.ts";
import { credentialFromCode, decodeCode, signInNumber } from "./codes.ts";
import { deriveCredential, publicCredential } from "./credentials.ts";
import { contextOf, decodeElection } from "./election.ts";
import type { Election } from "./election.ts";
import { sha256Hex } from "./encoding.ts";
import { MalformedError, OutOfOrder, ProofError, ProtocolError } from "./errors.ts";
import { Element, Scalar } from "./group.ts";
import { decodeCanonicalJson } from "./json.ts";
import { exportOpened } from "./opened.ts";
import { requireRandomness, systemRng } from "./rng.ts";
import type { Rng } from "./rng.ts";
import type { Secret } from "./secret.ts";
import { trackerOf } from "./tracker.ts";

const REHEARSALS = 3;

/** The place of a list in the election, from 0, or the choice of none. */
export type Choice = number | "blank";

/** Return the booth of an election, from its exact bytes.
 *
 * NoRandomness: this browser cannot make secrets, so nobody may vote with it.
 * UnsupportedError, MalformedError: this is no election that we can vote in.
 */
export function openBooth(electionData: Uint8Array, rng: Rng = systemRng): Booth {
  requireRandomness();
  return new Booth(decodeElection(electionData), rng);
}

/** The booth of one election. */
export class Booth {
  readonly election: Election;
  private readonly rng: Rng;

  constructor(election: Election, rng: Rng) {
    this.election = election;
    this.rng = rng;
  }

  /** Steps that make the first ballot faster; call them one by one while the voter reads.
   *
   * Tables of the two bases; then small answers that are thrown away, so that the browser has
   * compiled what a ballot needs.
   */
  preparations(): readonly (() => void)[] {
    const y = this.election.publicKey;
    const question = { ...this.election.question, answers: ["–"] };
    const rehearse = (): void => {
      const randomness = [Scalar.random(this.rng), Scalar.random(this.rng)];
      makeAnswer("", y, question, [1, 0], randomness, this.rng);
    };
    return [
      () => Element.GENERATOR.makeTable(),
      () => y.makeTable(),
      ...Array.from({ length: REHEARSALS }, () => rehearse),
    ];
  }

  /** Return the voter of a code as it was typed: §13.2.
   *
   * MistypedCode: `groups` are not what was printed. MalformedError: not the length of a code.
   */
  signIn(typed: string): Voter {
    const { uuid } = this.election;
    const code = decodeCode(typed);
    const credential = deriveCredential(uuid, credentialFromCode(uuid, code));
    return new Voter(this.election, credential, signInNumber(uuid, code), this.rng);
  }
}

/** One voter in the booth. */
export class Voter {
  /** What the roll knows of the code, 32 hexadecimal digits: §13.4. */
  readonly signInNumber: string;
  private readonly election: Election;
  private readonly credential: Secret<Scalar>;
  private readonly publicKey: Element;
  private readonly rng: Rng;
  private listed = false;
  private made = 0;

  constructor(election: Election, credential: Secret<Scalar>, signIn: string, rng: Rng) {
    this.election = election;
    this.credential = credential;
    this.publicKey = publicCredential(credential);
    this.signInNumber = signIn;
    this.rng = rng;
  }

  /** The public credential, as the board lists it: §9.1. */
  get publicCredential(): string {
    return this.publicKey.encode();
  }

  /** Check that this voter is in the sealed list, given the list's exact bytes: §8.3, §8.4.
   *
   * ProofError: these are not the sealed credentials, or the code is of no credential of theirs.
   */
  requireListed(credentialsData: Uint8Array): void {
    if (sha256Hex(credentialsData) !== this.election.credentialsSha256) {
      throw new ProofError("the credentials are not those that the election names", "8.3");
    }
    const listed = decodeCanonicalJson(credentialsData);
    if (!Array.isArray(listed)) {
      throw new MalformedError("the credentials are not an array", "8.4");
    }
    if (!listed.includes(this.publicCredential)) {
      throw new ProofError("the code belongs to no credential of this election", "8.4");
    }
    this.listed = true;
  }

  /** Encrypt a choice, with every proof, and without signature: §9.2; OutOfOrder before
   * `requireListed`. A later call encrypts anew.
   */
  encrypt(choice: Choice): SealedBallot {
    if (!this.listed) {
      throw new OutOfOrder("the credential was not looked up in the sealed list");
    }
    const vote = voteFor(choice, this.election.lists.length);
    const context = contextOf(this.election);
    const made = makeUnsignedBallot(context, this.credential, [vote], this.rng, this.made);
    this.made += 1;
    const { text } = this.election;
    return new SealedBallot(made.unsigned, made.opening, text, this.credential, this.rng);
  }
}

/** An encrypted ballot whose voter has not yet decided between casting and checking it. */
export class SealedBallot {
  /** What the voter notes before deciding: §9.5. */
  readonly tracker: string;
  private readonly unsigned: UnsignedBallot;
  private readonly opening: Secret<Opening>;
  private readonly election: string;
  private readonly credential: Secret<Scalar>;
  private readonly rng: Rng;
  private signed: Uint8Array | null = null;
  private opened = false;

  constructor(
    unsigned: UnsignedBallot,
    opening: Secret<Opening>,
    election: string,
    credential: Secret<Scalar>,
    rng: Rng,
  ) {
    this.unsigned = unsigned;
    this.opening = opening;
    this.election = election;
    this.credential = credential;
    this.rng = rng;
    this.tracker = trackerOf(ballotHash(unsigned));
  }

  /** Sign the ballot and return its exact bytes; the same ones at every call: §9.4.
   *
   * OutOfOrder: it was checked, so it must never be signed.
   */
  cast(): Uint8Array {
    if (this.opened) {
      throw new OutOfOrder("a ballot that was checked is never signed");
    }
    this.signed ??= encodeBallot(signBallot(this.unsigned, this.credential, this.rng));
    return this.signed.slice();
  }

  /** Return the file that opens the ballot, for another device; it can no longer be cast: §15.
   *
   * OutOfOrder: it was signed, so it must never be opened.
   */
  check(): Uint8Array {
    if (this.signed !== null) {
      throw new OutOfOrder("a ballot that was signed is never opened");
    }
    this.opened = true;
    return exportOpened(this.unsigned, this.opening, this.election);
  }
}

function voteFor(choice: Choice, lists: number): readonly number[] {
  const place = choice === "blank" ? 0 : choice + 1;
  if (!Number.isInteger(place) || place < 0 || place > lists || choice === -1) {
    throw new ProtocolError("the choice is neither a list nor blank", "9.2");
  }
  return Array.from({ length: lists + 1 }, (_, i) => (i === place ? 1 : 0));
}
