/**
 * The door for what builds and runs detectors without a server: the command, the tests of the shipped detectors. Pure:
 * no bus, no store.
 */
export { takeArtifact } from './detection/host/artifact/take-artifact.ts';
export type { Sources } from './detection/host/compile/check-sources.ts';
export { CompileFailed } from './detection/host/compile/compile-failed.ts';
export { DetectorCompiler } from './detection/host/compile/detector-compiler.ts';
export { componentOf } from './detection/host/component/check-conformance.ts';
export { type CallOutcome, DetectorInstance } from './detection/host/instance/detector-instance.ts';
export { guestBatch } from './detection/host/instance/guest-batch.ts';
export type { GuestFinding } from './detection/host/instance/host-functions.ts';
export { readManifest } from './detection/manifest/read-manifest.ts';
export { resolveConfig } from './detection/manifest/resolve-config.ts';
export { type BuildOptions, type BuiltDetector, buildDetector } from './detector-tests/build-detector.ts';
export { checkBuild } from './detector-tests/check-build.ts';
export type { FindingDifference } from './detector-tests/check-findings.ts';
export { type DetectorFolder, MANIFEST_FILE, readDetectorFolder } from './detector-tests/detector-folder.ts';
export { DetectorRun } from './detector-tests/detector-run.ts';
export { DetectorTestError } from './detector-tests/detector-test-error.ts';
export { type RunOptions, runDetector } from './detector-tests/run-detector.ts';
export {
  type DetectorTestResult,
  type OpenCapture,
  readTestFile,
  runDetectorTests,
} from './detector-tests/run-detector-tests.ts';
export type { RunFinding } from './detector-tests/run-finding.ts';
export type { RunLog, RunProposal } from './detector-tests/run-said.ts';
