import type { StartHost } from '../../detection/detectors/runtime-contract.ts';
import { startDetectorHost } from '../../detection/host/pool/start-detector-host.ts';

export type Say = (level: 'info' | 'warn', message: string, fields: Record<string, string>) => void;

/** Starts host processes that speak to a log somewhere else. */
export const startHostWith =
  (say: Say): StartHost =>
  (options) =>
    startDetectorHost({
      ...options,
      log: {
        info: (message, fields = {}) => say('info', message, texts(fields)),
        warn: (message, fields = {}) => say('warn', message, texts(fields)),
      },
    });

const texts = (fields: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
