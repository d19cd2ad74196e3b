import { messageOf } from '@picket/sdk/errors';
import { type FeatureWindow, WINDOW_FIRST, WINDOW_LAST, type WindowSeconds } from '../features/feature-window.ts';
import { BigramTable } from './bigram-table.ts';
import { hashName, hashPair, hashText } from './hash.ts';
import type { Refusal } from './hygiene.ts';
import { LearningError } from './learning-error.ts';
import { checkMaterial, checkpointMaterial, packMaterial, readMaterial, writeMaterial } from './material-codec.ts';
import type { MaterialStats } from './material-stats.ts';
import { Quarantine } from './quarantine.ts';
import { type KeptRuns, Reservoir } from './reservoir.ts';
import { RunTable } from './run-table.ts';
import { type LearnedToken, TokenTable } from './token-table.ts';
import { packWindow, unpackWindow } from './window-packing.ts';

/** A window that was kept, the container it is of (a number) and when it ended, ms since 1970. */
export interface KeptWindow {
  readonly window: FeatureWindow;
  readonly run: number;
  readonly at: number;
}

/** What a material is made of, for saving. */
export interface MaterialState {
  readonly name: number;
  readonly tokens: TokenTable;
  readonly bigrams: BigramTable;
  readonly runs: RunTable;
  readonly quarantine: Quarantine;
  readonly ten: Reservoir;
  readonly sixty: Reservoir;
  /** Windows that both reservoirs keep of each container. */
  readonly kept: KeptRuns;
  readonly refused: Map<Refusal, number>;
  /** Windows of 10 s and of 60 s that were learned from. */
  windows: number;
  windows60: number;
}

/** Windows of 10 s that are drawn together: one after the other, so that what comes twice in a row can be counted. */
const DRAWN_TOGETHER_MS = 20_000;

/** What a partition has seen of a workload under one image: a sample of windows, and counts of all of them. Bounded. */
export class Material {
  readonly #state: MaterialState;

  /** @param name of the workload and image: what is drawn at random depends on it, and only materials of one name merge */
  constructor(name = '', state?: MaterialState) {
    this.#state = state ?? newState(hashText(name, 0));
  }

  /** What `save`, `pack` or `checkpoint` gave. @throws LearningError MATERIAL_MALFORMED, MATERIAL_VERSION */
  static load(bytes: Uint8Array): Material {
    return new Material('', readMaterial(bytes, newReservoirs));
  }

  /** Whether `load` will take these bytes for whole. @throws LearningError MATERIAL_MALFORMED, MATERIAL_VERSION */
  static check(bytes: Uint8Array): void {
    checkMaterial(bytes);
  }

  /** For the store: at most 256 KB, windows with the least claim are left out where they have no room. */
  save(): Uint8Array {
    return writeMaterial(this.#state);
  }

  /** All of it, as small as it gets: some 20 ms of a large one. */
  pack(): Uint8Array {
    return packMaterial(this.#state);
  }

  /** All of it, quickly: about as large as it is in memory. */
  checkpoint(): Uint8Array {
    return checkpointMaterial(this.#state);
  }

  /** Windows of 10 s that were learned from. */
  get windows10(): number {
    return this.#state.windows;
  }

  /** Memory, about. */
  get bytes(): number {
    const { tokens, bigrams, runs, quarantine, ten, sixty } = this.#state;
    return tokens.bytes + bigrams.bytes + runs.bytes + quarantine.bytes + ten.bytes + sixty.bytes;
  }

  /**
   * Learns from a window of 10 s or 60 s; one of 1 s is part of these and says nothing. Whether it is fit to learn from is
   * asked before: see `learnFrom`.
   * @param run container id
   * @param at when it ended, ms since 1970
   */
  observe(window: FeatureWindow, run: string, at: number): void {
    if (window.seconds === 1) return;
    const state = this.#state;
    const seconds = Math.floor(at / 1000);
    const container = state.runs.of(hashName(run), seconds);
    if (window.seconds === 10) state.windows++;
    else state.windows60++;
    state.runs.see(container, seconds, {
      isFirst: (window.flags & WINDOW_FIRST) !== 0,
      isLast: (window.flags & WINDOW_LAST) !== 0,
      windows: window.seconds === 10 ? 1 : 0,
    });
    const together = window.seconds === 10 ? DRAWN_TOGETHER_MS : 60_000;
    this.#reservoir(window.seconds).add({
      run: container.id,
      at: seconds,
      from: Math.floor(window.from / 1000),
      rank: hashPair(container.hash, (Math.floor(window.from / together) + state.name) >>> 0),
      // windows of 60 s have the tokens and pairs of those of 10 s
      bytes: packWindow(window, state, window.seconds === 10 ? { run: container.id, at } : undefined),
    });
    state.runs.forget(state.kept);
  }

  #reservoir(seconds: WindowSeconds): Reservoir {
    return seconds === 10 ? this.#state.ten : this.#state.sixty;
  }

