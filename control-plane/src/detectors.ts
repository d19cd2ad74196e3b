/**
 * The door for what builds and runs detectors without a server: the command, the tests of the shipped detectors. Pure:
 * no bus, no store.
 */
export { takeArtifact } from './detection/host/artifact/take-artifact.ts';
export type { Sources } from './detection/host/compile/check-sources.ts';
export { CompileFailed } from './detection/host/compile/compile-failed.ts';
export { DetectorCompiler } from './detection/host/compile/detector-compiler.ts';
export { type CallOutcome, DetectorInstance } from './detection/host/instance/detector-instance.ts';
export { guestBatch } from './detection/host/instance/guest-batch.ts';
export type { GuestFinding } from './detection/host/instance/host-functions.ts';
