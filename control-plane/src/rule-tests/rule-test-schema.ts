import { PRIORITIES } from '@picket/sdk';
import { z } from 'zod';

const Name = z.string().min(1);
const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** An alert that has to come. */
const Expectation = z.strictObject({
  rule: Name,
  /** Events that the alerts stand for together; any number when left out. */
  count: z.number().int().min(1).optional(),
  /** Alerts, equal findings within a minute being one; at least one when left out. */
  alerts: z.number().int().min(1).optional(),
  priority: z.enum(PRIORITIES).optional(),
  /** Text that the output has in it. */
  output: z.string().optional(),
  /** Values of fields of the rule language, whether the output shows them or not. */
  fields: z.record(Name, Scalar).optional(),
});
export type Expectation = z.infer<typeof Expectation>;

/** Containers by the name that events call them. What is in them is checked against the event table. */
const Containers = z.record(Name, z.record(Name, z.unknown()).nullable());

const RuleTestEntry = z
  .strictObject({
    name: Name,
    rules: z.array(Name).min(1).optional(),
    enable: z.array(Name).optional(),
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
export type RuleTestEntry = z.infer<typeof RuleTestEntry>;

/** A whole file; what stands beside `tests` holds for each of them. */
export const RuleTestFile = z.strictObject({
  rules: z.array(Name).min(1).optional(),
  enable: z.array(Name).optional(),
  containers: Containers.optional(),
  tests: z.array(RuleTestEntry).min(1),
});
export type RuleTestFile = z.infer<typeof RuleTestFile>;
