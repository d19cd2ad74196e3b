import { setImmediate } from 'node:timers/promises';

/** Lets the event loop run: events are drained and acks read before long work goes on. */
export const letOthersRun = (): Promise<void> => setImmediate();
