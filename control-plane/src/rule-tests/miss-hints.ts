import { nearestMisses } from '../detection/rules/explain/explain-rule.ts';
import type { ExplainedTest } from '../detection/rules/explain/explanation.ts';
import type { NearestOfPart } from '../detection/rules/explain/nearest-search.ts';
import type { LoadResult } from '../detection/rules/load/rule.ts';
import type { Batch } from '../types.ts';

type Batches = AsyncIterable<Batch> | Iterable<Batch>;

/** Sentences about why a rule made no alert that was expected of it. */
export async function missHints(name: string, loaded: LoadResult, batches: () => Batches): Promise<string[]> {
  const rule = loaded.rules.find((one) => one.name === name);
  if (!rule) return [];
  if (!rule.enabled) return ['the rule is not enabled: name it under enable'];
  return (await nearestMisses(rule, batches(), 1)).flatMap(partHints);
}

function partHints({ label, looked, matched, firstMatch, nearest }: NearestOfPart): string[] {
  const its = label === undefined ? 'its condition' : `the condition of ${label},`;
  if (looked === 0) return [`no event is of a kind that ${its} looks at`];
  if (matched > 0) return [`${its} holds for ${matched} of ${looked} events, first for ${firstMatch}`];
  const [miss] = nearest;
  if (!miss) return [`none of ${looked} events comes near ${its}`];
  const where = [miss.event, miss.call, miss.process, miss.subject].filter((part) => part !== undefined).join(' ');
  return [`nearest to ${its} is ${where}, but`, ...miss.part.inTheWay.map((test) => `  ${describeTest(test)}`)];
}

/** A test with the value it was made of, as `proc.name = sh is not so: it is "bash"`. */
export function describeTest({ field, operator, wanted, value, missing, passes }: ExplainedTest): string {
  const values =
    wanted.length > 3 ? `${wanted.slice(0, 3).join(', ')}, … ${wanted.length - 3} more` : wanted.join(', ');
  const test = [field, operator, wanted.length > 1 ? `(${values})` : values].filter((part) => part !== '').join(' ');
  if (missing === 'kind') return `${test}: events of this kind have no ${field}`;
  if (missing === 'event') return `${test}: the event has no ${field}`;
  return passes
    ? `${test} holds: it is ${JSON.stringify(value)}`
    : `${test} does not hold: it is ${JSON.stringify(value)}`;
}
