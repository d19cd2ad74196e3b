import type { Alert } from '@picket/sdk';
import type { Finding } from '../types.ts';

/** Parts of an explanation that an alert keeps. */
const MOST_PARTS = 16;

/**
 * An alert of learned detection that counts on tells the strangest of its findings, and what was new in the others. Parts are
 * replaced and never changed: what was published shares them.
 */
export function tellStranger(alert: Alert, { score = 0, explanation = [], output }: Finding): void {
  const known = alert.explanation ?? [];
  const isStranger = score > (alert.score ?? 0);
  const told = new Set(known.map(({ text }) => text));
  const fresh = explanation.filter(({ text }) => !told.has(text)).map((part) => ({ ...part }));
  if (fresh.length > 0)
    alert.explanation = (isStranger ? [...fresh, ...known] : [...known, ...fresh]).slice(0, MOST_PARTS);
  if (!isStranger) return;
  alert.score = score;
  alert.output = output;
}
