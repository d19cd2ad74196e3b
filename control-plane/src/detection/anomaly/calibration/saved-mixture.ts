import type { SavedDistribution } from './score-distribution.ts';
import type { SavedMixture } from './score-mixture.ts';

/** Whether a value read from JSON is a mixture that scores can be taken from. */
export const isMixture = (value: unknown): value is SavedMixture =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every(({ weight, distribution } = {}) => isNumber(weight) && isDistribution(distribution));

function isDistribution(value: unknown): value is SavedDistribution {
  if (typeof value !== 'object' || value === null) return false;
  const { n, values, scores, from, fromScore, most, tail } = value as Partial<SavedDistribution>;
  return (
    [n, from, fromScore, most, tail?.scale, tail?.shape].every(isNumber) &&
    [values, scores].every((list) => Array.isArray(list) && list.every(isNumber)) &&
    values?.length === scores?.length &&
    (tail?.scale ?? 0) > 0
  );
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
