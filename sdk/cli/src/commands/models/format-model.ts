import type { ModelComparison, ModelInfo, ModelVersionInfo } from '@picket/sdk/client';
import { plural } from '../../plural.ts';
import { printable } from '../../printable.ts';
import { cut, wrap } from '../rules/wrap.ts';
import { COLUMNS, count, labelled, named, rate, second, short } from './columns.ts';
import { isHeldUp, progress, refusedLines } from './learning-progress.ts';

/** A workload on two lines for a list: what it is, then how far it is. */
export function formatModel(info: ModelInfo): string[] {
  const { id, stage, version, learned, paused, pinned, waiting } = info;
  const model = version ? ` by ${version.id.slice(0, 8)}` : info.prior ? ', another model stands in' : '';
  const marks = [
    ...(paused ? ['paused'] : []),
    ...(pinned ? ['pinned'] : []),
    ...(waiting ? ['a version waits'] : []),
    ...(info.failure ? ['training failed'] : []),
    ...(isHeldUp(info) ? ['held up'] : []),
  ];
  const far = stage === 'learning' ? progress(info) : `${count(learned.windows)} windows`;
  const facts = [`${stage}${model}`, ...marks, far, ...(stage === 'learning' ? [] : [alarms(info)])];
  return [named(info), cut(`    ${id}  ${facts.join('; ')}`, COLUMNS)];
}

const alarms = ({ observed, target }: ModelInfo): string =>
  observed
    ? observed.container_days < 1
      ? `${plural(observed.alarms, 'alarm')} in ${(observed.container_days * 24).toFixed(1)} hours`
      : `${rate(observed.per_day)} of ${rate(target.per_day)} alarms a day`
    : `up to ${plural(Number(rate(target.per_day)), 'alarm')} a day`;

/** A rate that is worked out from less than a day says little. */
const span = (days: number): string =>
  days < 1 ? `${(days * 24).toFixed(1)} container hours` : `${days.toFixed(1)} container days`;

/** Everything about a workload but its versions. */
export function formatModelHead(info: ModelInfo): string[] {
  const { version, learned, observed, target, waiting, failure, prior } = info;
  const state = [
    info.stage,
    ...(info.paused ? ['does not learn'] : []),
    ...(info.pinned ? ['newer versions wait'] : []),
  ];
  const rows: [string, string][] = [
    ['workload', info.key],
    ['id', info.id],
    ['image', `${info.image} ${info.digest}`],
    ...(info.namespace === null ? [] : [['namespace', info.namespace] as [string, string]]),
    ['stage', state.join(', ')],
    [
      'seen',
      `${count(learned.windows)} windows of 10 s (${info.version ? hours(learned.seconds) : progress(info)}), ${plural(learned.runs, 'container')}`,
    ],
    ...refusedLines(info).map((line, at): [string, string] => [at === 0 ? 'left out' : '', line]),
    [
      'scored by',
      version
        ? formatScoredBy(version)
        : prior
          ? `version ${short(prior.version)} of workload ${prior.model} stands in`
          : 'nothing yet',
    ],
    ...(version ? [['tells at', formatThreshold(version)] as [string, string]] : []),
    ['alarms', `up to ${rate(target.per_day)} for each container and day${target.own ? ', as was said for it' : ''}`],
    ...(observed
      ? [
          [
            'came',
            `${plural(observed.alarms, 'alarm')} in ${span(observed.container_days)}${observed.container_days < 1 ? '' : `, ${rate(observed.per_day)} a day`}`,
          ] as [string, string],
        ]
      : []),
    ...(waiting ? [['waits', `${short(waiting.version)}: ${waiting.why}`] as [string, string]] : []),
    ...(failure ? [['failed', `${second(failure.time)}: ${failure.message}`] as [string, string]] : []),
    ['changed', second(info.changed)],
  ];
  return rows.flatMap(([label, value]) => labelled(label, value));
}

const formatScoredBy = ({ id, origin, windows, runs, created }: ModelVersionInfo): string =>
  `${short(id)}, ${origin} ${second(created)} from ${count(windows)} windows of ${plural(runs, 'container')}`;

const formatThreshold = ({ threshold: { drift, weak, strong } }: ModelVersionInfo): string =>
  `${drift.toFixed(2)} for what is new, ${weak.toFixed(2)} when it comes twice in a row, ${strong.toFixed(2)} at once`;

const hours = (seconds: number): string =>
  seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${(seconds / 3600).toFixed(1)} hours`;

/** A version on a line. */
export function formatModelVersion(version: ModelVersionInfo): string {
  const marks = [
    ...(version.active ? ['scores'] : []),
    ...(version.previous ? ['previous'] : []),
    ...(version.anchor ? ['anchor'] : []),
    ...(version.anchor_drift === null ? [] : ['far from the anchor']),
  ];
  const held = version.held_out ? `${rate(version.held_out.perDay)} a day held out` : '';
  const parts = [
    ...[short(version.id), second(version.created), version.origin.padEnd(8), count(version.windows).padStart(9)],
    ...['windows', held.padEnd(19), marks.join(', ')],
  ];
  return cut(printable(parts.join(' ').trimEnd()), COLUMNS);
}

/** Two versions side by side. */
export function formatComparison({ a, b, tokens, changes }: ModelComparison): string[] {
  const lines = [`a  ${formatModelVersion(a)}`, `b  ${formatModelVersion(b)}`, ''].map((line) => cut(line, COLUMNS));
  lines.push(...changes.flatMap((change) => wrap(change, '  ', COLUMNS)));
  for (const { name, examples_a, examples_b, only_a, only_b } of tokens) {
    if (only_a + only_b === 0) continue;
    lines.push('', `${name}:`);
    lines.push(...differences('- ', examples_a, only_a), ...differences('+ ', examples_b, only_b));
  }
  return lines;
}

function differences(mark: string, examples: readonly string[], all: number): string[] {
  const more = all > examples.length ? [`  ${mark}and ${all - examples.length} more`] : [];
  return [...examples.map((text) => cut(`  ${mark}${text}`, COLUMNS)), ...more];
}
