import { takeArtifact } from '../../control-plane/src/detection/host/artifact/take-artifact.ts';
import { DetectorRefused } from '../../control-plane/src/detection/host/guard/detector-refused.ts';
import { mutate } from '../../control-plane/src/detection/host/testing/mutate.ts';
import { runAll } from '../../control-plane/src/detection/host/testing/run-guarded.ts';

export interface MutationCounts {
  readonly taken: number;
  /** By code. */
  readonly refused: Readonly<Record<string, number>>;
  /** The slowest one, in ms. */
  readonly slowest: number;
}

/**
 * Damages a binary again and again, hands each to the door for uploads and runs what is taken with little fuel.
 * @throws whatever is neither a refusal nor a trap: that is a bug
 */
export async function runMutations(file: Uint8Array, count: number): Promise<MutationCounts> {
  const refused: Record<string, number> = {};
  let taken = 0;
  let slowest = 0;
  for (let seed = 0; seed < count; seed++) {
    const damaged = mutate(file, seed);
    const start = performance.now();
    try {
      const { bytes } = await takeArtifact(damaged, {
        capabilities: new Set(['state', 'context', 'respond']),
        encoding: 'utf16',
        limits: { memoryPages: 64 },
      });
      runAll(bytes, 50_000n);
      taken++;
    } catch (error) {
      if (!(error instanceof DetectorRefused)) throw new Error(`mutation ${seed} broke the guard`, { cause: error });
      refused[error.code] = (refused[error.code] ?? 0) + 1;
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  return { taken, refused, slowest };
}
