import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { recordSingles, SINGLES } from './load/rule-captures.ts';
import { ruleReport } from './load/rule-report.ts';
import type { StepRequest, StepResult } from './load/rule-step.ts';
import type { BenchOptions, BenchReport } from './report.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const STEP = pathOf('bench/load/rule-step.ts');

/** The mix: half an hour of `bench workloads` when it was recorded here, else the short capture of the same recipe. */
const MIXES = ['build/workloads/ordinary.pkcap', 'test/fixtures/ordinary.pkcap'];
const STEPS: readonly StepRequest['rules'][] = [1, 50, 'shipped', 100, 500];

/**
 * How many events a second one core takes through 1 to 500 rules: six ordinary workloads recorded with every event, then
 * opens, connects and forks with exec alone. CPU time, each set of rules in a process of its own. The captures of
 * single acts are recorded once (as root) and kept below build/bench; without them their table is left out when quick.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const name = MIXES.find((path) => existsSync(pathOf(path)));
  if (name === undefined) throw new Error('there is no capture to replay: record one with npm run bench -- workloads');
  if (!quick) await recordSingles((line) => console.error(line));
  const effort = quick ? { turns: 2, warmUp: 100_000 } : { turns: 7, warmUp: 1_000_000 };
  const mostEvents = quick ? 150_000 : 1_500_000;
  const steps: StepResult[] = [];
  for (const rules of STEPS)
    steps.push(await measure({ file: pathOf(name), rules, effort, mostEvents, parts: rules === 'shipped' }));
  const singles = [];
  for (const single of SINGLES.filter(({ file }) => existsSync(file)))
    singles.push({
      single,
      step: await measure({ file: single.file, rules: 'shipped', effort, mostEvents, parts: false }),
    });
  return ruleReport({ name, steps: steps.toSorted((a, b) => a.rules - b.rules), singles });
}

async function measure(request: StepRequest): Promise<StepResult> {
  const { stdout } = await promisify(execFile)(process.execPath, [STEP, JSON.stringify(request)], {
    maxBuffer: 16 * 1024 * 1024,
  });
  return JSON.parse(stdout) as StepResult;
}
