import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DetectorCommand } from './testing/detector-command.ts';

const detectors = new DetectorCommand();
beforeAll(async () => {
  expect(await detectors.picket('detectors', 'init', 'discovery', '--dir', '@discovery')).toBe(0);
});
afterAll(() => detectors.remove());

describe('detectors init', () => {
  it('makes the folder of a detector that is called so', async () => {
    const files = ['README.md', 'fixtures/hit.yaml', 'fixtures/miss.yaml', 'manifest.yaml', 'src/main.ts'];
    for (const file of files) expect(detectors.read(`discovery/${file}`)).not.toContain('{{');
    expect(detectors.read('discovery/manifest.yaml')).toMatch(/^id: discovery$/m);
  });

  it('writes nothing over', async () => {
    detectors.write('discovery/src/main.ts', detectors.read('discovery/src/main.ts'));
    expect(await detectors.picket('detectors', 'init', 'other', '--dir', '@discovery')).toBe(1);
    expect(detectors.said).toMatch(/discovery is there already/);
    expect(detectors.read('discovery/manifest.yaml')).toMatch(/^id: discovery$/m);
  });

  it.each(['Discovery', 'a/b', '../a', '-a', ''])('refuses the name %j', async (name) => {
    expect(await detectors.picket('detectors', 'init', '--dir', '@none', '--', name)).toBe(2);
    expect(detectors.said).toMatch(/small letters, digits/);
    expect(existsSync(join(detectors.path, 'none'))).toBe(false);
  });
});

describe('detectors build', () => {
  it('writes a component, or a core module, and says what it is', { timeout: 60_000 }, async () => {
    expect(await detectors.picket('detectors', 'build', '@discovery')).toBe(0);
    expect(detectors.text).toMatch(/^detector {2}discovery 1\.0\.0\nsources {3}1 file, version id [0-9a-f]{12}\n/);
    expect(detectors.text).toMatch(/written {3}discovery\/build\/discovery\.wasm\nform {6}component, \d+ bytes\n/);
    expect(detectors.text).toMatch(/imports {3}.*emit.*\nmay {7}observe$/);
    const component = readFileSync(join(detectors.path, 'discovery/build/discovery.wasm'));
    expect([...component.subarray(0, 8)]).toEqual([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]);

    expect(await detectors.picket('detectors', 'build', '@discovery', '--core', '--out', '@out/core.wasm')).toBe(0);
    expect(WebAssembly.validate(readFileSync(join(detectors.path, 'out/core.wasm')))).toBe(true);
    for (const file of ['@discovery/build/discovery.wasm', '@out/core.wasm']) {
      // a core module does not say how it writes texts: that is in the manifest
      expect(await detectors.picket('detectors', 'test', '@discovery', '--component', file)).toBe(0);
      expect(detectors.out.at(-1)).toBe('6 tests: 6 ok, 0 failed');
    }
  });

  it('names every place of the sources that is wrong', { timeout: 60_000 }, async () => {
    detectors.write('broken/manifest.yaml', detectors.read('discovery/manifest.yaml'));
    detectors.write(
      'broken/src/main.ts',
      "import { a } from './lib/a';\nexport function onTick(now: u64): void { const x: string = a; }\n",
    );
    detectors.write('broken/src/lib/a.ts', 'export const a: i32 = "text";\n');
    expect(await detectors.picket('detectors', 'build', '@broken')).toBe(1);
    expect(detectors.said).toMatch(/^error broken\/src\/lib\/a\.ts:1:23 .*\nerror broken\/src\/main\.ts:2:60 /);
    expect(existsSync(join(detectors.path, 'broken/build'))).toBe(false);
  });

  it('names every place of the manifest that is wrong', async () => {
    const manifest = detectors.read('discovery/manifest.yaml');
    detectors.write('bad/manifest.yaml', manifest.replace('warning', 'loud').replace('process.exec', 'process.run'));
    expect(await detectors.picket('detectors', 'build', '@bad')).toBe(1);
    expect(detectors.said).toMatch(/error bad\/manifest\.yaml:6:9 kinds/);
    expect(detectors.said).toMatch(/error bad\/manifest\.yaml:8:11 severity/);
  });

  it('says that a folder is none of a detector', async () => {
    expect(await detectors.picket('detectors', 'build', '@out')).toBe(1);
    expect(detectors.said).toMatch(/out is no folder of a detector, .*picket detectors init/);
  });
});

describe('detectors test', () => {
  it('runs all fixtures', { timeout: 60_000 }, async () => {
    expect(await detectors.picket('detectors', 'test', '@discovery')).toBe(0);
    detectors.expectFitsTerminal();
    expect(detectors.text).toMatch(/^discovery 1\.0\.0\nfixtures\/hit\.yaml\n {2}ok {4}four commands/);
    expect(detectors.out.at(-1)).toBe('6 tests: 6 ok, 0 failed');
  });

  it('shows what was expected and what came, and ends with 1', { timeout: 60_000 }, async () => {
    const hit = detectors.read('discovery/fixtures/hit.yaml');
    detectors.write('mine/manifest.yaml', detectors.read('discovery/manifest.yaml'));
    detectors.write('mine/src/main.ts', detectors.read('discovery/src/main.ts'));
    detectors.write(
      'mine/fixtures/hit.yaml',
      hit.replace('count: 2', 'count: 3').replace('container: shop\n', 'container: cart\n'),
    );
    detectors.write('mine/fixtures/none.yaml', 'tests: 5\n');
    expect(await detectors.picket('detectors', 'test', '@mine')).toBe(1);
    detectors.expectFitsTerminal();
    expect(detectors.text).toContain(
      [
        '  FAIL  commands of your own, twice (line 22)',
        '        expected 3 findings "Somebody looks around"',
        '        got 2 findings that fit',
      ].join('\n'),
    );
    expect(detectors.text).toMatch(/fixtures\/none\.yaml\n {2}FAIL {2}1:8 tests: /);
    expect(detectors.out.at(-1)).toBe('3 tests: 0 ok, 3 failed');
    expect(await detectors.picket('detectors', 'test', '@mine', '--json')).toBe(1);
    const told = JSON.parse(detectors.out.join('\n'));
    expect(told).toMatchObject({ passed: 0, failed: 3 });
    expect(told.files[0].tests[0].findings[0]).toMatchObject({ container: 'shop', event: 'process.exec' });
  });

  it('says where there are no tests, and what is no module', async () => {
    detectors.write('empty/manifest.yaml', detectors.read('discovery/manifest.yaml'));
    expect(await detectors.picket('detectors', 'test', '@empty')).toBe(1);
    expect(detectors.said).toMatch(/there is no file fixtures\/\*\.yaml in empty/);
    expect(await detectors.picket('detectors', 'test', '@mine', '--component', '@mine/manifest.yaml')).toBe(1);
    expect(detectors.said).toMatch(/neither a WebAssembly component nor a core module/);
  });
});
