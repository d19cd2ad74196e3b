import type { DetectorInfo, DetectorStatsInfo, DetectorVersionInfo, StagedVersion } from '@picket/sdk/client';
import { printable } from '../../printable.ts';
import { cut, WIDTH, wrap } from '../rules/wrap.ts';

const SHORT_ID = 12;
const STAGES = ['active', 'canary', 'shadow'] as const;
const LABEL = 10;

/** A detector on two lines for a list: its name and what runs, then what it is about. */
export function formatDetector({ name, paused, stages, summary }: DetectorInfo): string[] {
  const running = STAGES.flatMap((stage) => {
    const version = stages[stage];
    return version ? [`${stage} ${version.version}${version.blocked === null ? '' : ' (blocked)'}`] : [];
  });
  const state = [running.join(', ') || 'runs nowhere', ...(paused ? ['paused'] : [])].join('; ');
  return [cut(`${name.padEnd(28)} ${state}`, WIDTH), cut(`    ${summary}`, WIDTH)];
}

/** Everything about a detector but its versions. */
export function formatDetectorHead(info: DetectorInfo): string[] {
  const { name, summary, owner, namespaces, paused, stages, grants, created, changed } = info;
  const { canary } = stages;
  return [
    ['detector', paused ? `${name} (paused)` : name],
    ['summary', summary],
    ...STAGES.flatMap((stage) => (stages[stage] ? [[stage, formatStaged(stages[stage])]] : [])),
    ...(canary ? [['alerts', formatSelector(canary.canary)]] : []),
    ['owner', owner],
    ['sees', namespaces === null ? 'everything' : `namespaces ${namespaces.join(', ')}`],
    ['may', `${grants.capabilities.join(', ')}${grants.own ? '' : ' (as all detectors)'}`],
    ['created', created],
    ['changed', changed],
  ].flatMap(([label = '', value = '']) => labelled(label, value));
}

const formatStaged = ({ version, id, blocked }: StagedVersion) =>
  `${version} ${id.slice(0, SHORT_ID)}${blocked === null ? '' : `, does not run: ${blocked}`}`;

function formatSelector(canary: NonNullable<DetectorInfo['stages']['canary']>['canary']): string {
  const { nodes, namespaces, labels, percent } = canary;
  return [
    ...(nodes ? [`on nodes ${nodes.join(', ')}`] : []),
    ...(namespaces ? [`in namespaces ${namespaces.join(', ')}`] : []),
    ...(labels ? [`with ${Object.entries(labels).map(([name, value]) => `${name}=${value}`)}`] : []),
    ...(percent === undefined ? [] : [`for ${percent} % of the containers`]),
  ].join(', ');
}

/** A version on a line. */
export const formatVersion = (version: DetectorVersionInfo): string =>
  printable(
    [
      version.id.slice(0, SHORT_ID),
      version.stage.padEnd(6),
      version.version.padEnd(10),
      `${version.created.slice(0, 19)}Z`,
      version.upload,
      ...(version.signed_by === null ? [] : [`signed by ${version.signed_by}`]),
    ].join(' '),
  );

/** How a version fares, in a few lines. */
export function formatStats(stats: DetectorStatsInfo): string[] {
  const { reason, quarantined_until: until } = stats;
  const rows: [string, string][] = [
    ['version', `${stats.number} ${stats.version.slice(0, SHORT_ID)}, ${stats.stage}, ${stats.state}`],
    ['given', `${count(stats.events)} events in ${count(stats.calls)} calls, ${count(stats.queue)} wait`],
    ['skipped', parts(stats.skipped)],
    ['found', `${count(stats.findings)} findings`],
    ['dropped', parts(stats.dropped)],
    ['a call', `half within ${duration(stats.p50_ns)}, 99 % within ${duration(stats.p99_ns)}`],
    [
      'uses',
      `${mebibytes(stats.memory_bytes)} MiB, ${(stats.cost_share * 100).toFixed(1)} % of the time of all detectors`,
    ],
    ['faults', parts(stats.traps)],
    ...(stats.errors > 0 ? [['errors', `${count(stats.errors)} calls ended with one`] as [string, string]] : []),
    ...(stats.restarts > 0 ? [['put back', `${count(stats.restarts)} times`] as [string, string]] : []),
    ...(reason === null ? [] : [['why', reason] as [string, string]]),
    ...(until === null ? [] : [['waits', `until ${until}; picket detectors resume`] as [string, string]]),
  ];
  return rows.flatMap(([label, value]) => labelled(label, value));
}

function labelled(label: string, value: string): string[] {
  const [first = '', ...more] = wrap(value, ' '.repeat(LABEL));
  return [label.padEnd(LABEL) + first.trimStart(), ...more];
}

const count = (number: number): string => number.toLocaleString('en-US').replaceAll(',', ' ');

/** What is counted by name; those that are none are left out. */
const parts = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${count(number)} ${name}`)
    .join(', ') || 'none';

const mebibytes = (bytes: number): string => (bytes / (1 << 20)).toFixed(1);

function duration(ns: number): string {
  if (ns < 1e6) return `${(ns / 1e3).toFixed(1)} us`;
  return ns < 1e9 ? `${(ns / 1e6).toFixed(1)} ms` : `${(ns / 1e9).toFixed(1)} s`;
}
