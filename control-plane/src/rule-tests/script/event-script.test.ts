import { describeRecord, EventCursor } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { NodeState } from '../../detection/state/node-state.ts';
import type { Container, Process } from '../../types.ts';
import { compileScript, type Script } from './event-script.ts';
import { ScriptError } from './script-error.ts';

const compile = (events: Script['events'], containers: Script['containers'] = {}) =>
  compileScript({ events, containers });

/** Every record by field, with the process and the container that the node knows for it. */
function play(events: Script['events'], containers: Script['containers'] = {}) {
  const state = new NodeState('node-1');
  const cursor = new EventCursor();
  const out: {
    record: Record<string, unknown>;
    process: Process | undefined;
    container: Container | undefined;
    entry: unknown;
  }[] = [];
  for (const batch of compile(events, containers)) {
    state.begin(batch.header);
    cursor.open(batch.records);
    while (cursor.next()) {
      state.apply(cursor);
      const process = state.processOf(cursor);
      const container = state.containerOf(cursor);
      const entry = process && state.entryOf(process, container);
      out.push({ record: describeRecord(cursor), process, container, entry });
    }
    expect(cursor.malformed).toBe(false);
  }
  return out;
}

const problem = (events: Script['events'], containers: Script['containers'] = {}) => {
  try {
    compile(events, containers);
  } catch (error) {
    if (error instanceof ScriptError) return `${error.path.map(String).join('.')}: ${error.message}`;
    throw error;
  }
  throw new Error('it was taken');
};

describe('compileScript', () => {
  it('writes what stands there and fills in the rest', () => {
    const [exec, open] = play([
      {
        'process.exec': {
          pid: 100,
          path: '/usr/bin/python3',
          args: ['python3', '-c', 'x'],
          uid: 33,
          cap_effective: 'CAP_NET_RAW|CAP_SYS_ADMIN',
        },
      },
      {
        'file.open': {
          pid: 100,
          path: '/tmp/x',
          flags: 'O_WRONLY|O_CREAT',
          file_flags: ['created'],
          record_flags: 'user_path',
        },
      },
    ]);
    expect(exec?.record).toMatchObject({
      kind: 'process.exec',
      syscall: 59,
      tgid: 100,
      tid: 100,
      uid: 33,
      comm: 'python3',
      argc: 3,
    });
    expect(exec?.record).toMatchObject({
      euid: 33,
      filename: '/usr/bin/python3',
      cap_effective: String((1n << 13n) | (1n << 21n)),
    });
    expect(open?.record).toMatchObject({
      syscall: 257,
      result: 3,
      open_flags: 0o101,
      file_flags: 32,
      uid: 33,
      count: 1,
    });
    expect(open?.record.flags).toBe(8 | 256);
    expect(open?.process?.name).toBe('python3');
    expect(Number(open?.record.time) - Number(exec?.record.time)).toBe(1_000_000);
  });

  it('knows failed calls and addresses', () => {
    const [open, connect] = play([
      { 'file.open': { pid: 1, path: '/etc/shadow', result: 'EACCES' } },
      { 'net.connect': { pid: 1, remote_ip: '2001:db8::1', remote_port: 443, result: -115 } },
    ]);
    expect(open?.record).toMatchObject({ result: -13, inode: '0', file_mode: 0 });
    expect(connect?.record).toMatchObject({
      remote_ip: '2001:db8::1',
      remote_port: 443,
      family: 10,
      protocol: 6,
      result: -115,
    });
  });

  it('puts processes into containers: entrypoint, children, and what came from outside', () => {
    const containers = { web: { image: 'nginx:1', namespace: 'shop', labels: { app: 'web' }, privileged: true } };
    const [container, init, child, outside, later] = play(
      [
        { 'process.exec': { pid: 100, path: '/usr/sbin/nginx', uid: 101, container: 'web' } },
        { 'process.exec': { pid: 101, ppid: 100, path: '/bin/sh' } },
        { 'process.exec': { pid: 200, ppid: 50, path: '/bin/bash', container: 'web' } },
        { 'file.open': { pid: 101, path: '/etc/passwd' } },
      ],
      containers,
    );
    expect(container?.record).toMatchObject({
      kind: 'container.started',
      image: 'nginx:1',
      pod_namespace: 'shop',
      labels: ['app=web'],
      container_flags: 1,
    });
    expect(init).toMatchObject({ entry: 'entrypoint', process: { vpid: 1 }, container: { name: 'web' } });
    expect(child).toMatchObject({ entry: 'entrypoint', process: { vpid: 2, uid: 101, parent: { name: 'nginx' } } });
    expect(outside).toMatchObject({ entry: 'exec', process: { vpid: 3 }, container: { name: 'web' } });
    expect(later).toMatchObject({ process: { name: 'sh', uid: 101 }, container: { podNamespace: 'shop' } });
  });

  it('follows fork, exit and a pid that is used again', () => {
    const played = play([
      { 'process.exec': { pid: 100, path: '/bin/a', uid: 7 } },
      { 'process.fork': { pid: 101, ppid: 100 } },
      { 'process.exit': { pid: 101, code: 1 } },
      { 'process.exec': { pid: 101, ppid: 1, path: '/bin/b' } },
    ]);
    const [, fork, exit, again] = played.map(({ record }) => record);
    expect(fork).toMatchObject({ syscall: 56, ppid: 100, uid: 7, comm: 'a', parent_tid: 100 });
    expect(exit).toMatchObject({ comm: 'a', code: 1, duration: '1000000' });
    expect(again).toMatchObject({ uid: 0, ppid: 1 });
    expect(again?.start).not.toBe(fork?.start);
  });

  it('keeps the time: at, wait, repeat and every', () => {
    const batches = compile([
      { 'file.open': { pid: 1, path: '/a', at: '10s' } },
      { 'file.open': { pid: 1, path: '/b', at: '+5s' } },
      { wait: '1m' },
      { 'file.open': { pid: 1, path: '/c{n}', repeat: 3, every: '100ms' } },
    ]);
    const begin = batches[0]?.header.watermark ?? 0n;
    const after = batches.map(({ header }) => Number(header.watermark - begin) / 1e6);
    expect(after).toEqual([0, 5000, 65_000, 65_001, 65_101, 65_201, 66_201]);
    const cursor = new EventCursor();
    const paths = batches.flatMap(({ records }) => {
      cursor.open(records);
      return cursor.next() ? [describeRecord(cursor).path] : [];
    });
    expect(paths).toEqual(['/a', '/b', '/c1', '/c2', '/c3']);
    expect(batches.map(({ header }) => Number(header.firstSequence))).toEqual([1, 2, 3, 3, 4, 5, 6]);
  });

  it('tells more of a container later', () => {
    const played = play(
      [
        { 'process.exec': { pid: 9, path: '/x', container: 'a' } },
        { 'container.updated': { container: 'a', image: 'b:2' } },
        { 'container.stopped': { container: 'a' } },
      ],
      { a: { image: 'b:1' } },
    );
    expect(played.map(({ record }) => record.kind)).toEqual([
      'container.started',
      'process.exec',
      'container.updated',
      'container.stopped',
    ]);
    expect(played.at(-1)?.record.id).toBe(played[0]?.record.id);
    expect(played[1]?.container?.image).toBe('b:2');
  });
});

