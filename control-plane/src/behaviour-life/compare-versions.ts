import type { ModelComparison } from '@picket/sdk/client';
import type { Profile } from '../detection/anomaly/profiles/profile.ts';
import { TOKEN_CLASSES } from '../detection/anomaly/profiles/token-classes.ts';
import { classOf, textOf } from '../detection/anomaly/profiles/token-stat.ts';
import type { BehaviourVersionHead } from '../store/behaviour/behaviour-version-store.ts';
import { className } from './behaviour-documents.ts';

/** A version with its profile. */
export interface ComparedVersion {
  readonly head: BehaviourVersionHead;
  readonly profile: Profile;
}

const MOST_EXAMPLES = 10;
const MOST_CHANGES = 8;
/** Thresholds that differ by less are the same to a reader. */
const THRESHOLD_STEP = 0.05;

/** What the profiles of two versions have in common and apart, by class. */
export function compareTokens(a: Profile, b: Profile): ModelComparison['tokens'] {
  const [ofA, ofB] = [byClass(a), byClass(b)];
  const letters = [...new Set([...TOKEN_CLASSES.map(({ letter }) => letter), ...ofA.keys(), ...ofB.keys()])];
  return letters.flatMap((letter) => {
    const [inA, inB] = [ofA.get(letter) ?? NONE, ofB.get(letter) ?? NONE];
    if (inA.size + inB.size === 0) return [];
    const [onlyA, onlyB] = [without(inA, inB), without(inB, inA)];
    return [
      {
        ...{ class: letter, name: className(letter), both: inA.size - onlyA.length },
        ...{ only_a: onlyA.length, only_b: onlyB.length, examples_a: examples(onlyA), examples_b: examples(onlyB) },
      },
    ];
  });
}

/** What changed from one version to the other, in words. */
export function compareWords(a: ComparedVersion, b: ComparedVersion, tokens: ModelComparison['tokens']): string[] {
  const changes = tokens
    .filter(({ only_a, only_b }) => only_a + only_b > 0)
    .toSorted((one, two) => two.only_a + two.only_b - one.only_a - one.only_b)
    .map(({ name, only_a, only_b }) => `${name}: ${only_b} more, ${only_a} fewer`);
  const learned = `learned from ${a.head.windows} windows of ${a.head.runs} containers, then from ${b.head.windows} of ${b.head.runs}`;
  return [learned, ...thresholds(a.head, b.head), ...rates(a.head, b.head), ...changes].slice(0, MOST_CHANGES);
}

function thresholds(a: BehaviourVersionHead, b: BehaviourVersionHead): string[] {
  const names = ['drift', 'weak', 'strong'] as const;
  return names.flatMap((name) => {
    const [from, to] = [a.threshold[name], b.threshold[name]];
    return Math.abs(from - to) < THRESHOLD_STEP
      ? []
      : [`threshold of ${name}: ${from.toFixed(2)}, then ${to.toFixed(2)}`];
  });
}

function rates(a: BehaviourVersionHead, b: BehaviourVersionHead): string[] {
  if (!a.heldOut || !b.heldOut) return [];
  const [from, to] = [a.heldOut.perDay.toFixed(2), b.heldOut.perDay.toFixed(2)];
  return from === to ? [] : [`held-out alarms for each container and day: ${from}, then ${to}`];
}

function byClass(profile: Profile): Map<string, Set<string>> {
  const classes = new Map<string, Set<string>>();
  for (const { token } of profile.tokens) {
    const known = classes.get(classOf(token));
    if (known) known.add(textOf(token));
    else classes.set(classOf(token), new Set([textOf(token)]));
  }
  return classes;
}

const NONE: ReadonlySet<string> = new Set();
const without = (some: ReadonlySet<string>, others: ReadonlySet<string>): string[] =>
  [...some].filter((text) => !others.has(text)).sort();
const examples = (texts: readonly string[]): string[] => texts.slice(0, MOST_EXAMPLES);
