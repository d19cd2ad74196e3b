import { KINDS } from '@picket/sdk';
import { loadRules } from '../../control-plane/src/detection/rules/load/load-rules.ts';
import type { LoadResult } from '../../control-plane/src/detection/rules/load/rule.ts';
import { readRuleFiles, SHIPPED_RULES } from '../../control-plane/src/rule-files.ts';
import {
  batchesOf,
  type Effort,
  engineRun,
  kindRun,
  type Mix,
  measured,
  middle,
  mixOf,
  type RulePass,
  replayRun,
} from './rule-run.ts';
import { variationsOf } from './rule-variations.ts';

/** What a process of its own measures: what one set of rules makes the runtime learn must not speed or slow another. */
export interface StepRequest {
  readonly file: string;
  readonly rules: number | 'shipped';
  readonly effort: Effort;
  readonly mostEvents: number;
  /** Besides: each kind by itself, and opens of paths that are all new. */
  readonly parts: boolean;
}

export interface StepResult {
  readonly rules: number;
  readonly mix: Mix;
  readonly engine: RulePass;
  readonly replay: RulePass;
  /** The state of the node alone, without any rule. */
  readonly state: RulePass;
  readonly cold?: RulePass;
  readonly kinds?: readonly (readonly [kind: string, pass: RulePass])[];
}

/** Of the events, for a kind to be measured by itself. */
const LEAST_SHARE = 0.005;

/** Each is a difference of two passes: a few are not enough. */
const KIND_TURNS = 9;

const NO_RULES: LoadResult = { rules: [], problems: [], outcomes: [] };

/** All shipped rules, some of them from all files, or those and variations of them. */
function rulesOf(count: number | 'shipped'): LoadResult {
  const files = readRuleFiles([SHIPPED_RULES]);
  const shipped = checked(loadRules(files));
  const all = shipped.rules.length;
  if (count === 'shipped' || count === all) return shipped;
  if (count > all) {
    const text = variationsOf(shipped.rules, count - all);
    return checked(loadRules([...files, { name: 'variations.yaml', text }]));
  }
  const rules = Array.from({ length: count }, (_, i) => shipped.rules[Math.floor((i * all) / count)]);
  return { ...shipped, rules: rules.filter((rule) => rule !== undefined) };
}

function checked(load: LoadResult): LoadResult {
  const wrong = load.problems.find(({ severity }) => severity === 'error');
  if (wrong) throw new Error(`the rules of the bench do not load: ${wrong.rule}: ${wrong.message}`);
  return load;
}

function measureStep({ file, rules, effort, mostEvents, parts }: StepRequest): StepResult {
  const load = rulesOf(rules);
  const batches = batchesOf(file, mostEvents);
  const mix = mixOf(batches);
  const result = {
    rules: load.rules.length,
    mix,
    engine: measured(engineRun(load, batches), effort),
    replay: measured(replayRun(load, file, mostEvents), effort),
    state: measured(engineRun(NO_RULES, batches), effort),
  };
  if (!parts) return result;
  const kinds = mix.kinds
    .filter(([, count]) => count >= mix.events * LEAST_SHARE)
    .map(([name]) => {
      const kind = KINDS.find((info) => info.name === name)?.id ?? 0;
      return [name, middle(kindRun(load, batches, kind), KIND_TURNS)] as const;
    });
  const cold = measured(engineRun(load, batches, { maxPaths: 1 }), effort);
  return { ...result, cold, kinds };
}

const [request = ''] = process.argv.slice(2);
console.log(JSON.stringify(measureStep(JSON.parse(request) as StepRequest)));
