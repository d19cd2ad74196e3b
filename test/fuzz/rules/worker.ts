import { parentPort, workerData } from 'node:worker_threads';
import { readCorpus } from './corpus.ts';
import { RuleFuzzer } from './fuzz-rules.ts';

/** Chunk of cases to run, or nothing more to do. */
export interface WorkerTask {
  readonly from: number;
  readonly to: number;
}

// most cases end in an error; where it came from is told when the case is run alone
Error.stackTraceLimit = 0;
const { seed } = workerData as { seed: number };
const fuzzer = new RuleFuzzer(seed, readCorpus(), (failure) => parentPort?.postMessage({ failure }));
parentPort?.on('message', ({ from, to }: WorkerTask) => {
  fuzzer.run(from, to);
  parentPort?.postMessage({ done: fuzzer.counts });
});
