// SPDX-License-Identifier: AGPL-3.0-or-later
/** What older browsers lack: given where that is possible, and else asked for before a vote begins.
 *
 * To be imported first: the arithmetic library uses `Object.hasOwn` (2021) as soon as it is read.
 */

const NEEDED = ["fetch", "AbortController", "TextEncoder", "TextDecoder", "FormData", "URL"];

if (!("hasOwn" in Object)) {
  const hasOwn = (object: object, name: PropertyKey): boolean =>
    Object.prototype.hasOwnProperty.call(object, name);
  Object.defineProperty(Object, "hasOwn", { value: hasOwn, configurable: true, writable: true });
}

/** Refuse a browser that lacks what the booth cannot do without, by an Error that names it. */
export function requireBrowser(): void {
  const lacking = NEEDED.find((name) => typeof Reflect.get(globalThis, name) !== "function");
  if (lacking !== undefined) {
    throw new Error(`this browser has no ${lacking}`);
  }
}
