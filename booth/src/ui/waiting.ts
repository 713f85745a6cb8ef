// SPDX-License-Identifier: AGPL-3.0-or-later
/** Waiting that something may cut short: a press, the network that is back. */

/** Wait for some seconds, or until one of these events. */
export function wait(seconds: number, ...events: readonly (readonly [EventTarget, string])[]): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      clearTimeout(timer);
      events.forEach(([target, name]) => target.removeEventListener(name, go));
      resolve();
    };
    const timer = setTimeout(go, seconds * 1000);
    events.forEach(([target, name]) => target.addEventListener(name, go));
  });
}
