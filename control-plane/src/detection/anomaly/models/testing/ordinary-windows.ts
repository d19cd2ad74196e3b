import type { FeatureWindow, WindowSeconds } from '../../features/feature-window.ts';
import { makeWindow, type WindowFacts } from '../../testing/make-window.ts';
import type { TrainingWindow } from '../part-set.ts';
import { Random } from '../random.ts';

const READ = 0;
const WRITE = 1;
const CLOSE = 3;
const FSTAT = 5;
const OPENAT = 257;
const EPOLL_WAIT = 232;

/** What an ordinary server does in a window, a little different each time, from one source of chance. */
export function ordinaryFacts(
  random: Random,
  seconds: WindowSeconds = 10,
): Required<Pick<WindowFacts, 'scalars' | 'syscalls' | 'bigrams' | 'tokens'>> {
  const load = (seconds / 10) * (5 + random.below(20));
  const health = random.below(3) === 0;
  return {
    scalars: {
      ...{ opens: 3 * load, connects: load, accepts: load, net_sent: 5000 * load + random.below(20_000) },
      ...{ net_received: 800 * load, cpu: 0.002 * load, memory: 40e6 + random.below(4e6), execs: health ? 2 : 0 },
    },
    syscalls: {
      [READ]: 8 * load,
      [WRITE]: 6 * load,
      [CLOSE]: 4 * load,
      [OPENAT]: 3 * load,
      [FSTAT]: 3 * load,
      [EPOLL_WAIT]: 5 * load,
    },
    bigrams: [
      ...([
        [OPENAT, FSTAT, 3 * load],
        [FSTAT, READ, 3 * load],
        [READ, CLOSE, 4 * load],
      ] as const),
      ...([
        [CLOSE, EPOLL_WAIT, 4 * load],
        [EPOLL_WAIT, READ, 5 * load],
        [READ, WRITE, 4 * load],
      ] as const),
      ...([[WRITE, EPOLL_WAIT, 4 * load]] as const),
    ],
    tokens: {
      'r:/srv/www/*': 3 * load,
      'c:db.internal:5432': load,
      'w:/var/log/app.log': load,
      's:read': 8 * load,
      ...(health ? { 'x:/usr/bin/curl': 1, 'l:/usr/bin/node > /usr/bin/curl': 1, 'a:curl -fsS': 1 } : {}),
    },
  };
}

/** Windows of several containers, one behind the other. */
export function ordinaryWindows(options: {
  seed: number;
  runs: number;
  perRun: number;
  seconds?: WindowSeconds;
}): TrainingWindow[] {
  const { seed, runs, perRun, seconds = 10 } = options;
  const random = new Random(seed);
  return Array.from({ length: runs * perRun }, (_, at) => ({
    run: Math.floor(at / perRun),
    window: makeWindow({ ...ordinaryFacts(random, seconds), seconds, from: at * seconds * 1000 }),
  }));
}

/** Something strange in an otherwise ordinary window. */
export interface Planted {
  readonly window: FeatureWindow;
  /** What an explanation has to name. */
  readonly named: RegExp;
}

/** Ordinary windows with one strange thing each. */
export function plantedWindows(seed: number, count: number, seconds: WindowSeconds = 10): Planted[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, at) => {
    const facts = ordinaryFacts(random, seconds);
    const { scalars, syscalls, tokens, bigrams } = facts;
    const plants: readonly [facts: WindowFacts, named: RegExp][] = [
      [{ ...facts, scalars: { ...scalars, net_sent: 300e6 } }, /bytes sent/],
      [{ ...facts, scalars: { ...scalars, opens_denied: 40 } }, /may not open/],
      [{ ...facts, tokens: { ...tokens, 'c:10.0.3.7:4444': 1 } }, /peer.*10\.0\.3\.7:4444/],
      [{ ...facts, tokens: { ...tokens, 'x:/tmp/miner': 1 } }, /program.*\/tmp\/miner/],
      [{ ...facts, syscalls: { ...syscalls, 101: 1 } }, /ptrace/],
      [{ ...facts, bigrams: [...bigrams, [EPOLL_WAIT, OPENAT, 3]] }, /epoll_wait -> openat/],
      [{ ...facts, syscalls: { ...syscalls, [OPENAT]: 9000 } }, /openat/],
    ];
    const [planted, named] = plants[at % plants.length] ?? [facts, /./];
    return { window: makeWindow({ ...planted, seconds, from: at * seconds * 1000 }), named };
  });
}
