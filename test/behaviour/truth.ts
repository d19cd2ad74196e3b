import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const span = z.object({
  id: z.string(),
  title: z.string(),
  technique: z.string(),
  /** How the intruder acted, see `Entry`. */
  entry: z.enum(['service', 'exec', 'supply']),
  /** Whether the list of shipped detections names the behaviour. */
  listed: z.boolean(),
  /** Whether it was written when models were finished. */
  heldOut: z.boolean().default(false),
  /** Names of containers in which it has to be found. */
  shows: z.array(z.string()),
  /** Names of others that did unusual things because of it. */
  touches: z.array(z.string()),
  /** CLOCK_BOOTTIME in ms. */
  from: z.number(),
  to: z.number(),
  /** Whether the act had its effect; one that had none is no attack to be found. */
  done: z.boolean(),
  /** Why it had none. */
  why: z.string(),
});

const truth = z.object({
  attacks: z.array(span),
});

/** When an attack took place and where it has to show. */
export type AttackSpan = z.infer<typeof span>;
export type Truth = z.infer<typeof truth>;

export function writeTruth(file: string, value: Truth): void {
  writeFileSync(file, `${JSON.stringify(value, null, 1)}\n`);
}

/** @throws ZodError when the file is none of `writeTruth` */
export const readTruth = (file: string): Truth => truth.parse(JSON.parse(readFileSync(file, 'utf8')));
