import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BpfFolders, buildBpf } from './build.ts';

/** A probe that needs no kernel header but one of its own. */
const PROBE = `#include "own.h"
__attribute__((section("tp_btf/sys_enter"), used)) int count(void *context) { return ANSWER; }
char _license[] __attribute__((section("license"), used)) = "GPL";
`;

let root: string;
let folders: BpfFolders;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'picket-bpf-'));
  folders = { root, sources: 'probes', include: 'include', output: 'out' };
  mkdirSync(join(root, 'probes'));
  mkdirSync(join(root, 'include'));
  writeFileSync(join(root, 'include/own.h'), '#define ANSWER 0\n');
  writeFileSync(join(root, 'probes/one.bpf.c'), PROBE);
  writeFileSync(join(root, 'probes/two.bpf.c'), PROBE.replace('count', 'other'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const object = (name: string, base = root) => readFileSync(join(base, `out/${name}.bpf.o`));

describe('buildBpf', () => {
  it('compiles every probe to an ELF object for BPF, with BTF', () => {
    expect(buildBpf(folders)).toEqual({ made: ['one', 'one.direct', 'two', 'two.direct'], fresh: 0 });
    const elf = object('one');
    expect(elf.readUInt32BE(0)).toBe(0x7f454c46);
    expect(elf.readUInt16LE(18)).toBe(247);
    expect(elf.includes('.BTF')).toBe(true);
  });

  it('leaves alone what is up to date, and sees a change of source or header', () => {
    buildBpf(folders);
    expect(buildBpf(folders)).toEqual({ made: [], fresh: 4 });
    appendFileSync(join(root, 'probes/two.bpf.c'), 'int more;\n');
    expect(buildBpf(folders)).toEqual({ made: ['two', 'two.direct'], fresh: 2 });
    writeFileSync(join(root, 'include/own.h'), '#define ANSWER 1\n');
    expect(buildBpf(folders)).toEqual({ made: ['one', 'one.direct', 'two', 'two.direct'], fresh: 0 });
    rmSync(join(root, 'out/one.bpf.o'));
    expect(buildBpf(folders)).toEqual({ made: ['one'], fresh: 3 });
  });

  it('gives the same bytes in another folder', () => {
    buildBpf(folders);
    const elsewhere = mkdtempSync(join(tmpdir(), 'picket-bpf-elsewhere-'));
    try {
      cpSync(join(root, 'probes'), join(elsewhere, 'probes'), { recursive: true });
      cpSync(join(root, 'include'), join(elsewhere, 'include'), { recursive: true });
      buildBpf({ ...folders, root: elsewhere });
      expect(object('one', elsewhere).equals(object('one'))).toBe(true);
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('shows what the compiler said, keeps the old object, and tries again', () => {
    buildBpf(folders);
    const old = object('one');
    appendFileSync(join(root, 'probes/one.bpf.c'), 'int broken(void) { int unused; return nowhere; }\n');
    expect(() => buildBpf(folders)).toThrow(
      /probes\/one\.bpf\.c:\d+:\d+: error: use of undeclared identifier 'nowhere'/,
    );
    expect(object('one').equals(old)).toBe(true);
    expect(() => buildBpf(folders)).toThrow(/nowhere/);
  });

  it('takes a warning for an error', () => {
    appendFileSync(join(root, 'probes/one.bpf.c'), 'int f(void) { int unused; return 0; }\n');
    expect(() => buildBpf(folders)).toThrow(/-Werror/);
  });

  it('has nothing to do without probes', () => {
    rmSync(join(root, 'probes'), { recursive: true });
    expect(buildBpf(folders)).toEqual({ made: [], fresh: 0 });
  });
});
