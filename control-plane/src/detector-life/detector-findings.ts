import { type Alert, type Log, messageOf } from '@picket/sdk';
import type { DetectorFindingStore, RecordedFinding } from '../store/detectors/detector-finding-store.ts';

/** Findings that may wait for the store. */
const MOST_WAITING = 2000;
/** Findings in one transaction. */
const BATCH = 500;

/** Writes recorded findings to the store, many at a time. What waits when the process ends hard is lost: nobody was told of it. */
export class DetectorFindings {
  readonly #store: DetectorFindingStore;
  readonly #log: Log;
  #waiting = new Map<string, RecordedFinding>();
  #writing: Promise<void> = Promise.resolve();
  #dropped = 0;
  #failing = false;

  constructor(store: DetectorFindingStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Findings that found no room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes a finding or a newer revision of one; it is written by the next `flush`. */
  record(versionId: string, alert: Alert): void {
    const key = `${versionId} ${alert.uuid}`;
    // out and in again: the newest are the last, as in the store
    const before = this.#waiting.get(key);
    if (before && before.alert.revision > alert.revision) return;
    this.#waiting.delete(key);
    if (this.#waiting.size >= MOST_WAITING) {
      this.#dropped++;
      return;
    }
    this.#waiting.set(key, { versionId, name: alert.detector.id, alert });
  }

  /** Writes what waits. Never rejects: what can not be written waits for the next call. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, BATCH);
      try {
        await this.#store.write(batch.map(([, finding]) => finding));
        this.#failing = false;
      } catch (error) {
        if (!this.#failing)
          this.#log.warn('recorded findings can not be written; they wait', { why: messageOf(error) });
        this.#failing = true;
        return;
      }
      // a newer revision may have come meanwhile
      for (const [key, finding] of batch) if (this.#waiting.get(key) === finding) this.#waiting.delete(key);
    }
  }
}
