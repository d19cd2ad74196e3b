import type { ModelInfo } from '@picket/sdk/client';
import { plural } from '../../plural.ts';
import { count } from './columns.ts';

/** What each reason means for whoever asks why nothing comes of a workload. */
const WHY: Readonly<Record<string, string>> = {
  incident: 'an incident of Warning or worse was open: picket incidents list',
  loss: 'events were lost: picket status',
  partial: 'the container was not known well enough yet',
  paused: 'learning is paused',
  strange: 'they were strange, and must come again first',
};

/** How far learning is: "12 of 60 minutes". */
export const progress = ({ learned: { seconds, needed } }: ModelInfo): string =>
  `${minutes(seconds)} of ${plural(Math.ceil(needed / 60), 'minute')} learned`;

const minutes = (seconds: number): string => count(Math.floor(seconds / 60));

/** Whether more was refused than learned: then the learning may never end. */
export function isHeldUp({ learned }: ModelInfo): boolean {
  const refused = Object.values(learned.refused).reduce((sum, windows) => sum + windows, 0);
  return refused > learned.windows;
}

/** Windows that nothing was learned from and why, a line for each reason, the most first. */
export const refusedLines = ({ learned }: ModelInfo): string[] =>
  Object.entries(learned.refused)
    .filter(([, windows]) => windows > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([why, windows]) => `${plural(windows, 'window')} because ${WHY[why] ?? why}`);
