import type { Alert } from '@picket/sdk';
import type { Finding } from '../../types.ts';
import { WINDOW_MS } from './storm-limit.ts';

/** Different findings that a summary shows. */
const MAX_SAMPLES = 10;
const MAX_SAMPLE_LENGTH = 200;
/** Of these so many stand in its output. */
const SAMPLES_IN_OUTPUT = 3;

/**
 * The finding that a summary begins with. It is about the rule as a whole, so its output is not told again when the
 * container becomes known, and it has no group in common with the findings themselves.
 */
export const firstOfSummary = (finding: Finding): Finding => ({
  ...finding,
  rule: stormRule(finding),
  groupKey: 'summary',
  identity: undefined,
  cooldownMs: WINDOW_MS,
  template: undefined,
});

/** What a summary is called by: the findings of a detector of users have many titles. */
export const stormRule = ({ detector, rule }: Finding): string => (detector.kind === 'wasm' ? detector.id : rule);

/**
 * Makes an alert say that it stands for findings that were put together, or that there is one more. Parts are replaced
 * and never changed: what was published shares them.
 * @param output of the newest finding
 * @param limit alerts a minute beyond which they are put together
 */
export function tellSummary(alert: Alert, output: string, limit: number): void {
  const samples = alert.summary?.samples ?? [];
  const sample = cut(output);
  const isNews = samples.length < MAX_SAMPLES && !samples.includes(sample);
  alert.summary = { limit, samples: isNews ? [...samples, sample] : samples };
  alert.output = summaryOutput(alert, alert.summary.samples);
}

function summaryOutput({ count, rule, detector }: Alert, samples: readonly string[]): string {
  const shown = samples.slice(0, SAMPLES_IN_OUTPUT).join(' | ');
  const what = detector.kind === 'wasm' ? 'detector' : 'rule';
  return `${count} more findings of ${what} "${rule}" within a minute, put together; for example: ${shown}`;
}

/** Cuts between characters, and says so. */
const cut = (text: string): string =>
  text.length <= MAX_SAMPLE_LENGTH ? text : `${text.slice(0, MAX_SAMPLE_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
