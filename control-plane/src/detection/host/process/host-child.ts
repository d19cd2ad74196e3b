import type { HostSettings } from './messages.ts';
import { WatchedWorker } from './watched-worker.ts';
import { WorkerStatus } from './worker-status.ts';

/**
 * The process that runs detectors. Its workers read requests and write answers themselves, each on its own descriptor;
 * this thread looks after them, ends one whose guest does not come back, and goes when the control plane does.
 */
const LOOK_EVERY_MS = 20;

// Whoever stops a service often signals all its processes at once; the control plane still needs its detectors then.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

const settings = JSON.parse(process.argv[2] ?? '') as HostSettings;
const statuses = settings.channels.map(() => new SharedArrayBuffer(WorkerStatus.BYTES));
const workers = settings.channels.map((fd, index) => new WatchedWorker({ ...settings, fd, index, statuses }));
setInterval(() => {
  for (const worker of workers) worker.look();
}, LOOK_EVERY_MS);
