import { type BatchHeader, EventCursor } from '@picket/sdk';
import type { Batch, Container, ContainerBehaviour, Emit } from '../../../types.ts';
import type { Rule } from '../../rules/load/rule.ts';
import { type ClosedWindow, ContainerWindows } from '../features/container-windows.ts';
import { pathClass } from '../features/paths/path-class.ts';
import type { WorkloadKey } from '../features/workload-key.ts';
import { type BaselineSource, markerOf } from '../profiles/profile-baseline.ts';
import { BatchFuse } from './batch-fuse.ts';
import { anchorFinding, failureFinding } from './behaviour-finding.ts';
import type { BehaviourProgram, LiveWorkload, MaterialRow } from './behaviour-program.ts';
import type { ContainerLife } from './container-life.ts';
import { ContainerLives } from './container-lives.ts';
import type { AskIncidents, BehaviourEngineOptions, EngineView } from './engine-options.ts';
import { decodeEngine, encodeEngine } from './engine-state.ts';
import {
  BehaviourStats,
  type ContainerScores,
  countUp,
  type ObservedAlarms,
  type RecentScore,
} from './engine-stats.ts';
import { EventMarks } from './event-marks.ts';
import { Materials } from './materials.ts';
import { ModelGuard } from './model-guard.ts';
import { momentRecord } from './moment-record.ts';
import { nameOf, ProgramIndex } from './program-index.ts';
import { type Told, WindowJudge } from './window-judge.ts';
import { WorkloadBooks } from './workload-books.ts';

/**
 * Learned behaviour over one partition: windows of its containers, their scores, what is new in them, and material for
 * learning. For each batch call `begin`, `apply` for every record behind the state and the rules, then `end`. What is found
 * depends on the batches and the program alone.
 */
