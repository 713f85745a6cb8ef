// SPDX-License-Identifier: AGPL-3.0-or-later
/** A control that chooses a file. */

/** Let the same file be chosen again: it may have been mended meanwhile, and would change nothing. */
export function forgetChoice(input: HTMLInputElement): void {
  input.addEventListener("click", () => {
    input.value = "";
  });
}
