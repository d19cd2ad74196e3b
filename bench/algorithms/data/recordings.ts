import { existsSync } from 'node:fs';
import type { EventCursor } from '@picket/sdk';
import { ContainerWindows } from '../../../control-plane/src/detection/anomaly/features/container-windows.ts';
import { WINDOW_LOSS } from '../../../control-plane/src/detection/anomaly/features/feature-window.ts';
import type { NodeState } from '../../../control-plane/src/detection/state/node-state.ts';
import type { Batch } from '../../../control-plane/src/types.ts';
import { piecesOf, replay, type Watcher } from '../../../test/behaviour/proof/replay.ts';
import { isOfSix, shopOf } from '../../../test/behaviour/proof/roll-call.ts';
import { type AttackSpan, readTruth } from '../../../test/behaviour/truth.ts';
import { randomFrom, shuffled } from '../random.ts';
import type { Dataset, Sample, Split } from '../sample.ts';
import { DataError } from './data-error.ts';

/** The attacked shop has a number above. */
const MOST_SHOPS = 80;
const FEWEST_SHOPS = 4;
const CALIBRATION_SHARE = 0.25;
const TEST_SHARE = 0.25;
/** A workload with less to learn from is left out. */
const FEWEST_WINDOWS = 30;

/** What to run when there are none. */
export const HOW_TO_RECORD = 'npm run bench -- behaviour-record, then npm run bench -- behaviour-attacks';

/** Whether both folders hold recordings, the second with its truth. */
export const areRecordings = (ordinary: string, attacked: string): boolean =>
  [ordinary, attacked].every((folder) => existsSync(folder) && piecesOf(folder).length > 0) &&
  existsSync(`${attacked}/truth.json`);

/**
 * Windows of 10 s of real containers: shops of six ordinary workloads, and one that was attacked. Shops are either learned
 * from, or choose thresholds, or test.
 * @throws DataError when there are too few shops; CaptureError for a damaged recording
 */
export async function recordings(ordinary: string, attacked: string): Promise<Dataset> {
  const { attacks } = readTruth(`${attacked}/truth.json`);
  const work = (await windowsOf(ordinary)).filter(({ run }) => isOfSix(run, (shop) => shop <= MOST_SHOPS));
  const found = (await windowsOf(attacked)).flatMap((sample) => labelled(sample, attacks));
  const shops = [...new Set(work.map(({ run }) => shopOf(run).shop))].sort((a, b) => a - b);
  if (shops.length < FEWEST_SHOPS) {
    throw new DataError(
      'DATA_LAYOUT',
      `${shops.length} shops were recorded, ${FEWEST_SHOPS} are needed: ${HOW_TO_RECORD}`,
    );
  }
  const kinds = new Set(found.map(({ attack }) => attack));
  return {
    name: 'recorded containers',
    notes: [
      `${work.length} windows of 10 s of ${new Set(work.map(({ run }) => run)).size} ordinary containers in ${shops.length} shops; ${found.length} windows of ${kinds.size} attacks`,
      `windows with losses were left out, and workloads with fewer than ${FEWEST_WINDOWS} windows to learn from`,
    ],
    sequences: false,
    split: (seed) => splitOf(work, found, shuffled(shops, randomFrom(seed))),
  };
}

function splitOf(work: readonly Sample[], attacks: readonly Sample[], shops: readonly number[]): Split {
  const tests = Math.max(1, Math.round(shops.length * TEST_SHARE));
  const calibrations = Math.max(1, Math.round(shops.length * CALIBRATION_SHARE));
  const of = (some: readonly number[]) => work.filter(({ run }) => some.includes(shopOf(run).shop));
  const parts = {
    train: of(shops.slice(tests + calibrations)),
    calibration: of(shops.slice(tests, tests + calibrations)),
    test: [...of(shops.slice(0, tests)), ...attacks],
  };
  const known = [enough(parts.train), enough(parts.calibration)];
  const kept = (samples: readonly Sample[]) =>
    samples.filter(({ workload }) => known.every((workloads) => workloads.has(workload)));
  return { train: kept(parts.train), calibration: kept(parts.calibration), test: kept(parts.test) };
}

function enough(samples: readonly Sample[]): Set<string> {
  const workloads = Map.groupBy(samples, ({ workload }) => workload);
  return new Set([...workloads].filter(([, own]) => own.length >= FEWEST_WINDOWS).map(([workload]) => workload));
}

/** Windows of 10 s of a recording, by container name, in the order of time. */
async function windowsOf(folder: string): Promise<Sample[]> {
  const watcher = new WindowTaker();
  await replay(folder, watcher);
  return watcher.samples;
}

class WindowTaker implements Watcher {
  readonly samples: Sample[] = [];
  readonly #windows = new ContainerWindows();

  begin(batch: Batch, state: NodeState): void {
    this.#windows.begin(batch, state);
  }

  apply(cursor: EventCursor, state: NodeState): void {
    this.#windows.apply(cursor, state);
  }

  end(batch: Batch): void {
    for (const { container, window } of this.#windows.end(batch)) {
      if (window.seconds !== 10 || window.flags & WINDOW_LOSS) continue;
      const { workload } = shopOf(container.name);
      this.samples.push({ run: container.name, workload, attack: undefined, window, sequence: undefined });
    }
  }
}

/** A window of the attacked shop as that of an attack, when it holds some of one that shows in its container. */
function labelled(sample: Sample, attacks: readonly AttackSpan[]): Sample[] {
  const { from, to } = sample.window;
  const own = attacks.filter(
    (attack) => attack.done && attack.shows.includes(sample.run) && from < attack.to && to > attack.from,
  );
  const [attack] = own;
  // Between attacks this shop is neither ordinary for sure nor attacked for sure.
  return attack && own.length === 1 ? [{ ...sample, run: `attack ${attack.id}`, attack: attack.id }] : [];
}