describe('what does not fit is told with its place', () => {
  it.each<[string, Script['events'], string]>([
    ['a kind', [{ 'file.opened': {} }], 'events.0.file.opened: there is no kind of event file.opened: process.exec'],
    [
      'a field',
      [{ 'file.open': { pid: 1, path: '/', pth: 1 } }],
      'events.0.file.open.pth: file.open has no pth; it has pid',
    ],
    ['a missing field', [{ 'file.open': { pid: 1 } }], 'events.0.file.open: file.open needs path'],
    ['two kinds', [{ 'file.open': {}, wait: '1s' }], 'events.0: an event is one kind'],
    ['no map', [{ 'file.open': 'x' }], 'events.0.file.open: file.open takes a map'],
    [
      'a number',
      [{ 'file.open': { pid: 'x', path: '/' } }],
      'events.0.file.open.pid: pid takes a whole number, not "x"',
    ],
    ['a range', [{ 'file.open': { pid: 4294967296, path: '/' } }], 'pid takes a number from -1 to 4294967295'],
    ['a flag', [{ 'file.open': { pid: 1, path: '/', flags: 'O_RDONLY|O_FOO' } }], 'flags does not know "O_FOO"'],
    ['an errno', [{ 'file.open': { pid: 1, path: '/', result: 'EFOO' } }], 'result does not know "EFOO"'],
    ['an address', [{ 'net.connect': { pid: 1, remote_ip: '1.2.3', remote_port: 1 } }], 'remote_ip takes an address'],
    ['a list', [{ 'process.exec': { pid: 1, path: '/', args: 'x' } }], 'args takes a list, not "x"'],
    ['a duration', [{ wait: '5 s' }], 'events.0.wait: "5 s" is no duration'],
    [
      'the past',
      [{ wait: '5s' }, { 'file.open': { pid: 1, path: '/', at: '1s' } }],
      'at: 1s is before the event above it',
    ],
    ['too many', [{ 'file.open': { pid: 1, path: '/', repeat: 1e9 } }], 'repeat is a number from 1 to 100000'],
    [
      'a container',
      [{ 'file.open': { pid: 1, path: '/', container: 'b' } }],
      'there is no container b under containers: a',
    ],
    ['a text that is too long', [{ 'file.open': { pid: 1, path: 'x'.repeat(70_000) } }], 'does not fit'],
  ])('%s', (_, events, message) => {
    expect(problem(events, { a: null })).toContain(message);
  });

  it('a container that has what none has', () => {
    expect(problem([{ wait: '1s' }], { a: { imge: 'x' } })).toContain(
      'containers.a.imge: a container has no imge; it has',
    );
    expect(problem([{ wait: '1s' }], { a: { privileged: 'yes' } })).toContain('privileged is true or false');
    expect(problem([{ wait: '1s' }], { a: { labels: 'x' } })).toContain('labels takes a list');
  });
});
