import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { readCorpus } from './corpus.ts';
import { type Failure, type FuzzCounts, RuleFuzzer } from './fuzz-rules.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  /** Only this case. */
  readonly only: number | undefined;
}

const CHUNK = 1024;
/** A chunk takes a second or so; one that takes this long hangs. */
const HANG_MS = 300_000;
const MOST_SHOWN = 20;

/**
 * Fuzzes the rule language on all processors.
 * @returns whether nothing was found
 */
export async function fuzzRules({ seed, count, only }: FuzzOptions, print: (line: string) => void): Promise<boolean> {
  const failures: Failure[] = [];
  const found = (failure: Failure) => {
    failures.push(failure);
    if (failures.length <= MOST_SHOWN) for (const line of show(failure, seed)) print(line);
  };
  const from = performance.now();
  const counts = only === undefined ? await inParallel(seed, count, found) : runOnly(seed, only, found);
  const seconds = ((performance.now() - from) / 1000).toFixed();
  const { cases, loaded, partly, refused, slowestMs, slowest } = sum(counts);
  print(
    `rules: ${cases} cases of seed ${seed} in ${seconds} s: ${loaded} loaded, ${partly} in part, ${refused} refused`,
  );
  print(`rules: the slowest took ${slowestMs.toFixed(1)} ms of processor time (case ${slowest})`);
  print(`rules: ${failures.length === 0 ? 'nothing found' : `${failures.length} FAILURES`}`);
  return failures.length === 0;
}

function runOnly(seed: number, only: number, found: (failure: Failure) => void): FuzzCounts[] {
  const fuzzer = new RuleFuzzer(seed, readCorpus(), found);
  fuzzer.run(only, only + 1);
  return [fuzzer.counts];
}

/** Hands out chunks to as many workers as there are processors. */
async function inParallel(seed: number, count: number, found: (failure: Failure) => void): Promise<FuzzCounts[]> {
  let next = 0;
  const take = () => {
    if (next >= count) return undefined;
    const from = next;
    next = Math.min(count, from + CHUNK);
    return { from, to: next };
  };
  return Promise.all(Array.from({ length: availableParallelism() }, () => runWorker(seed, take, found)));
}

type Take = () => { readonly from: number; readonly to: number } | undefined;

function runWorker(seed: number, take: Take, found: (failure: Failure) => void): Promise<FuzzCounts> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { seed } });
  let counts: FuzzCounts = { cases: 0, loaded: 0, partly: 0, refused: 0, slowestMs: 0, slowest: -1 };
  let task = take();
  let watch: NodeJS.Timeout | undefined;
  return new Promise((resolve, reject) => {
    const go = () => {
      clearTimeout(watch);
      if (!task) return void worker.terminate().then(() => resolve(counts), reject);
      const { from, to } = task;
      watch = setTimeout(() => {
        reject(new Error(`the cases ${from} to ${to} of seed ${seed} do not end: run them with --case`));
        void worker.terminate();
      }, HANG_MS);
      worker.postMessage(task);
    };
    worker.on('message', ({ failure, done }: { failure?: Failure; done?: FuzzCounts }) => {
      if (failure) found(failure);
      if (!done) return;
      counts = done;
      task = take();
      go();
    });
    worker.on('error', (error) => {
      clearTimeout(watch);
      reject(new Error(`a worker ended in the cases ${task?.from} to ${task?.to} of seed ${seed}`, { cause: error }));
    });
    go();
  });
}

function sum(counts: readonly FuzzCounts[]): FuzzCounts {
  const total = (key: 'cases' | 'loaded' | 'partly' | 'refused') => counts.reduce((all, one) => all + one[key], 0);
  const [first] = counts.toSorted((a, b) => b.slowestMs - a.slowestMs);
  return {
    cases: total('cases'),
    loaded: total('loaded'),
    partly: total('partly'),
    refused: total('refused'),
    slowestMs: first?.slowestMs ?? 0,
    slowest: first?.slowest ?? -1,
  };
}

const LONGEST_SHOWN = 2000;

function show({ index, what, message, text }: Failure, seed: number): string[] {
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}… (${text.length} characters)` : text;
  return [
    `FAIL ${what}: ${message}`,
    `     again: npm run fuzz -- rules --seed ${seed} --case ${index}`,
    `     input: ${JSON.stringify(shown)}`,
  ];
}
