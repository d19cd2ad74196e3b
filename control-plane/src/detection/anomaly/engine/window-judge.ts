import type { BatchHeader } from '@picket/sdk';
import type { Container, EventPosition, Finding } from '../../../types.ts';
import { AlarmPolicy, type SavedPolicy } from '../calibration/policy.ts';
import { type FeatureWindow, WINDOW_LAST, WINDOW_LOSS } from '../features/feature-window.ts';
import type { Drift } from '../profiles/drift.ts';
import { driftFinding, type Place, scoreFinding } from './behaviour-finding.ts';
import type { LiveWorkload } from './behaviour-program.ts';
import type { ContainerLife } from './container-life.ts';
import { type BehaviourStats, countUp } from './engine-stats.ts';
import type { EventMark } from './event-marks.ts';
import type { ModelGuard } from './model-guard.ts';
import type { WorkloadBooks } from './workload-books.ts';

/** A finding, and the event that its process is taken from. */
export interface Told {
  readonly finding: Finding;
  readonly mark?: EventMark | undefined;
}

/** A window that is over, and what is known of its container. */
export interface Case {
  readonly container: Container;
  readonly live: LiveWorkload;
  readonly life: ContainerLife;
  readonly window: FeatureWindow;
  /** When it ended, ms since 1970. */
  readonly at: number;
  readonly header: BatchHeader;
}

/** How long after its start what a container does is its start, ms. */
const START_MS = 120_000;
const MOST_REASONS = 5;
/** Raw events that a finding names beside the first and the last of its window. */
const MOST_MARKS = 4;

/**
 * Decides what is told of a window: something that is not in the profile as soon as its second is over, a score when the
 * windows of 10 s and 60 s are.
 */
export class WindowJudge {
  readonly #guard: ModelGuard;
  readonly #books: WorkloadBooks;
  readonly #stats: BehaviourStats;
  readonly #policy = new AlarmPolicy();

  constructor(guard: ModelGuard, books: WorkloadBooks, stats: BehaviourStats) {
    this.#guard = guard;
    this.#books = books;
    this.#stats = stats;
  }

  judge(the: Case): Told | undefined {
    return the.window.seconds === 1 ? this.#drift(the) : this.#score(the);
  }

  #drift(the: Case): Told | undefined {
    const { live, life, window, at, container } = the;
    // told already, and yet nothing to learn from: else who goes on for an hour is ordinary
    for (const token of life.told.again(window.tokens.keys(), at))
      if (this.#guard.knows(live, token) === false) life.noteStrange(window.from, token);
    const isStart = container.started > 0 && at - container.started / 1e6 < START_MS;
    const drift = this.#guard.drift(live, life.told.news(window.tokens.keys(), at), {
      isStart,
      isEnd: (window.flags & WINDOW_LAST) !== 0,
    });
    if (!drift) return undefined;
    life.drift = Math.max(life.drift, drift.score);
    const { strong } = live.threshold;
    if (drift.score < this.#books.of(live).controller.apply(live.threshold.drift, strong)) {
      countUp(this.#stats.held, 'usual drift');
      return undefined;
    }
    for (const { tokens } of drift.groups) life.told.add(tokens, at);
    const [top] = drift.groups;
    life.noteStrange(window.from, top?.tokens[0] ?? 'drift');
    life.driftTold = window.from;
    this.#count(the, `drift ${top?.letter}`);
    const marks = marksOf(the, drift);
    const strength = drift.score >= strong ? 'strong' : 'weak';
    return { finding: driftFinding(placeOf(the, marks), drift, strength), mark: marks[0] };
  }

  #score(the: Case): Told | undefined {
    const { live, life, window, at, container } = the;
    if (window.seconds === 10) this.#books.of(live).controller.note(at, 0);
    const drift = window.seconds === 10 ? life.takeDrift() : 0;
    const scored = this.#guard.score(live, window);
    if (!scored) return undefined;
    const { value } = scored;
    life.score = value;
    this.#stats.scored++;
    this.#stats.countScore(live.stage, value);
    const threshold = this.#threshold(live, window);
    const { versionId } = live;
    life.remember({ at, seconds: window.seconds, value, drift, threshold: threshold.weak, versionId });
    const reasons = () => this.#guard.explain(live, window, MOST_REASONS);
    const isTold = life.toldDriftIn(window.from, window.to);
    const { seconds, from, to } = window;
    // what is new and was not told is a second sign beside the score
    const judged = { container: life.place, seconds, from, to, score: value, drift: isTold ? 0 : drift };
    const verdict = this.#policy.judge(judged, threshold, () => reasons()[0]?.feature ?? '');
    if (verdict === 'usual') return undefined;
    const contributions = reasons();
    life.noteStrange(window.from, contributions[0]?.feature ?? 'score');
    if (verdict === 'first' || verdict === 'cooldown') {
      countUp(this.#stats.held, verdict === 'first' ? 'once' : 'cooldown');
      return undefined;
    }
    // what is new was told in its second already: that the window is a little strange for it is no news
    if (verdict === 'weak' && isTold) {
      countUp(this.#stats.held, 'drift');
      return undefined;
    }
    this.#count(the, `score ${contributions[0]?.feature}`);
    return { finding: scoreFinding(placeOf({ ...the, container }, []), value, contributions, verdict) };
  }

  /** Where events were lost the counts are too low, and what that looks like may be strange: two weak ones prove nothing. */
  #threshold(live: LiveWorkload, { flags }: FeatureWindow): { readonly weak: number; readonly strong: number } {
    const { weak, strong } = live.threshold;
    if ((flags & WINDOW_LOSS) !== 0) return { weak: strong, strong };
    return { weak: this.#books.of(live).controller.apply(weak, strong), strong };
  }

  /** What goes on for a while is one alarm. */
  #count({ live, life, at }: Case, what: string): void {
    if (!life.isNewAlarm(what, at)) return;
    this.#books.of(live).controller.note(at, 1, 0);
  }

  save(): SavedPolicy {
    return this.#policy.saved();
  }

  restore(saved: SavedPolicy): void {
    this.#policy.restore(saved);
  }
}

/** Events that what is new may have come from, of the strangest class first. */
function marksOf({ life, window }: Case, drift: Drift): EventMark[] {
  const found = new Map<number, EventMark>();
  for (const { letter } of drift.groups)
    for (const mark of life.marks.within(letter, window.from, window.to)) found.set(mark.sequence, mark);
  return [...found.values()].slice(0, MOST_MARKS);
}

function placeOf({ container, live, window, header }: Case, marks: readonly EventMark[]): Place {
  const { first, last } = window;
  const named: EventPosition[] = marks.map(({ sequence }) => ({
    agentEpoch: header.agentEpoch,
    sequence: BigInt(sequence),
  }));
  const all = [...(first ? [first] : []), ...named, ...(last ? [last] : [])];
  const sequences = new Set<bigint>();
  const earlier = all
    .filter(({ sequence }) => !sequences.has(sequence) && sequences.add(sequence))
    .sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
  return { container, live, window, wallOffset: header.wallOffset, earlier };
}
