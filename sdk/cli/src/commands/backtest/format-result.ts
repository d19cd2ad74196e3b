import type { BacktestInfo, BacktestResult } from '@picket/sdk/client';
import { formatAlert } from '../../format-alert.ts';
import { printable } from '../../printable.ts';

const MOST_GROUPS = 20;
const MOST_EXAMPLES = 5;

const CUTS = {
  batches: 'there are more batches: the newest were taken',
  bytes: 'there is too much: the oldest were taken',
  stored: 'older events are not stored',
  faults: 'it had too many faults',
} as const;

/** What came of a backtest, for a terminal. */
export function resultLines(result: BacktestResult, clean: boolean | null): string[] {
  const { alerts, difference, cost } = result;
  return [
    eventsLine(result),
    ...skippedLines(result),
    ...result.coverage.notes.map((note) => `note       ${note}`),
    `alerts     ${alerts.total} with ${alerts.matches} matches`,
    ...alerts.by
      .slice(0, MOST_GROUPS)
      .map(
        ({ rule, priority, namespace, workload, alerts: count, matches }) =>
          `           ${String(count).padStart(6)} ${priority.padEnd(13)} ${rule} · ${[namespace, workload].filter(Boolean).join('/') || 'host'}${matches > count ? ` (${matches} matches)` : ''}`,
      ),
    difference.against === null
      ? 'difference nothing of that name runs now: nothing to compare with'
      : `difference to ${difference.against}: ${difference.added} added, ${difference.gone} gone, ${difference.same} same${difference.changed > 0 ? `, of these ${difference.changed} changed` : ''}${difference.complete ? '' : ' (not all were compared)'}`,
    ...examples('+', difference.added_examples),
    ...examples('-', difference.gone_examples),
    `cost       ${seconds(cost.ms)}, ${cost.events_per_second} events/s, ${seconds(cost.cpu_ms)} CPU${cost.guest_ms === null ? '' : `, ${seconds(cost.guest_ms)} in the detector, ${cost.fuel} fuel, ${Math.round((cost.memory_bytes ?? 0) / 1024)} KiB`}`,
    ...cost.faults.map(({ code, count, message }) => `fault      ${code} ×${count}: ${message}`),
    `clean      ${clean ? 'yes' : 'no'}`,
  ].map(printable);
}

function eventsLine({ events }: BacktestResult): string {
  const stretch = events.from && events.until ? `, ${events.from} to ${events.until}` : '';
  const handed = events.handed === null ? '' : `, ${events.handed} handed to the detector`;
  return `events     ${events.records} in ${events.batches} batches${handed}${stretch}`;
}

function skippedLines({ skipped, coverage }: BacktestResult): string[] {
  const { cut, unreadable, duplicates, missing, dropped } = skipped;
  const lost = coverage.lost.reduce((sum, { count }) => sum + count, 0);
  const said = [
    ...(cut ? [`not all: ${CUTS[cut]}`] : []),
    ...unreadable.map(({ code, batches }) => `${batches} batches can not be read: ${code}`),
    ...(duplicates > 0 ? [`${duplicates} batches came twice`] : []),
    ...(missing > 0 ? [`${missing} events never came`] : []),
    ...(lost > 0 ? [`${lost} events were lost by the agents`] : []),
    ...(dropped > 0 ? [`${dropped} findings, lines and proposals were beyond the limits`] : []),
  ];
  return said.map((line) => `skipped    ${line}`);
}

const examples = (sign: string, alerts: BacktestResult['alerts']['examples']): string[] =>
  alerts.slice(0, MOST_EXAMPLES).map((alert) => `         ${sign} ${formatAlert(alert)[0]}`);

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;

/** One backtest on one line. */
export const backtestLine = ({ id, state, subject, created, clean, progress, error }: BacktestInfo): string => {
  const what = subject.kind === 'detector' ? `${subject.name}@${subject.version}` : `rules ${subject.files.join(' ')}`;
  const how = state === 'running' ? `${progress.batches}/${progress.of ?? '?'}` : clean ? 'clean' : '';
  return printable(
    `${id} ${state.padEnd(9)} ${created.slice(0, 19)}Z ${how.padEnd(8)} ${what}${error ? `: ${error.message}` : ''}`,
  );
};
