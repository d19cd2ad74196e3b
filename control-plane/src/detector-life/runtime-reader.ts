import type { DetectorLogLine, DetectorLogs, DetectorStatsInfo, DetectorStatsList } from '@picket/sdk/client';
import { z } from 'zod';
import type { DetectorProgram, Stage } from '../detection/detectors/live-detector.ts';
import type { DetectorRuntimeContract, DetectorStats } from '../detection/detectors/runtime-contract.ts';
import { ControlPlaneError } from '../errors.ts';

/** What is seen of the detectors that run in this process. */
export type DetectorRuntimeView = Pick<DetectorRuntimeContract, 'stats' | 'logs' | 'resume'>;

export interface RuntimeReaderDeps {
  readonly runtime: DetectorRuntimeView;
  readonly program: () => DetectorProgram;
  /** Name of this control plane. */
  readonly replica: string;
}

/** Where a reader of logs is: the last number of each version. */
const Cursor = z.record(z.string().regex(/^[0-9a-f]{64}$/), z.int().min(0));
type Cursor = z.output<typeof Cursor>;

/** How detectors fare in this process, and what they say. Whether the caller may see it is asked before. */
export class RuntimeReader {
  readonly #deps: RuntimeReaderDeps;

  constructor(deps: RuntimeReaderDeps) {
    this.#deps = deps;
  }

  stats(name: string): DetectorStatsList {
    const { runtime, replica } = this.#deps;
    const stages = new Map(this.#running(name));
    const items = runtime.stats().flatMap((stats) => {
      const stage = stages.get(stats.versionId);
      return stage ? [statsInfo(stats, stage)] : [];
    });
    return { replica, items };
  }

  /** @throws ControlPlaneError REQUEST_INVALID for a made-up `after` */
  logs(name: string, after: string | undefined, limit: number): DetectorLogs {
    const cursor = after === undefined ? {} : cursorFrom(after);
    let missed = 0;
    const running = this.#running(name);
    const waiting = running.flatMap(([id]) => {
      const all = this.#deps.runtime.logs(id);
      // numbers begin anew with the process
      const position = cursor[id] ?? 0;
      const seen = position > (all.at(-1)?.number ?? 0) ? 0 : position;
      const lines = all.filter(({ number }) => number > seen);
      // without a position nothing was missed: the reader begins with what is there
      if (id in cursor && lines[0]) missed += lines[0].number - seen - 1;
      return lines.map((line): DetectorLogLine => ({ version: id, ...line, time: new Date(line.time).toISOString() }));
    });
    const items = waiting.toSorted(byTime).slice(0, limit);
    const kept = Object.entries(cursor).filter(([id]) => running.some(([known]) => known === id));
    return { items, next: cursorOf(items, Object.fromEntries(kept)), missed };
  }

  /** Ends the quarantine of all versions of a detector here. */
  resume(name: string): void {
    for (const [id] of this.#running(name)) this.#deps.runtime.resume(id);
  }

  #running(name: string): [string, Stage][] {
    return this.#deps
      .program()
      .detectors.filter((detector) => detector.name === name)
      .map(({ versionId, stage }) => [versionId, stage]);
  }
}

/** Lines of one version stay in their order, whatever the clock did. */
const byTime = (one: DetectorLogLine, two: DetectorLogLine): number =>
  one.version === two.version ? one.number - two.number : one.time < two.time ? -1 : Number(one.time > two.time);

function cursorOf(items: readonly DetectorLogLine[], before: Cursor): string {
  const next: Cursor = { ...before };
  for (const { version, number } of items) next[version] = number;
  return Buffer.from(JSON.stringify(next), 'utf8').toString('base64url');
}

function cursorFrom(text: string): Cursor {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch (cause) {
    const message = '`after` is not one that an answer gave: take `next` of the answer before as it is';
    throw new ControlPlaneError('REQUEST_INVALID', message, { cause });
  }
}

const statsInfo = (stats: DetectorStats, stage: Stage): DetectorStatsInfo => ({
  version: stats.versionId,
  number: stats.version,
  stage,
  state: stats.state,
  reason: stats.reason ?? null,
  events: stats.events,
  calls: stats.calls,
  findings: stats.findings,
  dropped: { ...stats.dropped },
  errors: stats.errors,
  traps: { ...stats.traps },
  restarts: stats.restarts,
  skipped: { ...stats.skipped },
  fuel: Number(stats.fuel),
  p50_ns: stats.p50,
  p99_ns: stats.p99,
  memory_bytes: stats.memoryBytes,
  instances: stats.instances,
  queue: stats.queue,
  cost_share: stats.costShare,
  quarantined_until: stats.quarantinedUntil === undefined ? null : new Date(stats.quarantinedUntil).toISOString(),
});
