// SPDX-License-Identifier: AGPL-3.0-or-later
/** The booth's page as its screens see it: one screen at a time, slots, messages and errors.
 *
 * All words are in the page (templates/voter/), so that gettext finds them; here are none.
 */

/** What a message takes in place of `{name}`. */
export type Values = Readonly<Record<string, string>>;

/** The page, found again by the attributes `data-…` of its elements. */
export class Page {
  private readonly root: HTMLElement;

  constructor(root: HTMLElement) {
    this.root = root;
  }

  /** Show one screen and no other, and put the focus on its heading. */
  show(screen: string): void {
    let heading: HTMLElement | null = null;
    for (const section of this.all("screen")) {
      section.hidden = section.dataset["screen"] !== screen;
      if (!section.hidden) {
        heading = section.querySelector("h1");
      }
    }
    for (const error of this.all("error")) {
      this.clear(error);
    }
    this.announce(""); // what was said of another screen
    if (heading !== null) {
      document.title = `${heading.textContent ?? ""} – ${this.root.dataset["title"] ?? ""}`;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    }
    window.scrollTo(0, 0);
  }

  /** Tell whether this is the screen that is shown. */
  shows(screen: string): boolean {
    return !this.one("screen", screen).hidden;
  }

  /** Write a text into every place of that name. */
  fill(slot: string, text: string): void {
    for (const element of document.querySelectorAll<HTMLElement>(`[data-slot="${slot}"]`)) {
      element.textContent = text;
    }
  }

  /** Show or hide what depends on a circumstance. */
  when(circumstance: string, shown: boolean): void {
    for (const each of document.querySelectorAll<HTMLElement>(`[data-when="${circumstance}"]`)) {
      each.hidden = !shown;
    }
  }

  /** Return a message in the page's language. */
  message(name: string, values: Values = {}): string {
    const text = this.one<HTMLTemplateElement>("message", name).content.textContent ?? "";
    return text.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? "");
  }

  /** Say what is wrong with a field, beside it, and put the focus there. */
  fail(field: string, text: string): void {
    const place = this.one("error", field);
    place.hidden = false;
    place.textContent = text;
    const input = this.described(place);
    input?.setAttribute("aria-invalid", "true");
    input?.focus();
  }

  /** Write a text into the field of that name. */
  put(field: string, text: string): void {
    const input = this.described(this.one("error", field));
    if (input !== null) {
      input.value = text;
    }
  }

  /** Tell whether what stands in a field has the form that the page names for it. */
  fits(field: string): boolean {
    return !this.described(this.one("error", field))?.validity.patternMismatch;
  }

  /** Say something to those who do not see the page. */
  announce(text: string): void {
    const live = this.root.querySelector("[data-live]");
    if (live !== null) {
      live.textContent = text;
    }
  }

  /** Do this when a button of that name is pressed. */
  onAction(name: string, handler: () => void): void {
    for (const button of this.all("action")) {
      if (button.dataset["action"] === name) {
        button.addEventListener("click", handler);
      }
    }
  }

  /** Do this with what was typed when a form of that name is sent. */
  onForm(name: string, handler: (form: FormData) => void): void {
    const form = this.one<HTMLFormElement>("form", name);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      for (const error of this.all("error")) {
        this.clear(error);
      }
      handler(new FormData(form));
    });
  }

  /** Return the element with `data-<kind>="<name>"`; the page has exactly one. */
  one<T extends HTMLElement = HTMLElement>(kind: string, name: string): T {
    const found = this.root.querySelector<T>(`[data-${kind}="${name}"]`);
    if (found === null) {
      throw new Error(`the page has no ${kind} ${name}`);
    }
    return found;
  }

  /** Return all elements with `data-<kind>`. */
  all<T extends HTMLElement = HTMLElement>(kind: string): NodeListOf<T> {
    return this.root.querySelectorAll<T>(`[data-${kind}]`);
  }

  private clear(error: HTMLElement): void {
    error.hidden = true;
    error.textContent = "";
    this.described(error)?.removeAttribute("aria-invalid");
  }

  private described(error: HTMLElement): HTMLInputElement | null {
    const field = `[aria-describedby~="${error.id}"]`;
    return error.closest("form")?.querySelector<HTMLInputElement>(field) ?? null;
  }
}
