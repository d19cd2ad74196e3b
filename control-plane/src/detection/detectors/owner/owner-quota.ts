import type { OwnerQuota } from '../runtime-contract.ts';

export const DEFAULT_QUOTA: OwnerQuota = {
  detectors: 64,
  memoryBytes: 1 << 30,
  fuelPerSecond: 2_000_000_000,
  findingsPerMinute: 6000,
};
