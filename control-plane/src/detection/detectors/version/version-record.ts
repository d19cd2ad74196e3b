import type { HostReply } from '../../host/pool/host-contract.ts';
import type { LiveDetector } from '../live-detector.ts';
import type { DetectorStats, SkipReason } from '../runtime-contract.ts';
import { CallTimes } from './call-times.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { FadingCost } from './cost-shares.ts';
import { LogRing } from './log-ring.ts';

const MINUTE = 60_000;

/** What the instances of a version in all partitions have in common: what is seen of them, and the breaker. */
export class VersionRecord {
  detector: LiveDetector;
  readonly breaker = new CircuitBreaker();
  readonly log = new LogRing();
  readonly cost = new FadingCost();
  readonly #times = new CallTimes();
  readonly #traps: Record<string, number> = {};
  readonly skipped: Record<SkipReason, number> = { queue: 0, fuel: 0, quarantine: 0, fault: 0, quota: 0, restart: 0 };
  readonly #dropped = { findings: 0, logs: 0, proposals: 0 };
  #events = 0;
  #calls = 0;
  #findings = 0;
  #errors = 0;
  #refused = 0;
  #cut = 0;
  #refusedTold = Number.NEGATIVE_INFINITY;
  #fuel = 0n;
  restarts = 0;
  /** Why it does not run, or what the last fault was. */
  reason: string | undefined;

  constructor(detector: LiveDetector) {
    this.detector = detector;
  }

  skip(reason: SkipReason, records: number): void {
    this.skipped[reason] += records;
  }

  given(records: number): void {
    this.#events += records;
  }

  fault(code: string, message: string): void {
    this.#traps[code] = (this.#traps[code] ?? 0) + 1;
    this.reason = `${code}: ${message}`;
  }

  found(): void {
    this.#findings++;
  }

  dropFinding(): void {
    this.#dropped.findings++;
  }

  dropProposal(): void {
    this.#dropped.proposals++;
  }

  /** Counts what a call came to and keeps what it logged. */
  answer(reply: HostReply, partition: number, now: number): void {
    this.#calls++;
    this.#fuel += reply.fuel;
    this.#times.add(reply.ns);
    this.cost.add(reply.ns, now);
    this.#dropped.findings += reply.droppedFindings;
    this.#dropped.logs += reply.droppedLogs;
    this.#dropped.proposals += reply.droppedProposals;
    for (const { level, message } of reply.logs) this.log.add(level, message, partition, now);
    this.#tellRefused(reply, partition, now);
    if (reply.error === undefined) return;
    this.#errors++;
    this.log.add(3, reply.error, partition, now);
  }

  /** What was cut or not taken has no other place to be seen in; once a minute at most, so that it does not push out the other lines. */
  #tellRefused({ cut, refusedState }: HostReply, partition: number, now: number): void {
    this.#refused += refusedState;
    this.#cut += cut;
    if (this.#refused + this.#cut === 0 || now - this.#refusedTold < MINUTE) return;
    const message = `${this.#cut} texts or lists were cut, ${this.#refused} entries of the state were not taken: they are too long, or there is no room`;
    this.log.add(2, message, partition, now);
    this.#refused = 0;
    this.#cut = 0;
    this.#refusedTold = now;
  }

  stats(
    live: Pick<DetectorStats, 'memoryBytes' | 'instances' | 'queue'>,
    refused: string | undefined,
    now: number,
  ): Omit<DetectorStats, 'costShare'> {
    const { versionId, name, version, owner, paused } = this.detector;
    const quarantinedUntil = this.breaker.openUntil(now);
    const working = live.instances > 0 ? 'running' : 'idle';
    return {
      versionId,
      name,
      version,
      owner,
      state: paused
        ? 'paused'
        : quarantinedUntil !== undefined
          ? 'quarantined'
          : refused !== undefined
            ? 'refused'
            : working,
      reason: refused ?? this.reason,
      events: this.#events,
      calls: this.#calls,
      findings: this.#findings,
      dropped: { ...this.#dropped },
      errors: this.#errors,
      fuel: this.#fuel,
      p50: this.#times.quantile(0.5),
      p99: this.#times.quantile(0.99),
      traps: { ...this.#traps },
      restarts: this.restarts,
      skipped: { ...this.skipped },
      quarantinedUntil,
      ...live,
    };
  }
}
