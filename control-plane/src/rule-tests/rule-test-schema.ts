import { PRIORITIES } from '@picket/sdk';
import { z } from 'zod';
import {
  eventTestEntries,
  HAS_EVENTS,
  HAS_EXPECTATION,
  hasEvents,
  hasExpectation,
  TestContainers,
} from './event-test-schema.ts';

const Name = z.string().min(1);
const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const Value = z.union([z.string(), z.number()]);

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

const RuleTestEntry = z
  .strictObject({
    ...eventTestEntries(Expectation),
    rules: z.array(Name).min(1).optional(),
    enable: z.array(Name).optional(),
    /** Values that profiles of workloads hold, one text or one for each field of `group_by`. */
    profile: z.array(z.union([Value, z.array(Value)])).optional(),
  })
  .refine(hasEvents, HAS_EVENTS)
  .refine(hasExpectation, HAS_EXPECTATION);
export type RuleTestEntry = z.infer<typeof RuleTestEntry>;

/** A whole file; what stands beside `tests` holds for each of them. */
export const RuleTestFile = z.strictObject({
  rules: z.array(Name).min(1).optional(),
  enable: z.array(Name).optional(),
  containers: TestContainers.optional(),
  tests: z.array(RuleTestEntry).min(1),
});
export type RuleTestFile = z.infer<typeof RuleTestFile>;
