import { expect, it } from 'vitest';
import { assemble } from '../testing/assemble.ts';
import { RICH_GUEST } from '../testing/guest-text.ts';
import { mutate } from '../testing/mutate.ts';
import { runAll } from '../testing/run-guarded.ts';
import { DetectorRefused } from './detector-refused.ts';
import type { Capability } from './detector-world.ts';
import { guardModule } from './guard-module.ts';

const ALL: ReadonlySet<Capability> = new Set<Capability>(['state', 'context', 'respond']);

// `npm run bench -- detector-guard` does the same 100 000 times, on compiled modules and components.
it('refuses damaged modules by name, and what it takes starts and ends', async () => {
  const binary = await assemble(RICH_GUEST);
  let taken = 0;
  const refused = new Map<string, number>();
  for (let seed = 0; seed < 5000; seed++) {
    const damaged = mutate(binary, seed);
    try {
      const { bytes } = guardModule(damaged, { capabilities: ALL, limits: { memoryPages: 32 } });
      runAll(bytes, 20_000n);
      taken++;
    } catch (error) {
      if (!(error instanceof DetectorRefused)) throw new Error(`seed ${seed}`, { cause: error });
      refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
    }
  }
  expect(taken).toBeGreaterThan(100);
  for (const code of ['DETECTOR_MALFORMED', 'DETECTOR_INVALID', 'DETECTOR_FEATURE', 'DETECTOR_IMPORT'])
    expect(refused.get(code) ?? 0).toBeGreaterThan(10);
});
