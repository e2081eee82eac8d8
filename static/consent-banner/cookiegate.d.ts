/** What `window.cookiegate` is, for TypeScript. Purposes and services are named as in cookiegate.toml. */

interface CookiegateChoice {
  readonly services: readonly string[];
  /** Purposes of which every service was given. */
  readonly purposes: readonly string[];
}

interface Cookiegate {
  /** Whether the visitor has chosen, be it to refuse. */
  readonly decided: boolean;
  /** What the visitor has chosen. In a page that could not be loaded again it takes effect with the next one. */
  readonly choice: CookiegateChoice;
  /** What may be used in this page. */
  readonly services: readonly string[];
  readonly purposes: readonly string[];
  allows(purposeOrService: string): boolean;
  /** Opens the settings. */
  open(): void;
  /** Hears of every choice, those made in other tabs included. Returns what ends it. */
  onChange(listener: (choice: CookiegateChoice) => void): () => void;
}

interface Window {
  /** Without our script (a filter list may block it) nothing of this is there: `window.cookiegate?.allows?.("…")`. */
  readonly cookiegate?: Partial<Cookiegate>;
}

interface DocumentEventMap {
  /** A choice was made. Cancelled, the page is not loaded again. */
  "cookiegate:choice": CustomEvent<CookiegateChoice>;
}
