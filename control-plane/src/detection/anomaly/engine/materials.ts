import type { FeatureWindow } from '../features/feature-window.ts';
import { decodeWindow, encodeWindow } from '../features/windows-codec.ts';
import type { WorkloadKey } from '../features/workload-key.ts';
import { type Circumstances, learnFrom, type Refusal } from '../learning/hygiene.ts';
import { Material } from '../learning/material.ts';
import type { MaterialRow } from './behaviour-program.ts';
import { nameOf, type ProgramIndex } from './program-index.ts';

/** Workloads of which there is material in one partition. */
const MOST_KEYS = 256;
/** Windows that a checkpoint holds beside a saved material; saving it costs more than they do. */
const MOST_JOURNAL = 512;

/** A window that was offered since the material was saved. */
export interface Offer {
  readonly window: Uint8Array;
  readonly run: string;
  readonly at: number;
  readonly circumstances: Circumstances;
}

/** The material of one workload in a checkpoint. */
export interface SavedMaterial {
  readonly name: WorkloadKey;
  readonly epoch: number;
  readonly isNews: boolean;
  readonly bytes: Uint8Array;
  readonly offers: readonly Offer[];
}

interface Entry {
  readonly name: WorkloadKey;
  readonly epoch: number;
  readonly material: Material;
  /** Of the material before the offers. */
  saved: Uint8Array;
  offers: Offer[];
  /** Something was learned or refused since it was handed on. */
  isNews: boolean;
}

/** What one partition has learned of each workload; bounded. */
export class Materials {
  /** The one that was used longest ago first. */
  readonly #entries = new Map<string, Entry>();
  /** Forgotten for want of room. */
  evicted = 0;
  /** Materials of a checkpoint that could not be read: they began anew. */
  lost = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Memory, about. */
  get bytes(): number {
    let sum = 0;
    for (const { material, saved, offers } of this.#entries.values())
      sum += material.bytes + saved.length + offers.reduce((all, { window }) => all + window.length, 0);
    return sum;
  }

  /**
   * Learns from a window when that is safe.
   * @param run the container
   * @param at when it ended, ms since 1970
   */
  offer(
    name: WorkloadKey,
    epoch: number,
    window: FeatureWindow,
    { run, at, circumstances }: Omit<Offer, 'window'>,
  ): Refusal | undefined {
    const entry = this.#of(name, epoch);
    entry.offers.push({ window: encodeWindow(window), run, at, circumstances });
    entry.isNews = true;
    const refusal = learnFrom(entry.material, window, run, at, circumstances);
    if (entry.offers.length >= MOST_JOURNAL) save(entry);
    return refusal;
  }

  #of(name: WorkloadKey, epoch: number): Entry {
    const key = nameOf(name);
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    const entry = known && known.epoch >= epoch ? known : freshEntry(name, epoch);
    if (this.#entries.size >= MOST_KEYS) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
      this.evicted++;
    }
    this.#entries.set(key, entry);
    return entry;
  }

  /** Throws away what was begun before a reset. */
  forgetBefore(index: ProgramIndex): void {
    for (const [key, { name, epoch }] of this.#entries) if (epoch < index.epoch(name)) this.#entries.delete(key);
  }

  /** Materials that have grown since they were handed on. */
  rows(): MaterialRow[] {
    const rows: MaterialRow[] = [];
    for (const entry of this.#entries.values()) {
      if (!entry.isNews) continue;
      save(entry);
      entry.isNews = false;
      rows.push({ ...entry.name, bytes: entry.saved, epoch: entry.epoch });
    }
    return rows;
  }

  /** Rows that could not be handed on. */
  notTaken(rows: readonly MaterialRow[]): void {
    for (const row of rows) {
      const entry = this.#entries.get(nameOf(row));
      if (entry) entry.isNews = true;
    }
  }

  state(): SavedMaterial[] {
    return [...this.#entries.values()].map(({ name, epoch, isNews, saved, offers }) => ({
      ...{ name, epoch, isNews, offers },
      bytes: saved,
    }));
  }

  restore(saved: readonly SavedMaterial[]): void {
    this.#entries.clear();
    for (const one of saved) {
      const entry = this.#read(one);
      if (entry) this.#entries.set(nameOf(one.name), entry);
      else this.lost++;
    }
  }

  /** One that can not be read harms no other. */
  #read({ name, epoch, isNews, bytes, offers }: SavedMaterial): Entry | undefined {
    try {
      const material = bytes.length > 0 ? Material.load(bytes) : new Material(nameOf(name));
      for (const { window, run, at, circumstances } of offers)
        learnFrom(material, decodeWindow(window), run, at, circumstances);
      return { name, epoch, isNews, material, saved: bytes, offers: [...offers] };
    } catch {
      return undefined;
    }
  }
}

const freshEntry = (name: WorkloadKey, epoch: number): Entry => ({
  ...{ name, epoch, material: new Material(nameOf(name)) },
  ...{ saved: new Uint8Array(0), offers: [], isNews: false },
});

function save(entry: Entry): void {
  entry.saved = entry.material.save();
  entry.offers = [];
}
