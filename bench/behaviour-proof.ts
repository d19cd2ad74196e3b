import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { poissonInterval } from '../control-plane/src/detection/anomaly/calibration/poisson-interval.ts';
import { judgeAttacks } from '../test/behaviour/proof/attacked.ts';
import { type BenignResult, crossFit } from '../test/behaviour/proof/benign.ts';
import { shopOf } from '../test/behaviour/proof/roll-call.ts';
import type { Told } from '../test/behaviour/proof/trial.ts';
import type { Verdict } from '../test/behaviour/proof/verdict.ts';
import type { AttackSpan } from '../test/behaviour/truth.ts';
import type { BenchOptions, BenchReport, Table } from './report.ts';
import { round } from './statistics.ts';

const FOLDER = fileURLToPath(new URL('../build/behaviour/', import.meta.url));
/** Shops of ordinary work are numbered from 1; the attacked one has a number above. */
const MOST_SHOPS = 80;
const TEXT = 150;
const SLICE_MS = 600_000;

/**
 * How many false alarms learned behaviour raises in ordinary work that it was not trained on, and how many attacks it finds
 * at that threshold, rules off. Works on the recordings of behaviour-record and behaviour-attacks; quick: on the quick ones.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const [fleet, attacks] = quick ? ['quick', 'quick-attacks'] : ['fleet', 'attacks'];
  for (const name of [fleet, attacks])
    if (!existsSync(`${FOLDER}${name}`))
      throw new Error(
        `there is no recording build/behaviour/${name}: make it with npm run bench -- behaviour-record and behaviour-attacks`,
      );
  const note = (line: string) => console.error(line);
  const benign = await crossFit(`${FOLDER}${fleet}`, (shop) => shop <= MOST_SHOPS, note);
  note('judging attacks');
  const verdicts = await judgeAttacks(`${FOLDER}${attacks}`, benign.all.program);
  const alerts = benign.told.filter(({ isNew }) => isNew);
  const rate = rateOf(alerts.length, benign.containerDays);
  const found = verdicts.filter(({ seconds }) => seconds !== undefined);
  return {
    tables: [
      [['false alarm', 'container', 'score', 'says'], ...alerts.map(falseAlarm)],
      workloadTable(benign, alerts),
      sliceTable(benign, alerts),
      [['attack', 'technique', 'found after s', 'score', 'by', 'says'], ...verdicts.map(verdictRow)],
      summaryTable(verdicts),
    ],
    result: {
      alarms: alerts.length,
      alarms_warning: alerts.filter(({ priority }) => priority !== 'Notice').length,
      container_days: round(benign.containerDays, 3),
      containers: benign.lives.length,
      alarms_per_container_day: rate,
      records: benign.records,
      windows_learned: benign.learned,
      windows_refused: Object.fromEntries(benign.refused),
      attacks: verdicts.length,
      found: found.length,
      missed: verdicts.filter(({ seconds }) => seconds === undefined).map(({ attack }) => attack.id),
    },
  };
}

function rateOf(alarms: number, days: number) {
  const { low, high } = poissonInterval(alarms);
  return { rate: round(alarms / days, 2), low: round(low / days, 2), high: round(high / days, 2) };
}

const falseAlarm = ({ container, score, output }: Told): (string | number)[] => [
  output.slice(0, TEXT),
  container,
  round(score, 1),
  '',
];

function workloadTable({ days }: BenignResult, alerts: readonly Told[]): Table {
  const rows = [...days].map(([workload, each]) => {
    const count = alerts.filter(({ container }) => shopOf(container).workload === workload).length;
    return [workload, count, round(each, 3), round(count / each, 2)];
  });
  return [['workload', 'alarms', 'container-days', 'a container-day'], ...rows];
}

/** By time, so that what was recorded before and after a change of the models can be told apart. */
function sliceTable({ lives, from }: BenignResult, alerts: readonly Told[]): Table {
  const last = Math.max(...lives.map(({ to }) => to));
  const rows: (string | number)[][] = [];
  for (let begin = from; begin < last; begin += SLICE_MS) {
    const end = begin + SLICE_MS;
    const ms = lives.reduce((sum, life) => sum + Math.max(0, Math.min(life.to, end) - Math.max(life.from, begin)), 0);
    const count = alerts.filter(({ to }) => to > begin && to <= end).length;
    rows.push([`from minute ${Math.round((begin - from) / 60_000)}`, count, round(ms / 86_400_000, 3)]);
  }
  return [['recorded', 'alarms', 'container-days'], ...rows];
}

function verdictRow({ attack, told, seconds, strangest, held }: Verdict): (string | number)[] {
  const best = told.toSorted((a, b) => b.score - a.score)[0];
  return [
    attack.id,
    attack.technique,
    seconds === undefined ? 'MISSED' : round(seconds, 1),
    best ? round(best.score, 1) : '',
    best ? `${best.rule === 'Behaviour drift' ? 'drift' : 'score'} ${best.container}` : '',
    best?.output.slice(0, TEXT) ??
      `at most ${round(strangest.score, 1)} of ${round(strangest.threshold, 1)}, drift ${round(strangest.drift, 1)}, held back: ${[...held].join(' ') || 'nothing'}`,
  ];
}

const isOther = ({ listed, heldOut }: AttackSpan): boolean => !listed && !heldOut;

function summaryTable(verdicts: readonly Verdict[]): Table {
  const groups: [string, (verdict: Verdict) => boolean][] = [
    ['through the service', ({ attack }) => isOther(attack) && attack.entry === 'service'],
    ['through what it works on', ({ attack }) => isOther(attack) && attack.entry === 'supply'],
    ['by a program brought in', ({ attack }) => isOther(attack) && attack.entry === 'exec'],
    ['held out until models were finished', ({ attack }) => attack.heldOut],
    ['listed behaviour', ({ attack }) => attack.listed],
    ['all', () => true],
  ];
  const rows = groups.map(([name, is]) => {
    const of = verdicts.filter(is);
    const found = of.filter(({ seconds }) => seconds !== undefined).length;
    return [name, of.length, found, of.length === 0 ? '' : `${round((100 * found) / of.length, 1)} %`];
  });
  return [['attacks', 'done', 'found', 'share'], ...rows];
}
