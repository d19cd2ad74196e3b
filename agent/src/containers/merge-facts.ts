import { type ContainerFacts, NO_FACTS } from './container-facts.ts';

/** Joins what sources told, in their order: a later one wins where it knows something. */
export function mergeFacts(answers: readonly Partial<ContainerFacts>[]): ContainerFacts {
  let facts = NO_FACTS;
  for (const answer of answers) facts = overlayFacts(facts, answer);
  return facts;
}

/** Lays what is known in `over` on `facts`. What is empty in it does not hide what was known. */
export function overlayFacts(facts: ContainerFacts, over: Partial<ContainerFacts>): ContainerFacts {
  return { ...facts, ...onlyKnown(over), flags: facts.flags | (over.flags ?? 0) };
}

/** Whether two say the same. */
export function sameFacts(one: ContainerFacts, other: ContainerFacts): boolean {
  return Object.entries(one).every(([key, value]) => same(value, other[key as keyof ContainerFacts]));
}

/**
 * Labels of a container as records carry them: its own, then those of its pod with other names. Both are `key=value`.
 */
export function allLabels({ labels, podLabels }: ContainerFacts): readonly string[] {
  if (podLabels.length === 0) return labels;
  const own = new Set(labels.map(keyOf));
  return [...labels, ...podLabels.filter((label) => !own.has(keyOf(label)))];
}

const keyOf = (label: string) => label.slice(0, Math.max(0, label.indexOf('=')));

const isUnknown = (value: unknown) =>
  value === undefined || value === '' || value === 0n || value === 0 || (Array.isArray(value) && value.length === 0);

function onlyKnown(facts: Partial<ContainerFacts>): Partial<ContainerFacts> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => !isUnknown(value)));
}

function same(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((each, i) => each === other[i]);
}
