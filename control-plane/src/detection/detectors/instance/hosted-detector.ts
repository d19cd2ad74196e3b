import type { HostedDetector } from '../../host/pool/host-contract.ts';
import type { LiveDetector } from '../live-detector.ts';

/** What a host has to know of a detector. */
export const hostedDetector = (detector: LiveDetector, key: string): HostedDetector => ({
  key,
  module: detector.module,
  hash: detector.hash,
  encoding: detector.encoding,
  config: detector.config,
  capabilities: detector.capabilities,
  limits: { fuel: detector.limits.fuel },
  deadlineMs: detector.limits.deadlineMs,
  stateBytes: detector.limits.stateBytes,
});

/** Whether an instance can go on as it is when its detector becomes another: what it was made of is the same. */
export const goesOn = (old: LiveDetector, next: LiveDetector): boolean =>
  old.hash === next.hash &&
  old.owner === next.owner &&
  old.encoding === next.encoding &&
  old.config === next.config &&
  old.tickSeconds === next.tickSeconds &&
  old.limits.fuel === next.limits.fuel &&
  old.limits.deadlineMs === next.limits.deadlineMs &&
  old.limits.stateBytes === next.limits.stateBytes &&
  old.limits.memoryPages === next.limits.memoryPages &&
  old.limits.findingsPerMinute === next.limits.findingsPerMinute &&
  old.capabilities.length === next.capabilities.length &&
  old.capabilities.every((capability) => next.capabilities.includes(capability));

/** Whether the next sees all that the old one saw: else nothing that the old one has kept or said is for it. */
export const seesAllOf = (next: LiveDetector, old: LiveDetector): boolean =>
  next.scope === null || (old.scope?.every((namespace) => next.scope?.includes(namespace)) ?? false);
