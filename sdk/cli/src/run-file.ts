import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@picket/sdk';
import { z } from 'zod';
import { CliError } from './errors.ts';

/** What `npm start` writes to run/picket.json while it runs. */
const RunFile = z.object({ api: z.url(), nats: z.url(), pid: z.number().int() });
export type RunFile = z.infer<typeof RunFile>;

/**
 * @param data data folder of a Picket on this machine
 * @returns undefined when none runs on it
 * @throws CliError FILE_UNREADABLE when the file holds something else
 */
export function readRunFile(data: string): RunFile | undefined {
  const file = join(data, 'run/picket.json');
  if (!existsSync(file)) return undefined;
  try {
    const run = RunFile.parse(JSON.parse(readFileSync(file, 'utf8')));
    // One that was killed leaves its file behind.
    return existsSync(`/proc/${run.pid}`) ? run : undefined;
  } catch (cause) {
    throw new CliError('FILE_UNREADABLE', `${file} can not be read: ${messageOf(cause)}; start Picket again`, {
      cause,
    });
  }
}
