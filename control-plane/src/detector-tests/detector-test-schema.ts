import { DETECTOR_SEVERITIES, DetectorConfig } from '@picket/sdk/client';
import { z } from 'zod';
import {
  eventTestEntries,
  HAS_EVENTS,
  HAS_EXPECTATION,
  hasEvents,
  hasExpectation,
  TestContainers,
} from '../rule-tests/event-test-schema.ts';

const Name = z.string().min(1);
const Scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A finding that has to come. Every key that is given must fit. */
const Expectation = z
  .strictObject({
    title: Name.optional(),
    severity: z.enum(DETECTOR_SEVERITIES).optional(),
    /** Text that the message has in it. */
    message: z.string().optional(),
    group: z.string().optional(),
    /** Name of the container under `containers`; null for none. */
    container: Name.nullable().optional(),
    /** Kind of the event that caused it; null for none, as in a tick. */
    event: Name.nullable().optional(),
    fields: z.record(Name, Scalar.nullable()).optional(),
    /** How many findings fit; at least one when left out. */
    count: z.number().int().min(1).optional(),
  })
  .refine(({ title, message }) => title !== undefined || message !== undefined, {
    message: 'an expected finding has a title or a message',
  });
export type Expectation = z.infer<typeof Expectation>;

const DetectorTestEntry = z
  .strictObject({
    ...eventTestEntries(Expectation),
    config: DetectorConfig.optional(),
  })
  .refine(hasEvents, HAS_EVENTS)
  .refine(hasExpectation, HAS_EXPECTATION);

/** A whole file; what stands beside `tests` holds for each of them. */
export const DetectorTestFile = z.strictObject({
  config: DetectorConfig.optional(),
  containers: TestContainers.optional(),
  tests: z.array(DetectorTestEntry).min(1),
});
