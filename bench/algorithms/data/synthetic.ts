import { normal, poisson, randomFrom } from '../random.ts';
import type { Dataset, Sample, Split } from '../sample.ts';
import { traceWindow } from './count-window.ts';

/** Shapes of what is planted. */
export const SHAPES = ['spike', 'new call', 'changed mix', 'rare order', 'slow drift', 'out of place'] as const;
type Shape = (typeof SHAPES)[number];

const RUNS = { train: 12, calibration: 4, test: 6 };
const WINDOWS = { full: 120, quick: 60 };
const CALLS_PER_WINDOW = 240;
/** Calls that the made workload has; all above are new. */
const CALLS = 24;
const NEW_CALL = 400;
const IDLE_SHARE = 0.3;
/** Work in idle hours, of that in busy ones. */
const IDLE = 0.1;

/**
 * Made windows of a made service: a chain of calls (each call prefers a few that follow it), an idle stretch and a busy one, and
 * six shapes of anomalies planted into the last runs. Says what an algorithm can see at all, not how good it is in life.
 */
export function synthetic(quick: boolean): Dataset {
  const windows = quick ? WINDOWS.quick : WINDOWS.full;
  return {
    name: 'made windows',
    notes: [`${RUNS.train + RUNS.calibration + RUNS.test} runs of ${windows} windows; planted: ${SHAPES.join(', ')}`],
    sequences: true,
    split: (seed) => splitOf(seed, windows),
  };
}

function splitOf(seed: number, windows: number): Split {
  const chain = new CallChain(randomFrom(seed));
  const part = (name: string, runs: number) =>
    Array.from({ length: runs }, (_, run) =>
      runOf(chain, `${name} ${run}`, windows, randomFrom(seed * 1000 + run + name.length * 100)),
    ).flat();
  const attacks = SHAPES.flatMap((shape, at) =>
    planted(chain, shape, Math.floor(windows / 10), randomFrom(seed * 77 + at)),
  );
  return {
    train: part('train', RUNS.train),
    calibration: part('calibration', RUNS.calibration),
    test: [...part('test', RUNS.test), ...attacks],
  };
}

function runOf(chain: CallChain, run: string, windows: number, random: () => number): Sample[] {
  return Array.from({ length: windows }, (_, at) =>
    sampleOf(run, undefined, chain.calls(random, paceAt(at, windows, random)), at),
  );
}

/** First an idle stretch, then a busy one. */
function paceAt(at: number, windows: number, random: () => number): number {
  return (at < windows * IDLE_SHARE ? IDLE : 1) * wobble(random);
}

const wobble = (random: () => number) => Math.exp(0.15 * normal(random));

function planted(chain: CallChain, shape: Shape, count: number, random: () => number): Sample[] {
  return Array.from({ length: count }, (_, at) =>
    sampleOf(`planted ${shape} ${at}`, shape, anomaly(chain, shape, at / count, random), at),
  );
}

function anomaly(chain: CallChain, shape: Shape, progress: number, random: () => number): Uint16Array {
  const busy = () => chain.calls(random, wobble(random));
  switch (shape) {
    case 'spike':
      return chain.calls(random, 8 * wobble(random));
    case 'new call':
      return inserted(
        busy(),
        Array.from({ length: 1 + poisson(random, 2) }, () => NEW_CALL),
        random,
      );
    case 'changed mix':
      return busy().map((call) => (random() < 0.4 ? (call * 7 + 5) % CALLS : call));
    case 'rare order':
      return reversedPieces(busy(), random);
    case 'slow drift':
      return chain.calls(random, 1 + 3 * progress);
    case 'out of place':
      // An idle amount, with a stretch of busy work in the wrong direction: no single count is unusual.
      return inserted(
        chain.calls(random, IDLE * wobble(random)),
        Array.from(chain.calls(random, 0.03)).reverse(),
        random,
      );
  }
}

function inserted(calls: Uint16Array, extra: readonly number[], random: () => number): Uint16Array {
  const list = [...calls];
  for (const call of extra) list.splice(Math.floor(random() * list.length), 0, call);
  return Uint16Array.from(list);
}

/** The same calls as often, pieces of eight back to front. */
function reversedPieces(calls: Uint16Array, random: () => number): Uint16Array {
  const pieces = Array.from({ length: Math.ceil(calls.length / 8) }, (_, at) => [
    ...calls.subarray(at * 8, at * 8 + 8),
  ]);
  return Uint16Array.from(pieces.flatMap((piece) => (random() < 0.5 ? piece.reverse() : piece)));
}

function sampleOf(run: string, attack: string | undefined, sequence: Uint16Array, at: number): Sample {
  const window = traceWindow(sequence);
  return {
    run,
    workload: 'service',
    attack,
    sequence,
    window: { ...window, from: at * 10_000, to: (at + 1) * 10_000 },
  };
}

/** A chain in which each call prefers three others. */
class CallChain {
  readonly #preferred: readonly (readonly number[])[];

  constructor(random: () => number) {
    this.#preferred = Array.from({ length: CALLS }, () =>
      Array.from({ length: 3 }, () => Math.floor(random() ** 2 * CALLS)),
    );
  }

  /** A window of calls, so many times the usual amount. */
  calls(random: () => number, pace: number): Uint16Array {
    let call = 0;
    return Uint16Array.from({ length: Math.max(8, poisson(random, CALLS_PER_WINDOW * pace)) }, () => {
      call = random() < 0.03 ? Math.floor(random() * CALLS) : (this.#preferred[call]?.[Math.floor(random() * 3)] ?? 0);
      return call;
    });
  }
}
