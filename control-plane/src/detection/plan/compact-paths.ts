import { MOST_NAME_RULES, MOST_PATH_RULES, type PathRule, type ProbePlan } from '@picket/sdk';
import { OPEN_CLASSES } from './open-class.ts';

/** Path rules that the kernel has room for, and what is asked for instead where it has not. */
export interface CompactPaths {
  readonly opens: ProbePlan['opens'];
  readonly paths: PathRule[];
  /** Paths that must be seen, but that no rule fits for any more: floods may hide them. */
  readonly unprotected: number;
}

const MOST_PREFIXES = MOST_PATH_RULES - MOST_NAME_RULES;
/** Bytes of JSON: half of what an agent takes for a command, so that the rest of the plan has room. */
const MOST_BYTES = 256 * 1024;

/** One rule a path, without what a class that is told whole or a shorter prefix says already. In a stable order. */
export function compactPaths(opens: ProbePlan['opens'], rules: readonly PathRule[]): CompactPaths {
  const listed = compact(opens, rules);
  if (fits(listed)) return { opens, paths: listed, unprotected: 0 };
  const wide = Object.fromEntries(
    OPEN_CLASSES.map((name) => [name, opens[name] === 'listed' ? 'all' : opens[name]]),
  ) as ProbePlan['opens'];
  const left = compact(wide, rules);
  const paths = asManyAsFit([...left.filter(({ ignore }) => ignore), ...left.filter(({ ignore }) => !ignore)]);
  return { opens: wide, paths, unprotected: left.length - paths.length };
}

const sizeOf = (rules: readonly PathRule[]): number => Buffer.byteLength(JSON.stringify(rules));

function fits(rules: readonly PathRule[]): boolean {
  const names = rules.filter(({ name }) => name !== undefined).length;
  return names <= MOST_NAME_RULES && rules.length - names <= MOST_PREFIXES && sizeOf(rules) <= MOST_BYTES;
}

/** The first ones that do. */
function asManyAsFit(rules: readonly PathRule[]): PathRule[] {
  const left = { names: MOST_NAME_RULES, prefixes: MOST_PREFIXES, bytes: MOST_BYTES };
  return rules.filter((rule) => {
    const table = rule.prefix === undefined ? 'names' : 'prefixes';
    const size = sizeOf([rule]);
    if (left[table] === 0 || left.bytes < size) return false;
    left[table]--;
    left.bytes -= size;
    return true;
  });
}

function compact(opens: ProbePlan['opens'], rules: readonly PathRule[]): PathRule[] {
  const byPlace = new Map<string, PathRule>();
  for (const rule of rules) {
    const asked = { ...rule, for: rule.for.filter((name) => opens[name] === 'listed') };
    const known = byPlace.get(placeOf(rule));
    byPlace.set(placeOf(rule), known ? merge(known, asked) : asked);
  }
  const merged = [...byPlace.values()].filter(saysSomething).toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  const kept = new Map<string, PathRule>();
  for (const rule of merged) if (!isCovered(rule, kept)) kept.set(placeOf(rule), rule);
  return [...kept.values()];
}

const placeOf = ({ prefix, name }: PathRule): string => (prefix === undefined ? `name ${name}` : `prefix ${prefix}`);
const saysSomething = (rule: PathRule): boolean => rule.for.length > 0 || rule.mustSee || rule.ignore;

function merge(a: PathRule, b: PathRule): PathRule {
  const classes = OPEN_CLASSES.filter((name) => a.for.includes(name) || b.for.includes(name));
  return { ...a, for: classes, mustSee: a.mustSee || b.mustSee, ignore: a.ignore || b.ignore };
}

/** Whether shorter prefixes say all that a rule says; in order, a shorter prefix comes before the longer ones. */
function isCovered({ prefix, ...rule }: PathRule, kept: ReadonlyMap<string, PathRule>): boolean {
  if (prefix === undefined) return false;
  let said: PathRule = { for: [], mustSee: false, ignore: false };
  for (let end = 1; end < prefix.length; end++) {
    const shorter = kept.get(`prefix ${prefix.slice(0, end)}`);
    if (shorter) said = merge(said, shorter);
  }
  return (
    rule.for.every((name) => said.for.includes(name)) && said.mustSee >= rule.mustSee && said.ignore >= rule.ignore
  );
}
