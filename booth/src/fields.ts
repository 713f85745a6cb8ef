// SPDX-License-Identifier: AGPL-3.0-or-later
/** The strict reader of one JSON object: docs/protocol.md §2.1. */

import { MalformedError } from "./errors.ts";
import { isObject } from "./json.ts";
import type { JsonArray, JsonObject, JsonValue } from "./json.ts";

/** Reads the members of one object, each by its kind, then `finish()`.
 *
 * `where` says what the object is, for the error, as in "ballot"; `section` defines it.
 */
export class Fields {
  private readonly members: JsonObject;
  private readonly read = new Set<string>();
  private readonly where: string;
  private readonly section: string;

  constructor(value: JsonValue, where: string, section: string) {
    this.where = where;
    this.section = section;
    if (!isObject(value)) {
      throw this.error("is not an object");
    }
    this.members = value;
  }

  /** Return the error that this object `reason`, as in "is empty". */
  error(reason: string): MalformedError {
    return new MalformedError(`${this.where} ${reason}`, this.section);
  }

  has(name: string): boolean {
    return this.members.has(name);
  }

  raw(name: string): JsonValue {
    const value = this.members.get(name);
    if (value === undefined) {
      throw this.error(`has no member ${name}`);
    }
    this.read.add(name);
    return value;
  }

  text(name: string): string {
    const value = this.raw(name);
    if (typeof value !== "string") {
      throw this.error(`has a member ${name} that is not a text`);
    }
    return value;
  }

  /** A whole number between `low` and `high`, both allowed. */
  integer(name: string, low: number, high: number): number {
    const value = this.raw(name);
    if (typeof value !== "number" || value < low || value > high) {
      throw this.error(`has a member ${name} that is not an integer of ${low} to ${high}`);
    }
    return value;
  }

  boolean(name: string): boolean {
    const value = this.raw(name);
    if (typeof value !== "boolean") {
      throw this.error(`has a member ${name} that is neither true nor false`);
    }
    return value;
  }

  items(name: string): JsonArray {
    return asItems(this.raw(name), `member ${name} of ${this.where}`, this.section);
  }

  texts(name: string): readonly string[] {
    return this.items(name).map((item) => {
      if (typeof item !== "string") {
        throw this.error(`has an item of ${name} that is not a text`);
      }
      return item;
    });
  }

  object(name: string): Fields {
    return new Fields(this.raw(name), `member ${name} of ${this.where}`, this.section);
  }

  /** Refuse members that nobody has read. */
  finish(): void {
    for (const name of this.members.keys()) {
      if (!this.read.has(name)) {
        throw this.error(`has a member ${JSON.stringify(name)} that is not known`);
      }
    }
  }
}

/** Return the items of an array, or throw MalformedError. */
export function asItems(value: JsonValue, where: string, section: string): JsonArray {
  if (value === null || typeof value !== "object" || isObject(value)) {
    throw new MalformedError(`${where} is not an array`, section);
  }
  return value;
}
