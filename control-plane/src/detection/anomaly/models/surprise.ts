/** Nats of a deviation of z standard deviations: those of a normal distribution at first, further out one each. */
export const surprise = (z: number): number =>
  Math.min(40, z < 4 ? 0.5 * z * z + Math.log(1 + z) : 8 + Math.log(1 + z) + (z - 4));
