import type { AttackSpan } from '../truth.ts';
import type { Strangest, Told } from './trial.ts';

/** Whether an attack was found. */
export interface Verdict {
  readonly attack: AttackSpan;
  /** What was told in windows that hold some of it and of no other attack, in the order of time. */
  readonly told: readonly Told[];
  /** From its begin to the end of the first window that told of it; undefined when it was missed. */
  readonly seconds: number | undefined;
  /** What the engine held back, by reason. */
  readonly held: ReadonlyMap<string, number>;
  /** Told or not: how far a missed one is from being found. */
  readonly strangest: Strangest;
}

/**
 * What of the findings speaks for an attack.
 * @param all attacks of the recording: a window that holds two of them in one container speaks for neither
 */
export function verdictOf(
  attack: AttackSpan,
  all: readonly AttackSpan[],
  told: readonly Told[],
): Omit<Verdict, 'strangest' | 'held'> {
  const others = all.filter(({ id }) => id !== attack.id);
  const own = told
    .filter((each) => overlaps(each, attack) && attack.shows.includes(each.container))
    .filter((each) => !others.some((other) => overlaps(each, other) && concerns(other, each.container)))
    .toSorted((a, b) => a.to - b.to);
  const [first] = own;
  return { attack, told: own, seconds: first && Math.max(0, (first.to - attack.from) / 1000) };
}

const overlaps = (a: Pick<Told, 'from' | 'to'>, b: Pick<AttackSpan, 'from' | 'to'>): boolean =>
  a.from < b.to && a.to > b.from;

/** Whether an attack makes a container do unusual things. */
export const concerns = ({ shows, touches }: AttackSpan, container: string): boolean =>
  shows.includes(container) || touches.includes(container);
