import { z } from 'zod';

const Name = z.string().min(1);

/** Containers by the name that events call them. What is in them is checked against the event table. */
export const TestContainers = z.record(Name, z.record(Name, z.unknown()).nullable());

/** What every test over events has, of a rule or of a detector: the events, and what must come of them or must not. */
export const eventTestEntries = <T extends z.ZodType>(expectation: T) => ({
  name: Name,
  containers: TestContainers.optional(),
  capture: Name.optional(),
  events: z.array(z.record(Name, z.unknown())).min(1).optional(),
  expect: z
    .array(z.union([Name, expectation]))
    .min(1)
    .optional(),
  expect_none: z.union([z.literal(true), z.array(Name).min(1)]).optional(),
});

/** For `refine`, with what it says. */
export const hasEvents = ({ capture, events }: { readonly capture?: unknown; readonly events?: unknown }): boolean =>
  (capture === undefined) !== (events === undefined);
export const HAS_EVENTS = { message: 'a test has either events or a capture' };

export const hasExpectation = (test: { readonly expect?: unknown; readonly expect_none?: unknown }): boolean =>
  test.expect !== undefined || test.expect_none !== undefined;
export const HAS_EXPECTATION = { message: 'a test says what it expects: expect or expect_none' };
