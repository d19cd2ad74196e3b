import type { FeatureWindow } from '../features/feature-window.ts';
import { BASELINE_CLASS } from './token-classes.ts';

/** The window as models see it. */
export function withoutBaseline(window: FeatureWindow): FeatureWindow {
  const { tokens } = window;
  const own = [...tokens].filter(([token]) => !token.startsWith(PREFIX));
  return own.length === tokens.size ? window : { ...window, tokens: new Map(own) };
}

const PREFIX = `${BASELINE_CLASS}:`;

/** Values of one container that wait for the window they are learned with. */
const MOST = 64;
const MINUTE_MS = 60_000;

/**
 * What rules with a baseline looked up of one container since its last window. It is learned with the window and not part of
 * what models look at.
 */
export class BaselineValues {
  readonly #waiting: Set<string>;

  constructor(saved: Iterable<string> = []) {
    this.#waiting = new Set(saved);
  }

  /** Beyond the bound nothing is added: a value comes again, or is too rare to belong to the workload. */
  observe(token: string): void {
    if (this.#waiting.size < MOST) this.#waiting.add(token);
  }

  /**
   * The window with what waited, which waits no more. Once a minute with the marks of rules as well.
   * @param markers see `markerOf`
   */
  join(window: FeatureWindow, markers: readonly string[]): FeatureWindow {
    const added = window.from % MINUTE_MS === 0 ? [...this.#waiting, ...markers] : [...this.#waiting];
    this.#waiting.clear();
    if (added.length === 0) return window;
    const tokens = new Map(window.tokens);
    for (const token of added) tokens.set(token, 1);
    return { ...window, tokens };
  }

  saved(): string[] {
    return [...this.#waiting];
  }
}
