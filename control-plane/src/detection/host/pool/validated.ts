import { z } from 'zod';
import { DetectorRefused, type RefusalCode } from '../guard/detector-refused.ts';
import { DetectorFault } from '../instance/detector-fault.ts';
import { FrameError } from '../process/frame.ts';
import { Fault, Reply } from './reply-schema.ts';

const name = z.string().max(300);

/** What a validator says of a file that it takes. */
export const Validated = z.strictObject({
  encoding: z.enum(['utf8', 'utf16']),
  imports: z.array(name).max(100),
  exports: z.array(name).max(100),
  memory: z.strictObject({ min: z.int().min(0).max(65_536), max: z.int().min(0).max(65_536) }),
  smoke: z.array(Reply).max(2),
});

const CODES = [
  'DETECTOR_MALFORMED',
  'DETECTOR_TOO_LARGE',
  'DETECTOR_FEATURE',
  'DETECTOR_IMPORT',
  'DETECTOR_CAPABILITY',
  'DETECTOR_EXPORT',
  'DETECTOR_INVALID',
  'DETECTOR_COMPONENT',
  'DETECTOR_WORLD',
] as const satisfies readonly RefusalCode[];

const Refusal = z.strictObject({
  code: z.enum(CODES),
  message: z
    .string()
    .max(65_536)
    .transform((all) => all.slice(0, 2000)),
  offset: z
    .int()
    .min(0)
    .max(2 ** 32),
});

/**
 * The refusal of a file, or the fault of the detector in it.
 * @throws FrameError
 */
export function refusalOf(json: unknown): DetectorRefused | DetectorFault {
  const refusal = Refusal.safeParse(json);
  if (refusal.success) return new DetectorRefused(refusal.data.code, refusal.data.offset, refusal.data.message);
  const fault = Fault.safeParse(json);
  if (fault.success) return new DetectorFault(fault.data.code, fault.data.message);
  throw new FrameError('a refusal of another form');
}
