import { classOf, type TokenStat } from './token-stat.ts';

/** How often something new of one class came, while the workload was being learned. */
export interface NewTokens {
  /** Windows in which something new came although the workload was known for a while. */
  readonly events: number;
  /** Windows of 10 s that were watched for it. */
  readonly windows: number;
}

/** What ordinary containers do as far as a class goes: some never do anything new, others all the time. */
interface Habit {
  readonly share: number;
  /** Gamma distribution of the rate of new tokens: events in so many windows. */
  readonly events: number;
  readonly windows: number;
}

const WINDOWS_A_DAY = 8640;
const FEW = 0.5;

/**
 * What is assumed before anything is seen: nine workloads of ten do something new every few days, the others often. Two
 * habits and not one, so that a few new tokens are enough to tell a workload of the busy sort.
 */
const habits = (calmDays: number): readonly Habit[] => [
  { share: 0.9, events: FEW, windows: calmDays * WINDOWS_A_DAY },
  { share: 0.1, events: FEW, windows: 10 },
];

/**
 * Chance that an ordinary window of 10 s has a new token of a class, by what was seen: the posterior mean over both habits
 * (a mixture of two gamma-Poisson models).
 * @param calmDays half of the days from one new token to the next in a calm workload
 */
export function newTokenChance({ events, windows }: NewTokens, calmDays: number): number {
  const parts = habits(calmDays).map(({ share, events: a, windows: b }) => ({
    evidence: Math.log(share) + logGamma(a + events) + a * Math.log(b) - (a + events) * Math.log(b + windows),
    rate: (a + events) / (b + windows),
  }));
  const most = Math.max(...parts.map(({ evidence }) => evidence));
  let sum = 0;
  let rate = 0;
  for (const part of parts) {
    const weight = Math.exp(part.evidence - most);
    sum += weight;
    rate += weight * part.rate;
  }
  return Math.min(1, rate / sum);
}

export interface Observed {
  /** Windows of 10 s. */
  readonly windows: number;
  readonly runs: number;
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
}

/** From so many containers on, what only one of them did says how much a further one will do. */
const ENOUGH_RUNS = 3;

/**
 * New tokens of each class after the beginning: those of the later half of the learning time (tokens that came at the same
 * time are one event), and after Good and Turing those that one container alone had, where there are several containers.
 * The larger of both.
 * @param tokens without those that wildcards cover: they would not be new
 */
export function countNewTokens(tokens: Iterable<TokenStat>, observed: Observed): Map<string, NewTokens> {
  const middle = observed.from + (observed.to - observed.from) / 2;
  const late = new Map<string, Set<number>>();
  const alone = new Map<string, Set<number>>();
  for (const { token, firstSeen, runs } of tokens) {
    const tick = Math.floor(firstSeen / 10_000);
    if (firstSeen > middle) add(late, classOf(token), tick);
    if (runs === 1) add(alone, classOf(token), tick);
  }
  const isMany = observed.runs >= ENOUGH_RUNS;
  const rates = new Map<string, NewTokens>();
  for (const letter of new Set([...late.keys(), ...(isMany ? alone.keys() : [])])) {
    const half = { events: late.get(letter)?.size ?? 0, windows: observed.windows / 2 };
    const whole = { events: isMany ? (alone.get(letter)?.size ?? 0) : 0, windows: observed.windows };
    rates.set(letter, half.events * whole.windows >= whole.events * half.windows ? half : whole);
  }
  return rates;
}

function add(sets: Map<string, Set<number>>, letter: string, tick: number): void {
  const set = sets.get(letter);
  if (set) set.add(tick);
  else sets.set(letter, new Set([tick]));
}

/** log of the gamma function, Stirling's series after a shift; x > 0. */
function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  while (y < 7) shift -= Math.log(y++);
  const inverse = 1 / (y * y);
  return (
    shift +
    (y - 0.5) * Math.log(y) -
    y +
    0.5 * Math.log(2 * Math.PI) +
    (1 / 12 - inverse * (1 / 360 - inverse / 1260)) / y
  );
}
