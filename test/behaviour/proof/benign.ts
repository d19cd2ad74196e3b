import type { MaterialRow } from '../../../control-plane/src/detection/anomaly/engine/behaviour-program.ts';
import { readWork } from '../../workloads/work-span.ts';
import { LEARNING, type Trained, train } from './programs.ts';
import { replay } from './replay.ts';
import { isOfSix, type Life, type RollCall, rollCall, shopOf } from './roll-call.ts';
import { type Told, Trial } from './trial.ts';

const MS_A_DAY = 86_400_000;

/** What ordinary work raises under models that never saw the container in question. */
export interface BenignResult {
  /** What was told of each half by the models of the other. */
  readonly told: readonly Told[];
  readonly lives: readonly Life[];
  readonly containerDays: number;
  /** When the recording began, CLOCK_BOOTTIME in ms. */
  readonly from: number;
  /** By workload. */
  readonly days: ReadonlyMap<string, number>;
  readonly records: number;
  /** Windows that nothing was learned from, by reason, and learned ones. */
  readonly refused: ReadonlyMap<string, number>;
  readonly learned: number;
  /** Models of all shops, for attacks. */
  readonly all: Trained;
  readonly halves: readonly Trained[];
}

/**
 * Cross-fits by shop: the containers of odd shops are judged by models of the even ones, and the other way round. So every
 * container-hour counts and none is judged by what it taught.
 * @param isShop which numbers are shops of ordinary work; others in the recording are left out
 */
export async function crossFit(
  folder: string,
  isShop: (shop: number) => boolean,
  note: (line: string) => void,
): Promise<BenignResult> {
  const roll = await rollCall(folder);
  const end = readWork(folder)?.to ?? Number.POSITIVE_INFINITY;
  const halves = [0, 1].map((parity) =>
    placesOf(roll, (name) => isOfSix(name, isShop) && shopOf(name).shop % 2 === parity),
  );
  note(`${roll.records} records of ${roll.lives.size} containers; learning`);
  const pupils = halves.map((places) => new Trial(LEARNING, places, 0, end));
  await replay(folder, together(pupils));
  const rows = pupils.map(({ engine }): MaterialRow[] => engine.materials());
  const trained = rows.map((each) => train(each));
  note('models are trained; judging each half by the other');
  const judges = halves.map((places, i) => new Trial((trained[1 - i] as Trained).program, places, 0, end));
  await replay(folder, together(judges));
  const lives = halves.flatMap((places) => [...places].map((place) => cutAt(end, roll.lives.get(place) as Life)));
  const days = daysOf(lives);
  const stats = pupils.map(({ engine }) => engine.stats);
  return {
    told: judges.flatMap(({ told }) => told),
    containerDays: [...days.values()].reduce((sum, each) => sum + each, 0),
    lives,
    from: roll.from,
    days,
    records: roll.records,
    refused: sums(stats.map(({ refused }) => refused)),
    learned: stats.reduce((sum, { learned }) => sum + learned, 0),
    all: train(rows.flat()),
    halves: trained,
  };
}

/** Containers by a property of their names. */
export function placesOf({ lives }: RollCall, wanted: (name: string) => boolean): Set<number> {
  return new Set([...lives].flatMap(([place, { name }]) => (wanted(name) ? [place] : [])));
}

/** Several trials in one replay. */
export const together = (trials: readonly Trial[]): Pick<Trial, 'begin' | 'apply' | 'end'> => ({
  begin: (batch, state) => {
    for (const trial of trials) trial.begin(batch, state);
  },
  apply: (cursor, state) => {
    for (const trial of trials) trial.apply(cursor, state);
  },
  end: (batch, state) => {
    for (const trial of trials) trial.end(batch, state);
  },
});

/** As far as it was judged. */
const cutAt = (end: number, { name, from, to }: Life): Life => ({
  name,
  from: Math.min(from, end),
  to: Math.min(to, end),
});

function daysOf(lives: readonly Life[]): Map<string, number> {
  const days = new Map<string, number>();
  for (const { name, from, to } of lives) {
    const { workload } = shopOf(name);
    days.set(workload, (days.get(workload) ?? 0) + (to - from) / MS_A_DAY);
  }
  return days;
}

function sums(counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const [what, count] of counts.flatMap((each) => [...each])) all.set(what, (all.get(what) ?? 0) + count);
  return all;
}
