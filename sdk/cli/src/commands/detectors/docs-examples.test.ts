import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { DetectorCommand } from './testing/detector-command.ts';

const PROJECT = new URL('../../../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, PROJECT), 'utf8');
const handbook = read('docs/detectors.md');
/** The first block of a language behind a heading. */
const example = (heading: string, language: string): string =>
  handbook
    .slice(handbook.indexOf(`\n## ${heading}\n`))
    .match(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``))?.[1] ?? '';

const detectors = new DetectorCommand();
afterAll(() => detectors.remove());

it('compiles the first detector of the handbook', { timeout: 60_000 }, async () => {
  detectors.write(
    'first/manifest.yaml',
    `id: first
version: 1.0.0
summary: Many programs.
kinds: [process.exec]
severity: warning
config: { limit: { type: integer, default: 100, minimum: 1, maximum: 10000 } }
`,
  );
  detectors.write('first/src/main.ts', example('A first detector', 'ts'));
  detectors.write(
    'first/fixtures/hit.yaml',
    `containers: { shop: null }
config: { limit: 3 }
tests:
  - name: three programs
    events: [process.exec: { pid: 5, path: /bin/sh, container: shop, repeat: 4 }]
    expect: [{ title: Many programs of one process, message: the 3th program of process 5, count: 1 }]
`,
  );
  expect([await detectors.picket('detectors', 'test', '@first'), detectors.said]).toEqual([0, '']);
});

it('runs the tests of the handbook', { timeout: 60_000 }, async () => {
  detectors.write('scan/manifest.yaml', read('detectors/port-scan/manifest.yaml'));
  detectors.write('scan/src/main.ts', read('detectors/port-scan/src/main.ts'));
  detectors.write('scan/fixtures/all.yaml', example('Tests', 'yaml'));
  expect([await detectors.picket('detectors', 'test', '@scan'), detectors.said]).toEqual([0, '']);
  expect(detectors.out.at(-1)).toBe('2 tests: 2 ok, 0 failed');
});
