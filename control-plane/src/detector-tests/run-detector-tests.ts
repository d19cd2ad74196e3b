import { readFileSync } from 'node:fs';
import { messageOf, PicketError } from '@picket/sdk';
import type { Position } from '../detection/rules/language/position.ts';
import type { RuleFile } from '../detection/rules/load/rule.ts';
import { ControlPlaneError } from '../errors.ts';
import { compileScript } from '../rule-tests/script/event-script.ts';
import { ScriptError } from '../rule-tests/script/script-error.ts';
import type { Batch } from '../types.ts';
import type { BuiltDetector } from './build-detector.ts';
import { checkFindings, type FindingDifference } from './check-findings.ts';
import { DetectorRun } from './detector-run.ts';
import { DetectorTestError } from './detector-test-error.ts';
import { type DetectorTest, readDetectorTests } from './read-detector-tests.ts';
import { feedScript } from './run-detector.ts';
import type { RunFinding } from './run-finding.ts';
import type { RunLog } from './run-said.ts';

/** How one test came out. */
export interface DetectorTestResult {
  readonly name: string;
  readonly position: Position;
  readonly ok: boolean;
  readonly findings: readonly RunFinding[];
  readonly logs: readonly RunLog[];
  /** Records that the detector was given, and fuel it used. */
  readonly events: number;
  readonly fuel: bigint;
  readonly differences: readonly FindingDifference[];
  /** Why it could not be run to its end, as when the detector trapped. */
  readonly error: string | undefined;
}

/**
 * The batches of a capture that a test names.
 * @param capture as the test names it
 */
export type OpenCapture = (testFile: string, capture: string) => AsyncIterable<Batch> | Iterable<Batch>;

/**
 * Runs all tests of a file, one after the other, each with an instance of its own.
 * @param capture undefined where tests can have no captures
 * @throws DetectorTestError when the file is not one of detector tests
 */
export async function* runDetectorTests(
  detector: BuiltDetector,
  file: RuleFile,
  capture?: OpenCapture,
): AsyncGenerator<DetectorTestResult, void, undefined> {
  for (const test of readDetectorTests(file)) yield await runTest(detector, test, file.name, capture);
}

/** The file at a path. @throws ControlPlaneError DETECTOR_FOLDER */
export function readTestFile(path: string): RuleFile {
  try {
    return { name: path, text: readFileSync(path, 'utf8') };
  } catch (cause) {
    throw new ControlPlaneError('DETECTOR_FOLDER', `${path} can not be read: ${messageOf(cause)}`, { cause });
  }
}

async function runTest(
  detector: BuiltDetector,
  test: DetectorTest,
  file: string,
  capture: OpenCapture | undefined,
): Promise<DetectorTestResult> {
  const { name, position } = test;
  const none = { name, position, ok: false, findings: [], logs: [], events: 0, fuel: 0n, differences: [] };
  let run: DetectorRun | undefined;
  try {
    checkKinds(detector, test);
    run = new DetectorRun(detector, test.config);
    await feed(run, test, file, capture);
  } catch (error) {
    if (!(error instanceof PicketError)) throw error;
    return { ...none, ...facts(run), error: error instanceof DetectorTestError ? error.placed : said(error) };
  }
  const differences = [...failures(run), ...checkFindings(test, run.findings)];
  return { ...none, ...facts(run), differences, ok: differences.length === 0, error: undefined };
}

/** A kind that is misspelt or not in the manifest would never cause a finding: a test could wait for it for ever. */
function checkKinds({ manifest }: BuiltDetector, test: DetectorTest): void {
  test.expect.forEach(({ event }, i) => {
    if (event === undefined || event === null || manifest.kinds.includes(event)) return;
    const kinds = manifest.kinds.join(', ');
    throw new DetectorTestError(
      `the detector is not given events ${event}; its manifest asks for ${kinds}`,
      test.at(['expect', i, 'event']),
    );
  });
}

async function feed(
  run: DetectorRun,
  test: DetectorTest,
  file: string,
  capture: OpenCapture | undefined,
): Promise<void> {
  const { input, containers } = test;
  if (input.type === 'capture') {
    if (!capture) throw new DetectorTestError('captures can not be read here', test.at(['capture']));
    for await (const batch of capture(file, input.file)) run.feed(batch);
    return;
  }
  try {
    feedScript(run, compileScript({ events: input.events, containers }));
  } catch (error) {
    if (error instanceof ScriptError) throw new DetectorTestError(error.message, test.at(error.path), { cause: error });
    throw error;
  }
}

function facts(run: DetectorRun | undefined) {
  return run ? { findings: run.findings, logs: run.logs, events: run.counts.events, fuel: run.counts.fuel } : {};
}

/** A test that goes well although the detector says that something went wrong would hide it. */
function failures({ errors, dropped }: DetectorRun): FindingDifference[] {
  const failed = errors.length > 0 ? [{ expected: 'that no call ends with an error', got: errors.slice(0, 5) }] : [];
  const over = Object.entries(dropped).filter(([, count]) => count > 0);
  if (over.length === 0) return failed;
  const got = over.map(([what, count]) => `${NAMES[what] ?? what}: ${count}`);
  return [...failed, { expected: 'nothing beyond the limits of a call', got }];
}

const NAMES: Readonly<Record<string, string>> = {
  findings: 'findings dropped',
  logs: 'log lines dropped',
  proposals: 'proposals dropped',
  cut: 'texts or lists cut',
  refusedState: 'values of the state refused',
};

const said = (error: PicketError) => `${error.code}: ${messageOf(error)}`;
