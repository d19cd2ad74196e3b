import type { Split } from '../sample.ts';
import { DataError } from './data-error.ts';

/** Refuses a split that would measure memory instead of detection. @throws DataError `DATA_LEAK`, `DATA_LAYOUT` */
export function guardLeaks({ train, calibration, test }: Split): void {
  const parts = { train, calibration, test };
  const home = new Map<string, string>();
  for (const [name, samples] of Object.entries(parts)) {
    if (samples.length === 0)
      throw new DataError('DATA_LAYOUT', `the ${name} part has no samples: more data is needed`);
    for (const { run, attack } of samples) {
      const known = home.get(run);
      if (known && known !== name) {
        throw new DataError('DATA_LEAK', `run ${run} is both in the ${known} and in the ${name} part: split by run`);
      }
      home.set(run, name);
      if (attack !== undefined && name !== 'test') {
        throw new DataError(
          'DATA_LEAK',
          `run ${run} has an attack and is in the ${name} part: learn from ordinary work`,
        );
      }
    }
  }
  const attacks = test.filter(({ attack }) => attack !== undefined).length;
  if (attacks === 0 || attacks === test.length) {
    throw new DataError('DATA_LAYOUT', 'the test part needs both ordinary work and attacks');
  }
}
