import { DETECTOR_SEVERITIES, DetectorConfig } from '@picket/sdk/client';
import { z } from 'zod';

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

/** Containers by the name that events call them. What is in them is checked against the event table. */
const Containers = z.record(Name, z.record(Name, z.unknown()).nullable());

const DetectorTestEntry = z
  .strictObject({
    name: Name,
    config: DetectorConfig.optional(),
    containers: Containers.optional(),
    capture: Name.optional(),
    events: z.array(z.record(Name, z.unknown())).min(1).optional(),
    expect: z
      .array(z.union([Name, Expectation]))
      .min(1)
      .optional(),
    expect_none: z.union([z.literal(true), z.array(Name).min(1)]).optional(),
  })
  .refine(({ capture, events }) => (capture === undefined) !== (events === undefined), {
    message: 'a test has either events or a capture',
  })
  .refine((test) => test.expect !== undefined || test.expect_none !== undefined, {
    message: 'a test says what it expects: expect or expect_none',
  });

/** A whole file; what stands beside `tests` holds for each of them. */
export const DetectorTestFile = z.strictObject({
  config: DetectorConfig.optional(),
  containers: Containers.optional(),
  tests: z.array(DetectorTestEntry).min(1),
});