export class BehaviourEngine {
  readonly #program: () => BehaviourProgram;
  readonly #options: BehaviourEngineOptions;
  readonly #windows = new ContainerWindows();
  readonly #lives = new ContainerLives();
  readonly #materials = new Materials();
  readonly #guard: ModelGuard;
  readonly #books = new WorkloadBooks();
  readonly #judge: WindowJudge;
  readonly #stats = new BehaviourStats();
  readonly #cursor = new EventCursor();
  #index: ProgramIndex;
  #header: BatchHeader | undefined;
  #hasIncident: AskIncidents = () => false;
  #rules: readonly Rule[] = [];
  #markers: readonly string[] = [];
  /** How rules with a baseline ask this partition. */
  readonly #asked: BaselineSource = {
    workloadOf: (container) => {
      const name = this.#nameOf(container);
      const live = name && this.#index.live(name);
      return live && { profile: live.profile, isLearning: live.stage === 'learning' };
    },
    observe: (container, token) => this.#lifeOf(container)?.baseline.observe(token),
  };
  /** Rules and detectors go on whatever happens here. */
  readonly #fuse: BatchFuse;

  constructor(program: () => BehaviourProgram, options: BehaviourEngineOptions = {}) {
    this.#program = program;
    this.#options = options;
    this.#fuse = new BatchFuse(options.onFailure);
    this.#guard = new ModelGuard(options.onModelFailure);
    this.#judge = new WindowJudge(this.#guard, this.#books, this.#stats);
    this.#index = new ProgramIndex(program());
    this.#books.take(this.#index.program);
  }

  /** How it learns of incidents: nothing is learned from a container that has one. */
  askIncidents(ask: AskIncidents): void {
    this.#hasIncident = ask;
  }

  /**
   * Before the records of a batch, when the state of its node has begun it.
   * @param rules those with a baseline
   */
  begin(batch: Batch, state: EngineView, rules: readonly Rule[] = []): void {
    this.#header = batch.header;
    this.#options.baseline?.begin(this.#asked);
    if (rules !== this.#rules) this.#markers = rules.map(markerOf);
    this.#rules = rules;
    this.#fuse.isBlown = false;
    const program = this.#program();
    if (program !== this.#index.program) this.#take(program);
    this.#fuse.try(() => this.#windows.begin(batch, state));
  }

  #take(program: BehaviourProgram): void {
    this.#index = new ProgramIndex(program);
    this.#guard.keepOnly(program);
    this.#books.take(program);
    this.#materials.forgetBefore(this.#index);
  }

  /** The record on which the cursor stands; the state has applied it. */
  apply(cursor: EventCursor, state: EngineView): void {
    if (this.#fuse.isBlown) return;
    try {
      this.#windows.apply(cursor, state);
      if (cursor.slot > 0 && EventMarks.wants(cursor.kind)) this.#mark(cursor, state);
    } catch (error) {
      this.#fuse.blow(error);
    }
  }

  #mark(cursor: EventCursor, state: EngineView): void {
    const container = state.containers.find(cursor.slot, cursor.generation);
    if (!container || !this.#header) return;
    const life = this.#lives.known(container) ?? this.#lives.of(container, this.#header, cursor.time / 1e6);
    life.marks.note(cursor);
  }

  /** After the last record: closes the windows that are over, and emits what is found in them. */
  end(batch: Batch, state: EngineView, emit: Emit): void {
    const began = performance.now();
    this.#lives.renamed(state.containers.told);
    for (const closed of this.#fuse.try(() => this.#windows.end(batch)) ?? []) this.#close(closed, batch, emit);
    this.#lives.sweep(batch.header.node, state.containers, Number(batch.header.watermark / 1_000_000n));
    this.#stats.ns += (performance.now() - began) * 1e6;
  }

  #close({ container, window }: ClosedWindow, batch: Batch, emit: Emit): void {
    const { header } = batch;
    countUp(this.#stats.windows, window.seconds);
    const life = this.#lives.of(container, header, window.from);
    life.until = Math.max(life.until, window.to);
    const name = this.#lives.nameOf(life);
    if (!name) {
      if (window.seconds !== 1) countUp(this.#stats.refused, 'unnamed');
      return;
    }
    const live = this.#index.live(name);
    const at = window.to + Number(header.wallOffset / 1_000_000n);
    if (live) {
      const told = this.#judge.judge({ container, live, life, window, at, header });
      if (told) this.#emit(told, container, window.to, batch, emit);
      this.#tellOfModel(live, { container, window }, batch, emit);
    }
    if (window.seconds !== 1) this.#learn(name, live, { container, window }, life, at, header);
  }

  #learn(
    name: WorkloadKey,
    live: LiveWorkload | undefined,
    { container, window }: ClosedWindow,
    life: ContainerLife,
    at: number,
    header: BatchHeader,
  ): void {
    const learned = window.seconds === 10 ? life.baseline.join(window, this.#markers) : window;
    const refusal = this.#materials.offer(name, this.#index.epoch(name), learned, {
      run: `${header.node}/${container.cgroup}`,
      at,
      circumstances: {
        isPaused: this.#index.isPaused(name),
        hasIncident: this.#hasIncident(container, header, at),
        // what a prior finds strange is what there is to learn
        strange: live && live.stage !== 'learning' ? life.strangeIn(window.from, window.to) : undefined,
      },
    });
    if (refusal) countUp(this.#stats.refused, refusal);
    else this.#stats.learned++;
  }

  /** What there is to say of a model itself, once for each version. */
  #tellOfModel(live: LiveWorkload, { container, window }: ClosedWindow, batch: Batch, emit: Emit): void {
    const place = { container, live, window, wallOffset: batch.header.wallOffset, earlier: [] };
    const why = this.#guard.takeFailure(live);
    if (why !== undefined) this.#emit({ finding: failureFinding(place, why) }, container, window.to, batch, emit);
    if (live.anchorDrift === undefined || live.stage === 'learning' || !this.#books.isNews(live, 'anchor')) return;
    this.#emit({ finding: anchorFinding(place, live.anchorDrift) }, container, window.to, batch, emit);
  }

  #emit({ finding, mark }: Told, container: Container, to: number, batch: Batch, emit: Emit): void {
    countUp(this.#stats.findings, finding.rule);
    const cursor = this.#cursor.open(momentRecord(to, container, mark));
    cursor.next();
    emit(finding, cursor, batch);
  }

  #lifeOf(container: Container): ContainerLife | undefined {
    const header = this.#header;
    return (
      this.#lives.known(container) ??
      (header && this.#lives.of(container, header, Number(header.watermark / 1_000_000n)))
    );
  }

  #nameOf(container: Container): WorkloadKey | undefined {
    const life = this.#lifeOf(container);
    return life && this.#lives.nameOf(life);
  }

  /** What is known of a container, for rules; undefined where nothing scores it. */
  of(container: Container): ContainerBehaviour | undefined {
    const life = this.#lives.known(container);
    const name = life && this.#lives.nameOf(life);
    const live = name && this.#index.live(name);
    if (!live || !life) return undefined;
    return {
      score: life.score,
      stage: live.stage,
      knowsProgram: (path) => this.#guard.knows(live, `x:${pathClass(path, 'program')}`),
    };
  }

  /** What was learned since it was asked last; see `Materials.rows`. */
  materials(most?: number, since?: number): MaterialRow[] {
    return this.#materials.rows(most, since);
  }

  /** Of handing materials on. */
  get turn(): number {
    return this.#materials.turn;
  }

  /** Rows that nobody took: they come again. */
  notTaken(rows: readonly MaterialRow[]): void {
    this.#materials.notTaken(rows);
  }

  /** The newest scores of a container by its id, the oldest first. */
  recent(containerId: string): RecentScore[] {
    return this.#lives.scores((life) => life.container?.id === containerId)[0]?.scores ?? [];
  }

  /** The newest scores of the containers of a workload. */
  scoresOf(name: Pick<WorkloadKey, 'key' | 'digest'>): ContainerScores[] {
    const wanted = nameOf(name);
    return this.#lives.scores((life) => life.name !== undefined && nameOf(life.name) === wanted);
  }

  /** What came of a workload here; undefined when none of its containers was watched. */
  observed(name: Pick<WorkloadKey, 'key' | 'digest'>): ObservedAlarms | undefined {
    return this.#books.observed(name);
  }

  /** Containers of which something is kept. */
  get containers(): number {
    return this.#lives.size;
  }

  get stats(): BehaviourStats {
    const stats = this.#stats;
    stats.keys = this.#materials.size;
    stats.bytes = this.#materials.bytes;
    stats.failures.set('model', this.#guard.failures);
    if (this.#fuse.failures > 0) stats.failures.set('batch', this.#fuse.failures);
    for (const [what, count] of [
      ['container', this.#lives.evicted],
      ['material', this.#materials.evicted],
      ['damaged material', this.#materials.lost],
      ['record without room for its container', this.#windows.stats.refused],
      ['record after its second', this.#windows.stats.late],
    ] as const)
      if (count > 0) stats.evicted.set(what, count);
    return stats;
  }

  /** The whole state as bytes, for a checkpoint. */
  snapshot(): Uint8Array {
    return encodeEngine({
      windows: this.#windows.snapshot(),
      lives: this.#lives.save(),
      policy: this.#judge.save(),
      failed: this.#guard.save(),
      books: this.#books.save(),
      materials: this.#materials.state(),
    });
  }

  /**
   * Goes on from a snapshot, when the states of the nodes are restored.
   * @throws ControlPlaneError CHECKPOINT_CORRUPT, FeatureError
   */
  restore(bytes: Uint8Array, viewOf: (node: string) => EngineView | undefined): void {
    const { windows, lives, policy, failed, books, materials } = decodeEngine(bytes);
    this.#materials.restore(materials);
    this.#lives.restore(lives);
    this.#judge.restore(policy);
    this.#guard.restore(failed);
    this.#books.restore(books);
    // the last one: where open windows can not be read, what was learned is not lost with them
    this.#windows.restore(windows, viewOf);
  }
}
