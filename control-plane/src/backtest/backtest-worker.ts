import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, PicketError } from '@picket/sdk';
import type { BacktestJob, WorkerMessage } from './run/backtest-job.ts';
import { runBacktest } from './run/run-backtest.ts';
import { startHostWith } from './run/start-host.ts';

// A thread of its own for one backtest: what is unpacked, walked and evaluated here holds up nobody.

const say = (message: WorkerMessage) => parentPort?.postMessage(message);
const stop = new AbortController();
parentPort?.on('message', () => stop.abort(new PicketError('CANCELLED', 'the backtest was cancelled')));

try {
  const outcome = await runBacktest(workerData as BacktestJob, {
    signal: stop.signal,
    onProgress: (progress) => say({ type: 'progress', progress }),
    startHost: startHostWith((level, message, fields) => say({ type: 'log', level, message, fields })),
  });
  say({ type: 'done', outcome });
} catch (error) {
  const code = error instanceof PicketError ? error.code : 'INTERNAL';
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  if (code === 'INTERNAL') say({ type: 'log', level: 'warn', message: 'a backtest failed', fields: { stack } });
  say({ type: 'failed', code, message: messageOf(error) });
}
parentPort?.close();
