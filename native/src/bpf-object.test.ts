import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { compileProgram } from '../test-programs/compile.ts';
import { type BpfObject, NativeError, type OpenOptions, openObject, progStats } from './index.ts';

const opened: BpfObject[] = [];

function open(program: string, options: Partial<OpenOptions> = {}): BpfObject {
  const object = openObject(compileProgram(program), { name: program, ...options });
  opened.push(object);
  return object;
}

function failureOf(action: () => unknown): NativeError {
  try {
    action();
  } catch (error) {
    if (error instanceof NativeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

afterEach(() => {
  for (const object of opened.splice(0)) object.close();
});

describe('opening', () => {
  it.each([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('this is no ELF file')],
    ['the head of an object', compileProgram('maps').slice(0, 400)],
    ['an object with its section table overwritten', compileProgram('maps').fill(0xff, 40, 64)],
  ])('refuses %s', (_, bytes) => {
    const error = failureOf(() => openObject(bytes, { name: 'garbage' }));
    expect(error.code).toBe('BPF_OPEN_FAILED');
    expect(error.errno).toBeGreaterThan(0);
    expect(error.message).toContain("'garbage'");
  });

  it('refuses what is not bytes', () => {
    const bytes = 'text' as unknown as Uint8Array;
    expect(failureOf(() => openObject(bytes, { name: 'x' })).code).toBe('INVALID_ARGUMENT');
  });

  it.each([
    ['map to size', { mapEntries: { nope: 1 } }],
    ['constant', { rodata: { nope: new Uint8Array(8) } }],
    ['program', { autoload: { nope: false } }],
  ])('tells an unknown %s', (_, options) => {
    const error = failureOf(() => open('maps', options));
    expect(error.code).toBe('NOT_FOUND');
    expect(error.message).toContain("'nope'");
  });

  it('prints nothing', () => {
    const script = `try { openObject(new Uint8Array(100), { name: 'x' }); } catch {}
      try { openObject(readFileSync(file), { name: 'x' }).load(); } catch (error) { console.log(error.code); }`;
    expect(runScript('refused', script)).toBe('BPF_LOAD_FAILED\n');
  });

  it('names the capabilities that are missing', () => {
    const script = `const object = openObject(readFileSync(file), { name: 'x' });
      process.setuid(65534);
      try { object.load(); } catch (error) { console.log(error.code, error.errno, /CAP_BPF/.test(error.message)); }`;
    expect(runScript('maps', script)).toBe('BPF_PERMISSION 1 true\n');
  });
});

/** Runs a script in a process of its own and gives what it writes to either output. `file` is the program's object. */
function runScript(program: string, script: string): string {
  compileProgram(program);
  const file = `${import.meta.dirname}/../build/test/${program}.bpf.o`;
  const imports = `import { openObject } from './index.ts'; import { readFileSync } from 'node:fs';
    const file = process.argv[1];`;
  const args = ['--no-warnings', '--input-type=module', '-e', imports + script, file];
  return execFileSync('sh', ['-c', 'exec "$0" "$@" 2>&1', process.execPath, ...args], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
}

describe('loading', () => {
  it('gives the log of the verifier', () => {
    const error = failureOf(() => open('refused').load());
    expect(error.code).toBe('BPF_LOAD_FAILED');
    expect(error.verifierLog).toMatch(/r0 \+= r1.*unbounded/s);
    expect(error.message).toContain('read_anywhere');
  });

  it('leaves out programs that are not wanted', () => {
    const object = open('refused', { autoload: { read_anywhere: false } });
    object.load();
    expect(object.testRun('harmless')).toBe(3);
    expect(object.programs().map(({ name, loaded }) => [name, loaded])).toEqual([
      ['read_anywhere', false],
      ['harmless', true],
    ]);
    expect(failureOf(() => object.programFd('read_anywhere')).code).toBe('BPF_LOAD_FAILED');
  });

  it('loads once', () => {
    const object = open('maps');
    object.load();
    expect(failureOf(() => object.load()).code).toBe('BPF_LOAD_FAILED');
    const refused = open('refused');
    expect(failureOf(() => refused.load()).verifierLog).toBeDefined();
    expect(failureOf(() => refused.load()).verifierLog).toBeUndefined();
  });

  it('describes programs and maps', () => {
    const object = open('maps');
    const before = object.programs().find(({ name }) => name === 'count');
    expect(before).toMatchObject({ section: 'syscall', type: 'syscall', loaded: false, id: 0, tag: '' });
    expect(object.maps().find(({ name }) => name === 'table')).toEqual({
      ...{ name: 'table', type: 'hash', keySize: 8, valueSize: 16, maxEntries: 1000 },
    });
    expect(failureOf(() => object.map('table')).code).toBe('BPF_MAP_FAILED');
    object.load();
    const after = object.programs().find(({ name }) => name === 'count');
    expect(after?.id).toBeGreaterThan(0);
    expect(after?.tag).toMatch(/^[0-9a-f]{16}$/);
    expect(after?.insns).toBeGreaterThan(5);
  });

  it('sets constants', () => {
    const allowed = Uint8Array.from({ length: 16 }, (_, i) => i * 3);
    const object = open('maps', { rodata: { allowed, step: new Uint8Array(BigUint64Array.of(5n).buffer) } });
    object.load();
    expect(object.testRun('read_allowed', new Uint8Array(Uint32Array.of(0, 9).buffer))).toBe(27);
    object.testRun('count', new Uint8Array(Uint32Array.of(2, 0).buffer));
    const sums = new Uint8Array(16);
    object.map('cpu_counts').lookupRange(2, 1, sums, { sum: true });
    expect([...new BigUint64Array(sums.buffer)]).toEqual([5n, 10n]);
  });

  it('refuses a constant of another size', () => {
    const error = failureOf(() => open('maps', { rodata: { step: new Uint8Array(4) } }));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toContain('8 bytes, not 4');
  });

  it('changes the size of maps', () => {
    const object = open('maps', { mapEntries: { table: 7 } });
    object.load();
    expect(object.map('table').maxEntries).toBe(7);
  });

  it('shares maps between objects', () => {
    const first = open('maps');
    first.load();
    const second = open('maps', { reuseMaps: { cpu_counts: first.map('cpu_counts') } });
    second.load();
    second.testRun('count', new Uint8Array(Uint32Array.of(11, 0).buffer));
    const shared = second.map('cpu_counts');
    first.close();
    const sums = new Uint8Array(16);
    shared.lookupRange(11, 1, sums, { sum: true });
    expect([...new BigUint64Array(sums.buffer)]).toEqual([1n, 2n]);
  });

  it('shares a map that was chosen after a look at the object', () => {
    const first = open('maps');
    first.load();
    const second = open('maps');
    second.reuseMap('table', first.map('table'));
    second.load();
    second.map('table').update(new Uint8Array(8), new Uint8Array(16).fill(9));
    expect(first.map('table').lookup(new Uint8Array(8))).toEqual(new Uint8Array(16).fill(9));
  });

  it('refuses to share a map of another shape', () => {
    const first = open('maps');
    first.load();
    const error = failureOf(() => open('maps', { reuseMaps: { table: first.map('plain') } }));
    expect(error.code).toBe('BPF_MAP_FAILED');
    expect(error.message).toMatch(/is a hash with keys of 8 .* but the map to reuse is a array with keys of 4/);
  });
});

describe('running', () => {
  it('jumps through a program array', () => {
    const object = open('maps');
    object.load();
    const request = new Uint8Array(BigUint64Array.of(1n).buffer);
    expect(object.testRun('jump', request)).toBe(7);
    object.map('next').setProgram(1, object, 'landing');
    expect(object.testRun('jump', request)).toBe(42);
    expect(failureOf(() => object.map('next').setProgram(9, object, 'landing')).code).toBe('BPF_MAP_FAILED');
    expect(failureOf(() => object.map('plain').setProgram(1, object, 'landing')).code).toBe('INVALID_ARGUMENT');
  });

  it('measures programs', () => {
    const stats = progStats(true);
    const object = open('maps');
    object.load();
    for (let i = 0; i < 10; i++) object.testRun('count', new Uint8Array(8));
    const { runNs, runCount, recursionMisses } = object.programStats('count');
    expect([runCount, recursionMisses]).toEqual([10, 0]);
    expect(runNs).toBeGreaterThan(0);
    stats.close();
    stats.close();
    progStats(false).close();
  });

  it('tells why a run is not possible', () => {
    const object = open('tracing', { autoload: { on_nothing: false } });
    object.load();
    expect(failureOf(() => object.testRun('list_tasks')).code).toBe('BPF_RUN_FAILED');
  });
});

describe('a closed object', () => {
  it('says so and stays closed', () => {
    const object = open('maps');
    object.load();
    const map = object.map('table');
    object.close();
    object.close();
    const uses = [
      () => object.load(),
      () => object.programs(),
      () => object.maps(),
      () => object.map('table'),
      () => object.attach('count'),
      () => object.programFd('count'),
      () => object.programStats('count'),
      () => object.testRun('count'),
      () => object.structLayout('counts'),
      () => object.reuseMap('table', map),
      () => map.lookup(new Uint8Array(8)),
    ];
    for (const use of uses) expect(failureOf(use).code).toBe('CLOSED');
  });
});