  /** Counts a window that nothing is learned from. */
  refuse(reason: Refusal): void {
    this.#state.refused.set(reason, (this.#state.refused.get(reason) ?? 0) + 1);
  }

  /** Notes that a strange thing came. @returns whether it has come in so many containers or hours that it is learned */
  comesAgain(feature: string, run: string, at: number): boolean {
    return this.#state.quarantine.comesAgain(feature, hashName(run), at);
  }

  /**
   * Adds what another partition has seen of the same workload. The order in which materials are added makes no difference to
   * what is trained of them. Each partition may be added once.
   * @throws LearningError MATERIAL_DIFFERS, MATERIAL_MALFORMED
   */
  merge(other: Material): void {
    const [mine, theirs] = [this.#state, other.#state];
    if (mine.name !== theirs.name)
      throw new LearningError('MATERIAL_DIFFERS', 'material of two workloads or images can not be merged: train apart');
    mine.tokens.merge(theirs.tokens);
    mine.bigrams.merge(theirs.bigrams);
    mine.runs.merge(theirs.runs);
    mine.quarantine.merge(theirs.quarantine);
    mine.windows += theirs.windows;
    mine.windows60 += theirs.windows60;
    for (const [reason, count] of theirs.refused) mine.refused.set(reason, (mine.refused.get(reason) ?? 0) + count);
    this.#mergeWindows(theirs, 10);
    this.#mergeWindows(theirs, 60);
  }

  #mergeWindows(theirs: MaterialState, seconds: 10 | 60): void {
    const mine = this.#reservoir(seconds);
    const known = new Set(mine.entries().map(({ run, from }) => `${run} ${from}`));
    for (const entry of (seconds === 10 ? theirs.ten : theirs.sixty).entries()) {
      const hash = theirs.runs.byId(entry.run)?.hash ?? 0;
      const run = this.#state.runs.of(hash, entry.at).id;
      if (known.has(`${run} ${entry.from}`)) continue;
      const window = unpack(entry.bytes, seconds, entry.from, theirs);
      mine.put({ ...entry, run, bytes: packWindow(window, this.#state) });
    }
    mine.trim();
  }

  /** The windows that were kept, in the order of their end; containers are numbered in the order they were first seen. @throws LearningError MATERIAL_MALFORMED */
  windows(seconds: 10 | 60): KeptWindow[] {
    const numbers = new Map(this.#state.runs.all().map(({ id }, number) => [id, number]));
    return this.#reservoir(seconds)
      .entries()
      .map(({ run, at, from, bytes }) => ({
        window: unpack(bytes, seconds, from, this.#state),
        run: numbers.get(run) ?? 0,
        at: at * 1000,
      }))
      .sort((a, b) => a.at - b.at || a.run - b.run || a.window.from - b.window.from);
  }

  /** What was seen of each token, in the order of their texts. */
  tokens(): LearnedToken[] {
    return this.#state.tokens.stats();
  }

  /** How often each pair of system calls came, ascending. */
  bigrams(): (readonly [pair: number, count: number])[] {
    return this.#state.bigrams.counts();
  }

  stats(): MaterialStats {
    const { tokens, bigrams, runs, quarantine, ten, sixty, refused, windows, windows60 } = this.#state;
    const all = runs.all();
    return {
      ...{ windows, windows60, kept: ten.size, kept60: sixty.size, hours: ten.hours },
      ...{ runs: runs.seen, completeRuns: runs.complete, startsSeen: runs.started, windowsPerDay: runs.windowsPerDay },
      firstAt: (all[0]?.first ?? 0) * 1000,
      lastAt: all.reduce((last, run) => Math.max(last, run.last), 0) * 1000,
      ...{ tokens: tokens.size, tokensRefused: tokens.refused, bigrams: bigrams.size, bigramsRefused: bigrams.refused },
      refused: Object.fromEntries(refused),
      quarantined: quarantine.size,
      released: quarantine.released,
    };
  }
}

/** @param from seconds */
function unpack(bytes: Uint8Array, seconds: 10 | 60, from: number, state: MaterialState): FeatureWindow {
  try {
    return unpackWindow(bytes, seconds, from * 1000, state);
  } catch (cause) {
    throw new LearningError('MATERIAL_MALFORMED', `a window of the material is damaged: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Windows that are kept, and bytes of them. */
const KEPT = { ten: 2048, tenBytes: 560 * 1024, sixty: 512, sixtyBytes: 160 * 1024 };

export function newReservoirs(): Pick<MaterialState, 'ten' | 'sixty' | 'kept'> {
  const kept: KeptRuns = new Map();
  const { ten, tenBytes, sixty, sixtyBytes } = KEPT;
  return { ten: new Reservoir(ten, tenBytes, kept), sixty: new Reservoir(sixty, sixtyBytes, kept), kept };
}

const newState = (name: number): MaterialState => ({
  name,
  tokens: new TokenTable(),
  bigrams: new BigramTable(),
  runs: new RunTable(),
  quarantine: new Quarantine(),
  ...newReservoirs(),
  refused: new Map(),
  windows: 0,
  windows60: 0,
});
