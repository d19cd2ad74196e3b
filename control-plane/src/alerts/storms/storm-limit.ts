/** Alerts that one rule opened in one container within a minute. */
export interface StormWindow {
  readonly node: string;
  readonly key: string;
  /** Event time of the first of them, ms since 1970. */
  readonly start: number;
  opened: number;
}

export const WINDOW_MS = 60_000;
/** Windows of one node that are remembered; the oldest goes, which gives its rule a new allowance. */
const MAX_PER_NODE = 8192;

/**
 * Bounds the new alerts of a rule in a container: so many a minute, counted from the first. Whoever is over it learns
 * in which window, so that all of that window can be told together. Depends on the times of the events alone.
 */
export class StormLimit {
  readonly perMinute: number;
  /** By node, then by key, the oldest window first. */
  readonly #nodes = new Map<string, Map<string, StormWindow>>();

  constructor(perMinute: number) {
    this.perMinute = perMinute;
  }

  /**
   * Asks for one more alert.
   * @param at time of the event, ms since 1970
   * @returns undefined when it is granted, else the start of the window that is full
   */
  admit(node: string, key: string, at: number): number | undefined {
    const windows = this.#of(node);
    let window = windows.get(key);
    if (!window || Math.abs(at - window.start) >= WINDOW_MS) {
      windows.delete(key);
      if (windows.size >= MAX_PER_NODE) windows.delete(windows.keys().next().value ?? '');
      window = { node, key, start: at, opened: 0 };
      windows.set(key, window);
    }
    // The first is told whatever the limit is: nothing happens unseen.
    if (window.opened >= Math.max(1, this.perMinute)) return window.start;
    window.opened++;
    return undefined;
  }

  /** Event time of a node has come this far (ms since 1970): forgets windows that are over. */
  tick(node: string, watermark: number): void {
    const windows = this.#nodes.get(node);
    if (!windows) return;
    for (const [key, { start }] of windows) {
      // One that claims to be of the future does not keep the others.
      if (start > watermark) continue;
      if (watermark - start < WINDOW_MS) break;
      windows.delete(key);
    }
    if (windows.size === 0) this.#nodes.delete(node);
  }

  #of(node: string): Map<string, StormWindow> {
    const known = this.#nodes.get(node);
    if (known) return known;
    const fresh = new Map<string, StormWindow>();
    this.#nodes.set(node, fresh);
    return fresh;
  }

  /** Every window, in an order that `restore` keeps. */
  snapshot(): StormWindow[] {
    return [...this.#nodes.values()].flatMap((windows) => [...windows.values()]);
  }

  /** Takes over the windows of a snapshot in place of its own. */
  restore(windows: readonly StormWindow[]): void {
    this.#nodes.clear();
    for (const window of windows) this.#of(window.node).set(window.key, window);
  }
}
