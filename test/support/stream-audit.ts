import { type BatchHeader, EventCursor, FileOpen, Kind, namedLoss } from '@picket/sdk';
import { unpackBatch } from '../../sdk/cli/src/capture/unpack.ts';
import { eventMessages } from './event-messages.ts';
import type { TestNats } from './nats.ts';

/** One run of an agent, as the stream has it. */
export interface RunAudit {
  readonly epoch: bigint;
  /** Records, and records whose numbers are missing between the first and the last. */
  records: number;
  missing: number;
  /** Stretches that are missing. */
  holes: number;
  last: bigint;
  /** What its newest batch says was lost. */
  losses: ReturnType<typeof namedLoss>[];
}

/**
 * Reads the whole event stream and holds what arrived against what was made: opens of `<folder>/<n>` with n from 0 on.
 * Every batch counts that the stream has, in the order of the stream.
 */
export class StreamAudit {
  readonly runs: RunAudit[] = [];
  /** Records that came behind a later one of their run, or twice. */
  violations = 0;
  /** Opens of the folder: how many, how often one did not follow the one before, the last one, and how many came behind a later one. */
  readonly opens = { count: 0, stretches: 0, last: -1, violations: 0 };
  readonly #folder: string;
  #previous = -1;
  readonly #cursor = new EventCursor();
  #next = 1;

  constructor(folder: string) {
    this.#folder = `${folder}/`;
  }

  get missing(): number {
    return this.runs.reduce((sum, run) => sum + run.missing, 0);
  }

  /** Reads what came since the last call. */
  async read(nats: TestNats): Promise<void> {
    for await (const { sequence, data } of eventMessages(nats, this.#next)) {
      this.#next = sequence + 1;
      this.#add(data);
    }
  }

  #add(data: Uint8Array): void {
    const { header, records } = unpackBatch(data);
    const run = this.#run(header);
    const gap = Number(header.firstSequence - run.last - 1n);
    if (gap > 0) run.holes++;
    if (gap > 0) run.missing += gap;
    if (gap < 0) this.violations += header.count;
    run.records += header.count;
    run.last = header.firstSequence + BigInt(header.count) - 1n;
    run.losses = header.losses.map(namedLoss);
    const cursor = this.#cursor.open(records);
    while (cursor.next()) if (cursor.kind === Kind.FileOpen) this.#open(cursor.string(FileOpen.path));
  }

  #run(header: BatchHeader): RunAudit {
    const known = this.runs.find(({ epoch }) => epoch === header.agentEpoch);
    if (known) return known;
    const run = { epoch: header.agentEpoch, records: 0, missing: 0, holes: 0, last: 0n, losses: [] };
    this.runs.push(run);
    return run;
  }

  #open(path: string): void {
    if (!path.startsWith(this.#folder)) return;
    const n = Number(path.slice(this.#folder.length));
    this.opens.count++;
    if (n < this.opens.last) this.opens.violations++;
    if (n !== this.#previous + 1) this.opens.stretches++;
    this.#previous = n;
    this.opens.last = Math.max(n, this.opens.last);
  }
}

/** Records that a run says were lost, of one kind or for one reason. */
export function lostOf(run: RunAudit | undefined, of: { readonly kind?: string; readonly reason?: string }): number {
  const { kind, reason } = of;
  const losses = run?.losses.filter(
    (loss) => (kind ?? loss.kind) === loss.kind && (reason ?? loss.reason) === loss.reason,
  );
  return (losses ?? []).reduce((sum, { count }) => sum + count, 0);
}
