// SPDX-License-Identifier: AGPL-3.0-or-later
/** Every deliberate error of the booth's protocol code; each cites the rule that was broken. */

/** One lower-case sentence, and the section of docs/protocol.md that was broken. */
export class ProtocolError extends Error {
  readonly section: string;

  constructor(message: string, section: string) {
    super(`${message} (§${section})`);
    this.name = "ProtocolError";
    this.section = section;
  }
}

/** These bytes are not an encoding of anything. */
export class MalformedError extends ProtocolError {
  constructor(message: string, section: string) {
    super(message, section);
    this.name = "MalformedError";
  }
}

/** Well formed, and of a version, group or kind of question that we do not read. */
export class UnsupportedError extends ProtocolError {
  constructor(message: string, section: string) {
    super(message, section);
    this.name = "UnsupportedError";
  }
}

/** Well formed, and untrue. */
export class ProofError extends ProtocolError {
  constructor(message: string, section: string) {
    super(message, section);
    this.name = "ProofError";
  }
}

/** Some groups of a code, counted from 1, are not what was printed: §13.2. */
export class MistypedCode extends MalformedError {
  readonly groups: readonly number[];

  constructor(groups: readonly number[], section: string) {
    super(`mistyped in group ${groups.join(", ")}`, section);
    this.name = "MistypedCode";
    this.groups = groups;
  }
}

/** This browser gives no randomness, so it must not encrypt anything. */
export class NoRandomness extends Error {
  constructor() {
    super("this browser has no secure source of randomness");
    this.name = "NoRandomness";
  }
}

/** The caller's order is wrong: a fault of the booth, not of a ballot. */
export class OutOfOrder extends Error {
  constructor(message: string) {
    super(message);
    this.name = "OutOfOrder";
  }
}
