import { loadRules } from '../../detection/rules/load/load-rules.ts';
import { RuleEngine } from '../../detection/rules/rule-engine.ts';
import { namesIn } from '../../rule-sets/check-rules.ts';
import { Replay } from '../replay/replay.ts';
import { RuleLane } from '../replay/rule-lane.ts';
import { AlertTally } from '../result/alert-tally.ts';
import { differenceOf } from '../result/difference.ts';
import type { BacktestJob, BacktestOutcome, RulesTried } from './backtest-job.ts';
import { type Costs, outcomeOf } from './outcome.ts';
import { type PlayOptions, playCapture } from './play-capture.ts';
import { selectRules } from './select-rules.ts';
import { Stopwatch } from './stopwatch.ts';

/** Rules of one side. */
interface Side {
  readonly engine: RuleEngine;
  readonly tally: AlertTally;
}

/** Runs rules over a capture file, and those that run now and differ from them, in one pass. */
export async function runRulesOver(
  path: string,
  tried: RulesTried,
  job: Pick<BacktestJob, 'scope' | 'alertsPerMinute'>,
  options: PlayOptions,
): Promise<BacktestOutcome> {
  const selection = selectRules(loadRules(tried.after), loadRules(tried.before), new Set(namesIn(tried.named)));
  const after: Side = { engine: new RuleEngine(selection.after), tally: new AlertTally() };
  const before: Side = { engine: new RuleEngine(selection.before), tally: new AlertTally() };
  const sides = selection.before.rules.length > 0 ? [after, before] : [after];
  const replay = new Replay({
    scope: job.scope,
    state: 'whole',
    lanes: () =>
      sides.map(({ engine, tally }) => new RuleLane(engine, job.alertsPerMinute, (alert) => tally.add(alert))),
  });
  const watch = new Stopwatch();
  const played = await playCapture(path, replay, options);
  const shared = new Set([...selection.shared].map(({ id, version }) => `${id}@${version}`));
  return outcomeOf({
    replay,
    played,
    tally: after.tally,
    difference: differenceOf({
      after: after.tally,
      before: before.tally,
      against: tried.against,
      isShared: ({ detector: { id, version } }) => shared.has(`${id}@${version}`),
    }),
    wanted: [...new Set(selection.after.rules.flatMap(({ kinds }) => kinds))],
    costs: { ...watch.stop(), guest: undefined, faults: failuresOf(after.engine) },
    digests: [after.tally.digest(), before.tally.digest()],
  });
}

const failuresOf = ({ failures }: RuleEngine): Costs['faults'] =>
  [...failures].map(([rule, count]) => ({
    code: 'RULE_FAILED',
    count,
    message: `rule "${rule}" failed on ${count} events`,
  }));
