import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileScript } from '../rule-tests/script/event-script.ts';
import { type BuiltDetector, buildDetector } from './build-detector.ts';
import { readDetectorFolder } from './detector-folder.ts';
import { DetectorRun } from './detector-run.ts';
import { runDetector } from './run-detector.ts';
import { type DetectorTestResult, runDetectorTests } from './run-detector-tests.ts';
import { SampleDetector } from './testing/sample-detector.ts';

let sample: SampleDetector;
let detector: BuiltDetector;
beforeAll(async () => {
  sample = new SampleDetector();
  detector = await buildDetector(sample.path);
}, 120_000);
afterAll(() => sample?.remove());

const EXEC = { 'process.exec': { pid: 100, path: '/bin/cat', container: 'web', uid: 33 } };
const OPEN = { 'file.open': { pid: 100, path: '/etc/motd' } };
const CONTAINERS = { web: { image: 'nginx:1', namespace: 'shop' } };

describe('a run', () => {
  it('gives findings with cause, container, and no more severity than the manifest', async () => {
    const { findings, logs, counts } = await runDetector(sample.path, [EXEC, EXEC], { containers: CONTAINERS });
    expect(findings).toHaveLength(2);
    expect(findings[0]).toEqual({
      title: 'RAN',
      severity: 'Warning',
      message: '/bin/cat',
      group: 'g',
      fields: { uid: '33' },
      container: 'web',
      event: 'process.exec',
      sequence: 2n,
      node: 'node-1',
      time: BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n + 1_000_000n,
    });
    expect(logs.map(({ message }) => message)).toEqual(['/bin/cat', '/bin/cat']);
    expect(counts).toMatchObject({ events: 2, ticks: 0 });
    expect(counts.fuel).toBeGreaterThan(0n);
  });

  it('answers look-ups, keeps state and takes proposals', async () => {
    const run = await runDetector(sample.path, [EXEC, OPEN, OPEN], { containers: CONTAINERS });
    expect(run.findings.at(-1)?.message).toBe('cat in web nginx:1 shop');
    expect(run.logs.slice(-2).map(({ message }) => message)).toEqual(['1', '2']);
    expect(run.proposals).toEqual(Array(2).fill({ action: 'isolate', target: 'c', reason: 'because' }));
  });

  it('ticks while time goes on, also where nothing happens', async () => {
    const { findings, counts } = await runDetector(sample.path, [EXEC, { wait: '45s' }, OPEN], {
      containers: CONTAINERS,
    });
    expect(counts.ticks).toBe(4);
    const ticks = findings.filter(({ title }) => title === 'Tick');
    expect(ticks.map(({ message, event, container }) => [message, event, container])).toEqual(
      [1, 2, 3, 4].map((n) => [String(n), undefined, undefined]),
    );
    expect(ticks.map(({ time }) => (time - (ticks[0]?.time ?? 0n)) / 1_000_000_000n)).toEqual([0n, 10n, 20n, 30n]);
  });

  it('leaves out what snapshots repeat, and kinds that the manifest does not name', () => {
    const run = new DetectorRun(detector);
    const exec = { pid: 100, path: '/bin/cat', record_flags: 'snapshot' };
    const events = [{ 'process.exec': exec }, { 'process.exit': { pid: 100 } }];
    for (const batch of compileScript({ events, containers: {} })) run.feed(batch);
    expect(run.counts.events).toBe(0);
  });

  it('does not begin with a configuration that manifest or detector refuse', () => {
    expect(() => new DetectorRun(detector, { mode: 5 })).toThrow(/mode must be a text/);
    expect(() => new DetectorRun(detector, { more: true })).toThrow(/more is no entry/);
    expect(() => new DetectorRun(detector, { mode: 'odd' })).toThrow(/refuses its configuration: mode is odd/);
  });

  it('ends with the fault of the detector', async () => {
    const faults = { trap: 'DETECTOR_TRAP', loop: 'DETECTOR_FUEL' };
    for (const [mode, code] of Object.entries(faults))
      await expect(
        runDetector(sample.path, [EXEC], { config: { mode }, containers: CONTAINERS }),
      ).rejects.toMatchObject({ code });
  });

  it('names the value of an event that does not fit', async () => {
    const events = [{ 'process.exec': { pid: 1, path: '/bin/cat', colour: 'red' } }];
    await expect(runDetector(sample.path, events)).rejects.toThrow(
      /events\.0\.process\.exec\.colour: process.exec has no/,
    );
  });
});

async function results(text: string): Promise<DetectorTestResult[]> {
  const all: DetectorTestResult[] = [];
  const capture = () => compileScript({ events: [EXEC], containers: CONTAINERS });
  for await (const result of runDetectorTests(detector, { name: 'f.yaml', text }, capture)) all.push(result);
  return all;
}

const one = async (expectation: string, more = '') => {
  const text = `containers: { web: { image: 'nginx:1' } }
tests:
  - name: t
    events:
      - process.exec: { pid: 100, path: /bin/cat, container: web }
      - process.exec: { pid: 101, path: /bin/id }
${more}    ${expectation}\n`;
  return (await results(text))[0] as DetectorTestResult;
};

describe('a test that holds', () => {
  it.each([
    'expect: [RAN]',
    'expect: [{title: RAN, count: 2, severity: warning}]\n    expect_none: true',
    'expect: [{message: cat, container: web, event: process.exec, group: g, fields: {uid: 0, gid: null}}, {message: /id, container: null}]',
    'expect_none: [Opened]',
  ])('%s', async (expectation) => {
    expect(await one(expectation)).toMatchObject({ ok: true, differences: [], error: undefined, events: 2 });
  });

  it('runs on a capture', async () => {
    const [result] = await results('tests: [{name: t, capture: c.pkcap, expect: [RAN]}]');
    expect(result).toMatchObject({ ok: true, events: 1 });
  });
});

