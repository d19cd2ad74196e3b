import type { FeatureWindow } from '../features/feature-window.ts';
import type { WorkloadKey } from '../features/workload-key.ts';
import { type Circumstances, learnFrom, type Refusal } from '../learning/hygiene.ts';
import { Material } from '../learning/material.ts';
import type { MaterialRow } from './behaviour-program.ts';
import { nameOf, type ProgramIndex } from './program-index.ts';

export interface MaterialBounds {
  /** Workloads of which there is material. */
  readonly keys: number;
  /** Memory of all of it. */
  readonly bytes: number;
}

const BOUNDS: MaterialBounds = { keys: 1024, bytes: 192 << 20 };
/** What was not seen for so long makes room first, ms of event time. */
const UNUSED_MS = 86_400_000;
/** What was not seen for so long is parked, ms of event time; where memory is short, sooner. */
const PARKED_MS = 900_000;
const PARKED_SOON_MS = 60_000;

/** Where a window comes from, and what is known of it beside itself. */
export interface Offer {
  /** The container. */
  readonly run: string;
  /** When the window ended, ms since 1970. */
  readonly at: number;
  readonly circumstances: Circumstances;
}

/** The material of one workload in a checkpoint. */
export interface SavedMaterial {
  readonly name: WorkloadKey;
  readonly epoch: number;
  readonly isNews: boolean;
  /** When a window of it was offered last, ms since 1970. */
  readonly used: number;
  /** Windows of 10 s that were learned from. */
  readonly windows: number;
  /** What `Material.load` reads. */
  readonly bytes: Uint8Array;
}

interface Entry {
  readonly name: WorkloadKey;
  readonly epoch: number;
  /** Undefined while it is parked. */
  material: Material | undefined;
  parked: Uint8Array;
  windows: number;
  /** Memory of it, as counted last. */
  bytes: number;
  /** Something was learned or refused since it was handed on. */
  isNews: boolean;
  used: number;
  /** The turn in which it was handed on last. */
  shared: number;
}

/** What one partition has learned of each workload; bounded. */
export class Materials {
  readonly #bounds: MaterialBounds;
  readonly #entries = new Map<string, Entry>();
  /** Those that are not parked, the one that was used longest ago first. */
  readonly #awake = new Map<string, Entry>();
  #bytes = 0;
  /** Forgotten for want of room. */
  evicted = 0;
  /** Materials of a checkpoint that could not be read: they began anew. */
  lost = 0;
  /** How often a material was packed until it is used again. */
  parked = 0;
  #turn = 0;

  constructor(bounds: MaterialBounds = BOUNDS) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Memory, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Learns from a window when that is safe. */
  offer(
    name: WorkloadKey,
    epoch: number,
    window: FeatureWindow,
    { run, at, circumstances }: Offer,
  ): Refusal | undefined {
    const entry = this.#of(name, epoch, at);
    entry.used = at;
    entry.isNews = true;
    const material = this.#wake(entry);
    const refusal = learnFrom(material, window, run, at, circumstances);
    entry.windows = material.windows10;
    this.#weigh(entry);
    this.#makeRoom(at);
    return refusal;
  }

  #of(name: WorkloadKey, epoch: number, at: number): Entry {
    const key = nameOf(name);
    const known = this.#entries.get(key);
    if (known && known.epoch >= epoch) return known;
    this.#forget(key);
    if (this.#entries.size >= this.#bounds.keys) this.#evict(at);
    const fresh = freshEntry(name, epoch);
    this.#entries.set(key, fresh);
    return fresh;
  }

