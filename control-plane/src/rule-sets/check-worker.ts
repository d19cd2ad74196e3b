import { parentPort, workerData } from 'node:worker_threads';
import type { CheckRequest } from './check-rules.ts';
import { checkRules } from './check-rules.ts';

parentPort?.postMessage(checkRules(workerData as CheckRequest));