describe('a test that does not hold', () => {
  it.each([
    [
      'expect: [Opened]',
      'a finding "Opened"',
      ['no such finding', 'Warning "RAN" (in web by process.exec): /bin/cat uid="0"'],
    ],
    ['expect: [{title: RAN, count: 3}]', '3 findings "RAN"', ['2 findings that fit']],
    ['expect: [{title: RAN, severity: notice}]', 'a finding "RAN" of severity notice', ['no such finding']],
    ['expect: [{message: cat, container: null}]', 'a finding that says "cat" in no container', ['no such finding']],
    ['expect: [{title: RAN, event: null}]', 'a finding "RAN" caused by no event', ['no such finding']],
    ['expect: [{title: RAN, fields: {uid: 5}}]', 'a finding "RAN" uid="5"'.replace('"5"', '5'), ['no such finding']],
    ['expect_none: true', 'no finding', ['Warning "RAN" (in web by process.exec): /bin/cat uid="0"']],
    [
      'expect: [{message: cat}]\n    expect_none: true',
      'no other finding',
      ['Warning "RAN" (by process.exec): /bin/id uid="0"'],
    ],
    ['expect_none: [RAN]', 'no finding "RAN"', ['Warning "RAN" (in web by process.exec): /bin/cat uid="0"']],
  ])('%s', async (expectation, expected, got) => {
    const { ok, differences } = await one(expectation);
    expect(ok).toBe(false);
    expect(differences).toHaveLength(1);
    expect(differences[0]?.expected).toBe(expected);
    expect(differences[0]?.got.slice(0, got.length)).toEqual(got);
  });

  it.each([
    ['fail', { differences: [{ expected: 'that no call ends with an error', got: ['no more', 'no more'] }] }],
    [
      'flood',
      {
        differences: [
          { expected: 'nothing beyond the limits of a call', got: ['findings dropped: 90'] },
          expect.anything(),
        ],
      },
    ],
    ['trap', { error: expect.stringMatching(/^DETECTOR_TRAP: onbatch trapped/) }],
    ['loop', { error: expect.stringMatching(/^DETECTOR_FUEL: /) }],
    ['odd', { error: expect.stringMatching(/^DETECTOR_CONFIG: .*mode is odd/) }],
  ])('because of the detector: %s', async (mode, result) => {
    expect(await one('expect: [RAN]', `    config: { mode: ${mode} }\n`)).toMatchObject({ ok: false, ...result });
  });

  it.each([
    ['expect: [{title: RAN, event: net.connect}]', '', 'f.yaml:7:34 the detector is not given events net.connect'],
    ['expect: [RAN]', '      - file.open: { pid: 1, pat: /x }\n', 'f.yaml:7:35 file.open has no pat'],
  ])('at a place: %s', async (expectation, more, error) => {
    expect((await one(expectation, more)).error).toMatch(error);
  });
});

it.each([
  ['tests: [', /Flow sequence/],
  ['tests: []', /tests: /],
  ['tests: [{name: a, events: [{wait: 1s}]}]', /says what it expects/],
  ['tests: [{name: a, expect: [x]}]', /either events or a capture/],
  ['tests: [{name: a, events: [{wait: 1s}], expect: [{count: 1}]}]', /a title or a message/],
  ['tests: [{name: a, events: [{wait: 1s}], expect: [{title: a, severity: loud}]}]', /severity/],
])('a file that is none of tests is refused: %s', async (text, message) => {
  await expect(results(text)).rejects.toThrow(message);
  await expect(results(text)).rejects.toMatchObject({ code: 'DETECTOR_TEST_INVALID', position: { file: 'f.yaml' } });
});

describe('a folder', () => {
  it('is read with its manifest, sources and fixtures', () => {
    sample.write('fixtures/b.yaml', '');
    sample.write('fixtures/a.yml', '');
    const { manifest, sources, fixtures } = readDetectorFolder(sample.path);
    expect(manifest).toMatchObject({ id: 'sample', tick: 10 });
    expect(Object.keys(sources)).toEqual(['lib/shout.ts', 'main.ts']);
    expect(fixtures.map((file) => file.slice(sample.path.length))).toEqual(['/fixtures/a.yml', '/fixtures/b.yaml']);
    rmSync(join(sample.path, 'fixtures'), { recursive: true });
  });

  it('says what is missing or wrong', async () => {
    expect(() => readDetectorFolder('/nowhere')).toThrow(/no folder of a detector.*picket detectors init/);
    const other = new SampleDetector();
    try {
      other.write('src/main.ts', 'export function onTick(now: u64): void { const x: string = 5; }');
      const details = [{ path: 'main.ts:1:60', message: expect.stringContaining('string') }];
      await expect(buildDetector(other.path)).rejects.toMatchObject({ code: 'DETECTOR_COMPILE_ERROR', details });
      rmSync(join(other.path, 'src'), { recursive: true });
      await expect(buildDetector(other.path)).rejects.toMatchObject({ code: 'DETECTOR_FOLDER' });
      other.write('manifest.yaml', 'id: Sample\n');
      expect(() => readDetectorFolder(other.path)).toThrow(/manifest\.yaml:1:5: id: the id of a detector/);
    } finally {
      other.remove();
    }
  });

  it('takes a module that was built elsewhere in place of the sources', async () => {
    const again = await buildDetector(sample.path, { binary: detector.binary });
    expect(again.artifact.imports).toEqual(detector.artifact.imports);
    // the manifest says nothing of the encoding, and what is not said is utf8
    expect(again.artifact.encoding).toBe('utf8');
  });
});
