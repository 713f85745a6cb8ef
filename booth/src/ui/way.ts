// SPDX-License-Identifier: AGPL-3.0-or-later
/** The way through the screens, so that the browser's own *back* goes one screen back: docs/adr/0012.
 *
 * An entry of the browser's history holds the number of its place on the way, and nothing else.
 */

import type { Page } from "./page.ts";

/** The screens behind the one that is shown, by their places. */
export class Way {
  private readonly page: Page;
  private place: number;
  private readonly screens: string[];

  constructor(page: Page) {
    this.page = page;
    this.place = Number(history.state); // of an earlier load, where the page was reloaded
    this.screens = new Array<string>(this.place);
    history.replaceState(this.place, "");
    history.scrollRestoration = "manual"; // a screen begins at its heading
    window.addEventListener("popstate", ({ state }) => {
      // Without a number it is a jump inside the page, or the link of another letter.
      if (typeof state === "number") {
        this.arrive(state);
      }
    });
  }

  /** Show a screen, from which *back* leads to the one before; or go back to it, if it is behind. */
  next(screen: string): void {
    const place = this.screens.indexOf(screen);
    if (place < 0) {
      this.place += 1;
      history.pushState(this.place, "");
    } else if (place < this.place) {
      history.go(place - this.place);
      this.place = place;
    }
    this.here(screen);
  }

  /** Show a screen instead of the last one. */
  here(screen: string): void {
    this.screens.splice(this.place, Infinity, screen);
    this.page.show(screen);
  }

  /** Show the screen of this place again, where another was laid over it. */
  again(): void {
    this.here(this.screens[this.place] ?? "");
  }

  /** Show a screen that *back* does not leave, until it leaves the booth. */
  stay(screen: string): void {
    this.screens.fill(screen);
    this.here(screen);
  }

  private arrive(place: number): void {
    if (place > this.place) {
      history.go(this.place - place); // forward leads nowhere: a ballot that was left is gone
    } else if (place < this.place) {
      this.place = place;
      const screen = this.screens[place];
      if (screen !== undefined) {
        this.here(screen);
      }
    }
  }
}
