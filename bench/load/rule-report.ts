import { readFileSync } from 'node:fs';
import { type BenchReport, fillIn, markdownTable, type Table } from '../report.ts';
import { round } from '../statistics.ts';
import type { Single } from './rule-captures.ts';
import type { RulePass } from './rule-run.ts';
import type { StepResult } from './rule-step.ts';

const DOCUMENT = 'docs/performance.md';

export interface RuleFigures {
  /** Where the mix comes from. */
  readonly name: string;
  /** From few rules to many. */
  readonly steps: readonly StepResult[];
  readonly singles: readonly { readonly single: Single; readonly step: StepResult }[];
}

/** M events/s of one core. */
const rate = ({ events, cpuNs }: RulePass): number => round((events / cpuNs) * 1000, 2);
const nsPerEvent = ({ events, cpuNs }: RulePass): number => (events === 0 ? 0 : round(cpuNs / events));

export function ruleReport(figures: RuleFigures): BenchReport {
  const parted = figures.steps.find(({ kinds }) => kinds);
  const tables = [
    stepTable(figures),
    ...(parted ? [kindTable(parted), openTable(parted)] : []),
    ...(figures.singles.length > 0 ? [singleTable(figures.singles)] : []),
  ];
  return {
    tables: [mixTable(figures), ...tables],
    result: {
      mix: { name: figures.name, ...parted?.mix },
      steps: figures.steps.map(({ rules, engine, replay, state }) => ({ rules, engine, replay, state })),
      kinds: Object.fromEntries(parted?.kinds ?? []),
      cold: parted?.cold,
      singles: Object.fromEntries(
        figures.singles.map(({ single, step }) => [
          single.name,
          { ...step.replay, falco: single.falco, mix: step.mix },
        ]),
      ),
    },
    files: { [DOCUMENT]: document([mixTable(figures), ...tables]) },
  };
}

function document(tables: readonly Table[]): string {
  const text = readFileSync(new URL(`../../${DOCUMENT}`, import.meta.url), 'utf8');
  return fillIn(text, 'rules', tables.map(markdownTable).join('\n\n'));
}

function mixTable({ name, steps }: RuleFigures): Table {
  const mix = steps[0]?.mix;
  const share = (mix?.kinds ?? []).map(([kind, count]) => `${kind} ${round((count / (mix?.events ?? 1)) * 100, 1)} %`);
  return [
    ['mix', 'events', 'distinct paths', 'processes', 'share of each kind'],
    [name, mix?.events ?? 0, mix?.paths ?? 0, mix?.processes ?? 0, share.join(', ')],
  ];
}

function stepTable({ steps }: RuleFigures): Table {
  return [
    [
      'rules',
      'state and rules, M events/s',
      'matches',
      'of it rules, ns an event',
      'from file to alerts, M events/s',
      'alerts',
    ],
    ...steps.map(({ rules, engine, replay, state }) => {
      const own = Math.max(0, nsPerEvent(engine) - nsPerEvent(state));
      return [rules, rate(engine), engine.found, own, rate(replay), replay.found];
    }),
  ];
}

function kindTable({ kinds = [], rules }: StepResult): Table {
  return [
    [`kind, ${rules} rules alone`, 'events', 'ns an event', 'M events/s', 'matches'],
    ...kinds.map(([kind, pass]) => [
      ...[kind, pass.events, nsPerEvent(pass)],
      ...[nsPerEvent(pass) === 0 ? '-' : rate(pass), pass.found],
    ]),
  ];
}

function openTable({ engine, cold, rules }: StepResult): Table {
  return [
    [`opens, ${rules} rules`, 'M events/s of the mix', 'matches'],
    ['paths come again as they do', rate(engine), engine.found],
    ...(cold ? [['as if each path were new', rate(cold), cold.found]] : []),
  ];
}

function singleTable(singles: RuleFigures['singles']): Table {
  return [
    [
      'one kind of act, from file to alerts',
      'events',
      'M events/s',
      'alerts',
      'Falco 0.44.1, measured elsewhere, M events/s',
    ],
    ...singles.map(({ single, step }) => [
      single.name,
      step.replay.events,
      rate(step.replay),
      step.replay.found,
      single.falco,
    ]),
  ];
}