  #forget(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
    this.#awake.delete(key);
  }

  #evict(now: number): void {
    this.#forget(this.#least(now));
    this.evicted++;
  }

  /**
   * The one that goes: not seen for a day, else with the fewest windows. Who starts containers under ever new names pushes
   * out their like, and not what was learned of others.
   */
  #least(now: number): string {
    let [least, fewest] = ['', Number.POSITIVE_INFINITY];
    for (const [key, { used, windows }] of this.#entries) {
      if (now - used > UNUSED_MS) return key;
      if (windows >= fewest) continue;
      [least, fewest] = [key, windows];
    }
    return least;
  }

  /** The material of an entry, read again when it was parked. One that can not be read begins anew. */
  #wake(entry: Entry): Material {
    const key = nameOf(entry.name);
    this.#awake.delete(key);
    this.#awake.set(key, entry);
    if (entry.material) return entry.material;
    entry.material = this.#load(entry.parked) ?? new Material(key);
    entry.parked = NOTHING;
    return entry.material;
  }

  #load(bytes: Uint8Array): Material | undefined {
    if (bytes.length === 0) return undefined;
    try {
      return Material.load(bytes);
    } catch {
      this.lost++;
      return undefined;
    }
  }

  #weigh(entry: Entry): void {
    const bytes = (entry.material?.bytes ?? 0) + entry.parked.length;
    this.#bytes += bytes - entry.bytes;
    entry.bytes = bytes;
  }

  /**
   * Parks what was not used for a while, one at a time: each takes some milliseconds. Where memory is short, those that
   * rest go first, and when none does, one is forgotten.
   */
  #makeRoom(now: number): void {
    for (const entry of this.#awake.values()) {
      const isShort = this.#bytes > this.#bounds.bytes;
      if (now - entry.used <= (isShort ? PARKED_SOON_MS : PARKED_MS)) break;
      this.#park(entry);
      if (!isShort) break;
    }
    while (this.#bytes > this.#bounds.bytes && this.#entries.size > 1) this.#evict(now);
  }

  #park(entry: Entry): void {
    if (!entry.material) return;
    entry.parked = entry.material.pack();
    entry.material = undefined;
    this.#awake.delete(nameOf(entry.name));
    this.#weigh(entry);
    this.parked++;
  }

  /** Throws away what was begun before a reset. */
  forgetBefore(index: ProgramIndex): void {
    for (const [key, { name, epoch }] of this.#entries) if (epoch < index.epoch(name)) this.#forget(key);
  }

  /** Grows with every call of `rows`. */
  get turn(): number {
    return this.#turn;
  }

  /**
   * Materials that have grown since they were handed on.
   * @param most so many: packing them takes time
   * @param since a turn: without those that were handed on after it
   */
  rows(most = Number.POSITIVE_INFINITY, since = Number.POSITIVE_INFINITY): MaterialRow[] {
    this.#turn++;
    const rows: MaterialRow[] = [];
    for (const entry of this.#entries.values()) {
      if (rows.length >= most) break;
      if (!entry.isNews || entry.shared > since) continue;
      entry.isNews = false;
      entry.shared = this.#turn;
      const material = entry.material ?? this.#load(entry.parked);
      if (material) rows.push({ ...entry.name, bytes: material.save(), epoch: entry.epoch });
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
    return [...this.#entries.values()].map(({ name, epoch, isNews, used, windows, material, parked }) => ({
      ...{ name, epoch, isNews, used, windows },
      bytes: material?.checkpoint() ?? parked,
    }));
  }

  /** They are parked until they are used. One that is damaged harms no other. */
  restore(saved: readonly SavedMaterial[]): void {
    this.#entries.clear();
    this.#awake.clear();
    this.#bytes = 0;
    for (const { bytes, ...one } of saved) {
      if (!isWhole(bytes)) {
        this.lost++;
        continue;
      }
      const entry: Entry = { ...one, material: undefined, parked: bytes, bytes: 0, shared: 0 };
      this.#entries.set(nameOf(one.name), entry);
      this.#weigh(entry);
    }
  }
}

function isWhole(bytes: Uint8Array): boolean {
  try {
    Material.check(bytes);
    return true;
  } catch {
    return false;
  }
}

const NOTHING = new Uint8Array(0);

const freshEntry = (name: WorkloadKey, epoch: number): Entry => ({
  ...{ name, epoch, material: undefined, parked: NOTHING, windows: 0, bytes: 0 },
  ...{ isNews: false, used: 0, shared: 0 },
});
