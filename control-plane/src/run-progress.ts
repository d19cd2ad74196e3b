import type { BatchHeader } from '@picket/sdk';

/** Where the reading of one run of an agent stands. Plain, so that it can be saved as JSON. */
export interface RunState {
  /** Boot id and agent epoch: names the run. */
  readonly run: string;
  /** Sequence of the last record applied, in digits. */
  sequence: string;
  /** Records of the run whose numbers never came. */
  missing: number;
}

/** Runs of one node that are remembered: batches of an older one that come again would count as new. */
const MOST_RUNS = 8;

/**
 * Tells batches of one node that were applied before from new ones, and counts the gaps between them. Runs are told apart by
 * boot and epoch, not by which epoch is larger: the clock of a node may be set back.
 */
export class RunProgress {
  readonly #runs: RunState[];

  constructor(saved: readonly RunState[] = []) {
    this.#runs = saved.map((run) => ({ ...run }));
  }

  /**
   * Takes in the header of the next batch.
   * @returns undefined when the batch was applied before, else how many records are missing in its run so far and right
   *   before it
   */
  advance(
    header: Pick<BatchHeader, 'bootId' | 'agentEpoch' | 'firstSequence' | 'count'>,
  ): { total: number; gap: number } | undefined {
    const name = `${Buffer.from(header.bootId).toString('hex')}/${header.agentEpoch}`;
    const known = this.#runs.find(({ run }) => run === name);
    const run = known ?? this.#begin(name, header.firstSequence);
    const last = header.firstSequence + BigInt(header.count) - 1n;
    const applied = BigInt(run.sequence);
    if (header.count > 0 && last <= applied) return undefined;
    const gap = Math.max(0, Number(header.firstSequence - applied - 1n));
    run.missing += gap;
    run.sequence = String(last);
    return { total: run.missing, gap };
  }

  /** A run of a node that is known begins at 1; of a node that is new nobody can say what came before. */
  #begin(name: string, firstSequence: bigint): RunState {
    const sequence = this.#runs.length > 0 ? 0n : firstSequence - 1n;
    const run = { run: name, sequence: String(sequence), missing: 0 };
    this.#runs.push(run);
    if (this.#runs.length > MOST_RUNS) this.#runs.shift();
    return run;
  }

  saved(): readonly RunState[] {
    return this.#runs;
  }
}

export const isRunState = (value: unknown): value is RunState =>
  typeof value === 'object' &&
  value !== null &&
  'run' in value &&
  typeof value.run === 'string' &&
  'sequence' in value &&
  /^-?\d{1,20}$/.test(String(value.sequence)) &&
  'missing' in value &&
  typeof value.missing === 'number';
