import { KINDS, Kind, type OpensWanted, type PathRule, PRIORITIES } from '@picket/sdk';
import type { LoadResult, Rule } from '../rules/load/rule.ts';
import { callsPassing } from './call-scope.ts';
import { MERGED_KINDS, RARE_KINDS } from './kind-groups.ts';
import { NO_NEEDS, type PlanNeeds, unionNeeds } from './needs.ts';
import { OPEN_CLASSES, type OpenClass } from './open-class.ts';
import { OpenScopes } from './open-scope.ts';
import type { PathEntry, PathScope } from './path-scope.ts';
import { usesNames } from './uses-names.ts';

type Scopes = Readonly<Record<OpenClass, OpenScopes>>;

/** What the enabled rules can match: every event that some rule finds something in is among it. */
export function needsOfRules({ rules }: LoadResult): PlanNeeds {
  const scopes = { read: new OpenScopes('read'), write: new OpenScopes('write'), failed: new OpenScopes('failed') };
  return unionNeeds(rules.filter((rule) => rule.enabled).map((rule) => needsOfRule(rule, scopes)));
}

function needsOfRule(rule: Rule, scopes: Scopes): PlanNeeds {
  const kinds = KINDS.filter((kind) => rule.kinds.includes(kind.id)).map((kind) => kind.name);
  const isSevere = PRIORITIES.indexOf(rule.priority) <= PRIORITIES.indexOf('Warning');
  const needs: PlanNeeds = {
    ...NO_NEEDS,
    // the answers in which addresses get their names
    kinds: usesNames(rule) ? [...kinds, 'net.dns'] : kinds,
    calls: rule.kinds.includes(Kind.SyscallNotable) ? callsPassing(rule.condition) : [],
    repeats: countsRepeats(rule),
    mustSee: isSevere ? kinds.filter((name) => RARE_KINDS.has(name)) : [],
  };
  return rule.kinds.includes(Kind.FileOpen) ? { ...needs, ...opensOf(rule, scopes, isSevere) } : needs;
}

/** Different values are told whatever is merged; numbers of events and their order are not. */
function countsRepeats({ kinds, extensions }: Rule): boolean {
  if (!kinds.some((kind) => MERGED_KINDS.includes(kind))) return false;
  const { window, sequence } = extensions ?? {};
  return sequence !== undefined || (window !== undefined && window.measure !== 'distinct');
}

function opensOf(rule: Rule, scopes: Scopes, isSevere: boolean): Pick<PlanNeeds, 'opens' | 'paths'> {
  const found = OPEN_CLASSES.map((name) => [name, scopes[name].of(rule.condition)] as const);
  const opens = Object.fromEntries(found.map(([name, scope]) => [name, wantedOf(scope)]));
  const paths = found.flatMap(([name, scope]) =>
    typeof scope === 'string' ? [] : scope.map((entry) => pathRule(entry, name, isSevere)),
  );
  return { opens: opens as PlanNeeds['opens'], paths };
}

function wantedOf(scope: PathScope): OpensWanted {
  if (scope === 'everything') return 'all';
  return scope === 'nothing' ? 'none' : 'listed';
}

function pathRule({ prefix, name, named }: PathEntry, of: OpenClass, isSevere: boolean): PathRule {
  const place = prefix === undefined ? { name } : { prefix };
  return { ...place, for: [of], mustSee: named && isSevere, ignore: false };
}
