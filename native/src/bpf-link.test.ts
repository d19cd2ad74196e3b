import { mkdirSync, readFileSync, rmdirSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileProgram } from '../test-programs/compile.ts';
import { type BpfObject, cgroupId, openObject, progStats } from './index.ts';

let object: BpfObject;

function callsSeen(): number {
  const value = object.map('calls').lookup(new Uint8Array(4));
  return Number(new DataView(value?.buffer ?? new ArrayBuffer(8)).getBigUint64(0, true));
}

beforeEach(() => {
  object = openObject(compileProgram('tracing'), {
    name: 'tracing',
    autoload: { on_nothing: false },
    rodata: { wanted_tgid: new Uint8Array(Uint32Array.of(process.pid).buffer) },
  });
  object.load();
});

afterEach(() => {
  object.close();
});

describe('attaching', () => {
  it('sees system calls of this process until detached', () => {
    expect(callsSeen()).toBe(0);
    const stats = progStats(true);
    const link = object.attach('on_sys_enter');
    for (let i = 0; i < 100; i++) statSync('/');
    const seen = callsSeen();
    expect(seen).toBeGreaterThanOrEqual(100);
    const { runCount, runNs } = object.programStats('on_sys_enter');
    expect(runCount).toBeGreaterThanOrEqual(seen);
    expect(runNs).toBeGreaterThan(0);
    stats.close();
    link.detach();
    link.detach();
    const last = callsSeen();
    for (let i = 0; i < 100; i++) statSync('/');
    expect(callsSeen()).toBe(last);
  });

  it('ends when the object is closed, whoever holds the link', () => {
    const link = object.attach('on_sys_enter');
    const { id } = object.programs().find(({ name }) => name === 'on_sys_enter') ?? { id: 0 };
    expect(programExists(id)).toBe(true);
    object.close();
    expect(programExists(id)).toBe(false);
    link.detach();
  });

  it('refuses what is not loaded or cannot be attached so', () => {
    expect(() => object.attach('on_nothing')).toThrow(expect.objectContaining({ code: 'BPF_LOAD_FAILED' }));
    expect(() => object.attach('nope')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    const maps = openObject(compileProgram('maps'), { name: 'maps' });
    maps.load();
    expect(() => maps.attach('count')).toThrow(expect.objectContaining({ code: 'BPF_ATTACH_FAILED' }));
    maps.close();
  });

  it('tells a tracepoint that this kernel does not have', () => {
    const other = openObject(compileProgram('tracing'), { name: 'tracing' });
    expect(() => other.load()).toThrow(/no_such_tracepoint/);
    other.close();
  });

  it('walks over all tasks', () => {
    const link = object.attach('list_tasks');
    const pids = (): Int32Array => new Int32Array(link.readIterator().buffer);
    expect(pids()).toContain(process.pid);
    expect(pids()).toContain(process.ppid);
    link.detach();
    expect(pids).toThrow(expect.objectContaining({ code: 'CLOSED' }));
  });

  it('walks only with programs that walk', () => {
    const link = object.attach('on_sys_enter');
    expect(() => link.readIterator()).toThrow(expect.objectContaining({ code: 'BPF_RUN_FAILED' }));
  });

  it('attaches to a cgroup', () => {
    const root = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1];
    const cgroup = `${root}/picket-native-test-${process.pid}`;
    mkdirSync(cgroup);
    try {
      expect(cgroupId(cgroup)).toBe(BigInt(statSync(cgroup).ino));
      const link = object.attach('pass_egress', { cgroup });
      link.detach();
      expect(() => object.attach('pass_egress', { cgroup: '/nowhere' })).toThrow(
        expect.objectContaining({ code: 'CGROUP_FAILED' }),
      );
      expect(() => object.attach('pass_egress', { cgroup: '/tmp' })).toThrow(
        expect.objectContaining({ code: 'BPF_ATTACH_FAILED' }),
      );
    } finally {
      rmdirSync(cgroup);
    }
  });
});

/** Asks the kernel through the descriptors of this process: a program that nobody holds has no id any more. */
function programExists(id: number): boolean {
  const infos = fdInfos();
  return infos.some((info) => new RegExp(`^prog_id:\\s*${id}$`, 'm').test(info));
}

function fdInfos(): string[] {
  return Array.from({ length: 200 }, (_, fd) => {
    try {
      return readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
    } catch {
      return ''; // no such descriptor
    }
  });
}
