import type { Log } from '@picket/sdk';
import type { DetectorFinding } from '../detector-finding.ts';
import { DetectorRuntime, type RuntimeTuning } from '../detector-runtime.ts';
import type { LiveDetector } from '../live-detector.ts';
import type { DetectorQuarantine, OwnerQuota } from '../runtime-contract.ts';
import { type Gate, InProcessHost } from './in-process-host.ts';

export interface RigOptions extends RuntimeTuning {
  readonly quota?: Partial<OwnerQuota>;
  readonly gate?: Gate;
  /** How often a host can not be started. */
  readonly failedStarts?: number;
}

/** A runtime with hosts in this process, a clock of its own, and what it said. */
export class Rig {
  readonly runtime: DetectorRuntime;
  /** All hosts that were started, by owner, the newest last. */
  readonly hosts: { readonly owner: string; readonly host: InProcessHost }[] = [];
  readonly quarantines: DetectorQuarantine[] = [];
  readonly warnings: string[] = [];
  now = 1_900_000_000_000;
  #revision = 0;

  constructor(options: RigOptions = {}) {
    const { quota, gate, failedStarts = 0, ...tuning } = options;
    let failures = failedStarts;
    this.runtime = new DetectorRuntime(
      {
        startHost: async ({ owner, onLost }) => {
          if (failures-- > 0) throw new Error('no process can be had');
          const host = new InProcessHost(onLost ? { onLost } : {}, gate);
          this.hosts.push({ owner, host });
          return host;
        },
        log: this.#log(),
        quota: quota ?? {},
        onQuarantine: (facts) => void this.quarantines.push(facts),
      },
      { backOffMs: 1, now: () => this.now, ...tuning },
    );
  }

  program(...detectors: LiveDetector[]): void {
    this.runtime.program({ revision: ++this.#revision, detectors });
  }

  /** Ends the process of an owner as a kill does. */
  kill(owner = 'ann'): void {
    this.hosts.findLast((started) => started.owner === owner)?.host.die();
  }

  #log(): Log {
    const say = (message: string) => void this.warnings.push(message);
    return { debug: () => undefined, info: () => undefined, warn: say, error: say };
  }
}

/** What tells findings apart, short. */
export const told = (findings: readonly DetectorFinding[]): string[] =>
  findings.map(({ detector, finding, batch, index, slot, told: where }) =>
    [
      detector.name,
      batch.header.node,
      batch.streamSequence,
      index ?? '-',
      slot,
      finding.title,
      finding.message,
      where,
    ].join(' '),
  );
