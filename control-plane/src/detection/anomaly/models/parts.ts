/**
 * The parts of a bundle, by index of what `ModelBundle.parts` gives. Each is a raw score: higher is stranger, NaN
 * abstains; what a value means is a matter of calibration, for windows of 10 s and of 60 s apart.
 */
export const PARTS = [
  /** Amounts far from usual: scalars and counts of system calls. */
  'amounts',
  /** Rare and first seen tokens. */
  'tokens',
  /** Rare and first seen system calls. */
  'calls',
  /** System calls in an order that is rare. */
  'order',
  /** Isolation forest over summaries of the other parts. */
  'forest',
] as const;

export type Part = (typeof PARTS)[number];
