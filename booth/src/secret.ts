// SPDX-License-Identifier: AGPL-3.0-or-later
/** A value that is not printed, serialised or compared by accident. */

/** Holds one value; `reveal()` is the only way out, so that a search for it lists every use. */
export class Secret<T> {
  readonly reveal: () => T;

  constructor(value: T) {
    // Kept by the closure alone: no member of this object holds it.
    this.reveal = () => value;
    Object.freeze(this);
  }

  toString(): string {
    return "Secret(…)";
  }

  toJSON(): never {
    throw new TypeError("a secret is not written down");
  }
}
