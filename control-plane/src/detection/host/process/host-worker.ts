import { workerData } from 'node:worker_threads';
import { BlockingChannel } from './blocking-channel.ts';
import { boundedCalls } from './bounded-call.ts';
import { InstanceRunner } from './instance-runner.ts';
import { RequestParts } from './request-parts.ts';
import { WorkerStatus } from './worker-status.ts';

/** What a worker is started with. */
export interface WorkerStart {
  readonly fd: number;
  /** Status of each worker of the process, and which is its own. */
  readonly statuses: readonly SharedArrayBuffer[];
  readonly index: number;
  readonly memoryBytes: number;
  readonly callTimeout: boolean;
}

/** A thread that answers the requests of one channel, one after the other, until the channel closes. */
const { fd, statuses, index, memoryBytes, callTimeout } = workerData as WorkerStart;
const channel = new BlockingChannel(fd);
const requests = new RequestParts(channel);
const runner = new InstanceRunner({
  statuses: statuses.map((shared) => new WorkerStatus(shared)),
  index,
  memoryBytes,
  bounded: boundedCalls(callTimeout),
});
for (let head = channel.next(); head; head = channel.next()) {
  const request = requests.read(head);
  if (!request) break;
  channel.write(runner.answer(head, request));
}
