import type { DetectorFinding } from '../detection/detectors/detector-finding.ts';

/** Batches of detectors whose findings are remembered: a detector is not asked about older ones again. */
const MOST = 4096;

/**
 * Tells findings of one detector in one event apart. Those of one group are told apart by title and group; each of the
 * others by its title and how many of that title there were before: what follows from the batches alone.
 */
export class FindingNames {
  /** How often titles were said of events, by version and batch. */
  readonly #said = new Map<string, Map<string, number>>();

  identityOf({ detector, finding, batch, index, slot, generation }: DetectorFinding): string {
    const { title, groupKey } = finding;
    // where there is an event, it tells the container too
    if (groupKey !== '' && index !== undefined) return JSON.stringify([title, groupKey]);
    if (groupKey !== '') return JSON.stringify([title, groupKey, slot, generation]);
    const times = this.#of(`${detector.versionId}/${batch.streamSequence}`);
    const what = JSON.stringify([index ?? -1, title]);
    const before = times.get(what) ?? 0;
    times.set(what, before + 1);
    return JSON.stringify([title, '', before]);
  }

  #of(key: string): Map<string, number> {
    const known = this.#said.get(key);
    if (known) return known;
    const [oldest] = this.#said.size >= MOST ? this.#said.keys() : [];
    if (oldest !== undefined) this.#said.delete(oldest);
    const fresh = new Map<string, number>();
    this.#said.set(key, fresh);
    return fresh;
  }
}
