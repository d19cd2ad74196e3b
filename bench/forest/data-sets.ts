import { Random } from '../../control-plane/src/detection/anomaly/models/random.ts';

/** Rows to learn from, all ordinary, and rows to judge, of which some are not. */
export interface DataSet {
  readonly name: string;
  readonly columns: number;
  readonly train: Float32Array;
  readonly test: Float32Array;
  /** Of each row of `test`. */
  readonly isOutlier: readonly boolean[];
}

const TRAIN = 1000;
const TEST = 1000;
/** One test row of so many is an outlier. */
const EVERY = 10;

interface Recipe {
  readonly name: string;
  readonly columns: number;
  ordinary(random: Random): number[];
  outlier(random: Random): number[];
}

/** Normal values by Box and Muller. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
const normals = (random: Random, count: number): number[] => Array.from({ length: count }, () => normal(random));
const within = (random: Random, low: number, high: number): number => low + (high - low) * random.unit();
/** Counts of rare events, on the scale that models see. */
const count = (random: Random, mean: number): number => {
  let [events, product] = [0, random.unit()];
  for (const least = Math.exp(-mean); product > least; events++) product *= random.unit();
  return Math.log1p(events);
};

const onRing = (random: Random): number[] => {
  const angle = within(random, 0, 2 * Math.PI);
  const radius = 5 + 0.3 * normal(random);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
};

const RECIPES: readonly Recipe[] = [
  {
    name: 'two blobs',
    columns: 2,
    ordinary: (random) => normals(random, 2).map((value) => value + (random.below(2) === 0 ? -4 : 4)),
    outlier: (random) => [within(random, -10, 10), within(random, -10, 10)],
  },
  {
    name: 'ring, outliers inside',
    columns: 2,
    ordinary: onRing,
    outlier: (random) => normals(random, 2).map((value) => 1.2 * value),
  },
  {
    name: '40 columns, 6 relevant',
    columns: 40,
    ordinary: (random) => normals(random, 40),
    outlier: (random) => normals(random, 40).map((value, column) => (column < 6 ? value + 3 : value)),
  },
  {
    name: 'counts, some rise',
    columns: 40,
    ordinary: (random) => Array.from({ length: 40 }, (_, column) => count(random, column / 4)),
    outlier: (random) =>
      Array.from({ length: 40 }, (_, column) => count(random, (column / 4) * (column % 4 === 3 ? 4 : 1))),
  },
  {
    name: 'line, outliers beside it',
    columns: 3,
    ordinary: (random) => {
      const at = within(random, -5, 5);
      return [at, at + 0.3 * normal(random), -at + 0.3 * normal(random)];
    },
    outlier: (random) => [within(random, -5, 5), within(random, -5, 5), within(random, -5, 5)],
  },
];

/** Shipped sets, made anew for each seed. */
export function dataSets(seed: number): DataSet[] {
  return RECIPES.map(({ name, columns, ordinary, outlier }, at) => {
    const random = new Random(1000 * seed + at);
    const isOutlier = Array.from({ length: TEST }, (_, row) => row % EVERY === 0);
    return {
      name,
      columns,
      train: Float32Array.from(Array.from({ length: TRAIN }, () => ordinary(random)).flat()),
      test: Float32Array.from(isOutlier.flatMap((strange) => (strange ? outlier(random) : ordinary(random)))),
      isOutlier,
    };
  });
}
