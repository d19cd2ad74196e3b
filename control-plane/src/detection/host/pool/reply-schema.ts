import { z } from 'zod';
import type { FaultCode } from '../instance/detector-fault.ts';

const count = z.int().min(0).max(0xffffffff);
/** Characters of a text, and entries of a list, in an answer. */
export const MOST_TEXT = 65_536;
export const MOST_ENTRIES = 1024;
const text = z.string().max(MOST_TEXT);

const finding = z.strictObject({
  title: text,
  severity: z.int().min(0).max(7),
  message: text,
  event: count.optional(),
  slot: z.int().min(0).max(0xffff),
  groupKey: text,
  fields: z.array(z.tuple([text, text])).max(MOST_ENTRIES),
});

/** What a host process may say of a call. It runs code that nobody has vouched for, so nothing of it is believed unseen. */
export const Reply = z.strictObject({
  findings: z.array(finding).max(MOST_ENTRIES),
  logs: z.array(z.strictObject({ level: z.int().min(0).max(3), message: text })).max(MOST_ENTRIES),
  proposals: z.array(z.strictObject({ action: text, target: text, reason: text })).max(MOST_ENTRIES),
  droppedFindings: count,
  droppedLogs: count,
  droppedProposals: count,
  cut: count,
  refusedState: count,
  error: text.optional(),
  fuel: z.string().regex(/^-?\d{1,20}$/),
  ns: z.number().min(0).max(Number.MAX_SAFE_INTEGER),
  memoryBytes: z
    .int()
    .min(0)
    .max(2 ** 32),
});
export type Reply = z.infer<typeof Reply>;

const CODES = [
  'DETECTOR_LINK',
  'DETECTOR_ABI',
  'DETECTOR_BOUNDS',
  'DETECTOR_TEXT',
  'DETECTOR_FINDING',
  'DETECTOR_TRAP',
  'DETECTOR_STACK',
  'DETECTOR_FUEL',
  'DETECTOR_HOST',
  'DETECTOR_DEADLINE',
  'DETECTOR_MEMORY',
  'DETECTOR_SNAPSHOT',
  'DETECTOR_CAPABILITY',
  'DETECTOR_DEAD',
] as const satisfies readonly FaultCode[];

export const Fault = z.strictObject({
  code: z.enum(CODES),
  message: z
    .string()
    .max(MOST_TEXT)
    .transform((all) => all.slice(0, 2000)),
});
