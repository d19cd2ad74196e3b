import { SCALARS, Scalar, type Unit } from '../../features/scalars.ts';

/** Units of which ordinary values are below 1 are counted in smaller ones: log(1 + value) would hide ten times as much. */
const FINER: Partial<Record<Unit, number>> = { seconds: 1000, share: 100 };

/** Says how old a thing that ends is, not what was done: work goes on for longer every day. */
const AGES = new Set<number>([Scalar.closed_seconds]);

const FACTORS = Float64Array.from(SCALARS, ({ unit }, index) => (AGES.has(index) ? 0 : (FINER[unit] ?? 1)));

/** log(1 + value). NaN and what is below 0 count as 0. */
export const scaled = (value: number): number => (value > 0 ? Math.log1p(Math.min(value, Number.MAX_VALUE)) : 0);

/** The same of a scalar, in the unit that suits it; 0 for those that say nothing. */
export const scaledScalar = (index: number, value: number): number => scaled(value * (FACTORS[index] ?? 1));

/** Value of a scalar from its scaled one. */
export const unscaledScalar = (index: number, scaledValue: number): number =>
  Math.expm1(scaledValue) / (FACTORS[index] || 1);
