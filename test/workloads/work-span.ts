import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const FILE = 'work.json';
const span = z.object({
  /** When the work ended, CLOCK_BOOTTIME in ms. What comes behind it is the end of all shops at once: nobody's ordinary work. */
  to: z.number(),
});

/** How much of a recording is ordinary work. */
export type WorkSpan = z.infer<typeof span>;

export const writeWork = (folder: string, work: WorkSpan): void =>
  writeFileSync(join(folder, FILE), `${JSON.stringify(work)}\n`);

/** Undefined for a recording that still goes on. @throws ZodError when the file is none of `writeWork` */
export function readWork(folder: string): WorkSpan | undefined {
  const file = join(folder, FILE);
  return existsSync(file) ? span.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
}

/** CLOCK_BOOTTIME in ms, as events have it. */
export const bootMs = (): number => Math.round(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000);
