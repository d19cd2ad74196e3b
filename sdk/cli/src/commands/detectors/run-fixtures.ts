import { relative } from 'node:path';
import {
  type BuiltDetector,
  buildDetector,
  type DetectorFolder,
  DetectorTestError,
  type DetectorTestResult,
  type FindingDifference,
  readDetectorFolder,
  readTestFile,
  runDetectorTests,
} from '@picket/control-plane/detectors';
import { openTestCapture } from '../../capture/capture-of-test.ts';
import type { Arguments, Io } from '../../command.ts';
import { CliError } from '../../errors.ts';
import { plural } from '../../plural.ts';
import { wrap } from '../rules/wrap.ts';
import { readBinary } from './binary-file.ts';
import { explained } from './explain-errors.ts';

const MOST_LOGS = 5;

interface FileOutcome {
  readonly file: string;
  readonly tests: readonly DetectorTestResult[];
  /** Why no test of the file could be run. */
  readonly error: string | undefined;
}

/** Runs the fixtures of detectors, each test with an instance of its own. */
export async function runFixtures(args: Arguments, io: Io): Promise<number> {
  const paths = args.positionals.length > 0 ? args.positionals : ['.'];
  const binary = args.text.component === undefined ? undefined : readBinary(args.text.component).bytes;
  const json = args.flags.json === true;
  const outcomes: FileOutcome[] = [];
  for (const path of paths)
    outcomes.push(...(await explained(path, io, () => testFolder(path, binary, json ? undefined : io))));
  const tests = outcomes.flatMap((outcome) => outcome.tests);
  const passed = tests.filter(({ ok }) => ok).length;
  const failed = tests.length - passed + outcomes.filter(({ error }) => error !== undefined).length;
  if (json) io.out(JSON.stringify({ passed, failed, files: outcomes }, bigintsAsText, 2));
  else io.out(`${plural(passed + failed, 'test')}: ${passed} ok, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

async function testFolder(path: string, binary: Uint8Array | undefined, io: Io | undefined): Promise<FileOutcome[]> {
  const folder = readDetectorFolder(path);
  if (folder.fixtures.length === 0)
    throw new CliError(
      'TESTS_MISSING',
      `there is no file fixtures/*.yaml in ${path}: what must be found, and what not`,
    );
  const detector = await buildDetector(folder, { binary });
  for (const line of wrap(`${folder.manifest.id} ${folder.manifest.version}`)) io?.out(line);
  const outcomes: FileOutcome[] = [];
  for (const file of folder.fixtures) outcomes.push(await testFile(detector, folder, file, io));
  return outcomes;
}

async function testFile(
  detector: BuiltDetector,
  folder: DetectorFolder,
  file: string,
  io: Io | undefined,
): Promise<FileOutcome> {
  const tests: DetectorTestResult[] = [];
  const print = (lines: readonly string[]) => {
    for (const line of lines) io?.out(line);
  };
  print(wrap(relative(folder.path, file)));
  try {
    for await (const result of runDetectorTests(detector, readTestFile(file), openTestCapture)) {
      tests.push(result);
      print(resultLines(result));
    }
    return { file, tests, error: undefined };
  } catch (error) {
    if (!(error instanceof DetectorTestError)) throw error;
    const { line, column } = error.position;
    print(wrap(`FAIL  ${line}:${column} ${error.message}`, '  '));
    return { file, tests, error: error.placed };
  }
}

function resultLines({ name, ok, position, differences, error, logs }: DetectorTestResult): string[] {
  if (ok) return hanging(`ok    ${name}`);
  return [
    ...hanging(`FAIL  ${name} (line ${position.line})`),
    ...(error === undefined ? [] : wrap(error, '        ')),
    ...differences.flatMap(differenceLines),
    ...logs.slice(-MOST_LOGS).flatMap(({ level, message }) => wrap(`it logged, ${level}: ${message}`, '        ')),
  ];
}

/** What does not fit on the first line stands under the name. */
const hanging = (text: string): string[] =>
  wrap(text, '        ').map((line, i) => (i === 0 ? line.replace(/^ {6}/, '') : line));

const differenceLines = ({ expected, got }: FindingDifference): string[] => [
  ...wrap(`expected ${expected}`, '        '),
  ...got.flatMap((line, i) => wrap(i === 0 ? `got ${line}` : line, i === 0 ? '        ' : '          ')),
];

const bigintsAsText = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
