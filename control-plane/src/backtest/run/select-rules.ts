import type { LoadResult, Rule } from '../../detection/rules/load/rule.ts';

/** Which rules have to run to know what others would do in the place of those that run. */
export interface RuleSelection {
  /** Rules that are tried. */
  readonly after: LoadResult;
  /** Rules that run now and differ from those that are tried: what the others find is known by those. */
  readonly before: LoadResult;
  /** Of the rules that are tried, those that run now too. */
  readonly shared: ReadonlySet<Rule>;
}

/**
 * Of all rules, those of the names, and those that differ from what runs now: in what they find or say, or in whether they are
 * enabled.
 * @param names of rules that run in any case
 */
export function selectRules(after: LoadResult, before: LoadResult, names: ReadonlySet<string>): RuleSelection {
  const now = new Set(groupsOf(before).keys());
  const then = groupsOf(after);
  const shared = new Set<Rule>();
  const tried: Rule[] = [];
  for (const [key, rules] of then) {
    const isShared = now.has(key);
    if (isShared && !rules.some(({ name }) => names.has(name))) continue;
    tried.push(...rules);
    if (isShared) for (const rule of rules) shared.add(rule);
  }
  const others = [...groupsOf(before)].filter(([key]) => !then.has(key)).flatMap(([, rules]) => rules);
  return { after: { ...after, rules: tried }, before: { ...before, rules: others }, shared };
}

/**
 * Enabled rules that depend on one another: those of which only the first match counts, else each by itself. The key says all
 * that they find and say.
 */
function groupsOf({ rules }: LoadResult): Map<string, Rule[]> {
  const joined = new Map<string, Rule[]>();
  for (const rule of rules) {
    if (!rule.enabled) continue;
    const key = rule.firstMatchOf ?? `\0${versionOf(rule)}`;
    const group = joined.get(key);
    if (group) group.push(rule);
    else joined.set(key, [rule]);
  }
  return new Map([...joined.values()].map((group) => [group.map(versionOf).join(' '), group]));
}

const versionOf = ({ id, version }: Rule): string => `${id}@${version}`;
