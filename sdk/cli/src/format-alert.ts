import type { Alert, ProcessRef } from '@picket/sdk';
import { wrap } from './commands/rules/wrap.ts';
import { printable } from './printable.ts';

const MOST_ANCESTORS = 6;
const INDENT = ' '.repeat(9);
const COLUMNS = 120;

/** An alert for a terminal: what and where, then the process with its ancestors; before that, what learned behaviour says. */
export function formatAlert(alert: Alert): [string, string, ...string[]] {
  const { container } = alert;
  const where = container
    ? `${container.name ?? container.id}${container.image ? ` (${container.image})` : ''}`
    : `host ${alert.hostname}`;
  const times = alert.count > 1 ? ` ×${alert.count}` : '';
  const lost = alert.evidence.lost.reduce((sum, loss) => sum + loss.count, 0);
  const doubt = lost > 0 ? ` [${lost} events lost]` : '';
  const first = `${alert.time.slice(11, 19)} ${alert.priority.padEnd(13)} ${alert.rule}${times} · ${where}${doubt}`;
  // A rule says what its name says; what a detector says stands in its message alone.
  if (alert.detector.kind === 'model') return [printable(first), ...learnedLines(alert)];
  const own = alert.detector.kind === 'wasm' ? [alert.output, ancestry(alert)] : [ancestry(alert) || alert.output];
  return [printable(first), printable(`         ${own.filter(Boolean).join(' · ')}`)];
}

/** What was different, the most telling first, then by which workload and process: its id is what the next commands take. */
function learnedLines(alert: Alert): [string, ...string[]] {
  const reasons = (alert.explanation ?? []).map(({ text }) => text);
  const id = alert.output_fields['behaviour.id'];
  const facts = [
    ...(typeof alert.score === 'number' ? [`score ${alert.score.toFixed(1)}`] : []),
    ...(typeof id === 'string' ? [`workload ${id}`] : []),
    ...[ancestry(alert)].filter(Boolean),
  ];
  const [what = '', ...more] = wrap(reasons.length > 0 ? reasons.join('; ') : alert.output, INDENT, COLUMNS);
  return [what, ...more, ...(facts.length > 0 ? [printable(`${INDENT}${facts.join(' · ')}`)] : [])];
}

/** The processes that led to an alert, the oldest first. */
export function ancestry({ process }: Pick<Alert, 'process'>): string {
  if (!process) return '';
  const chain: ProcessRef[] = [...process.ancestors.slice(0, MOST_ANCESTORS)].reverse();
  const names = chain.map((ancestor) => `${ancestor.name || '?'}(${ancestor.pid})`);
  return [...names, `${process.name}(${process.pid}): ${process.cmdline || process.exepath}`].join(' > ');
}
