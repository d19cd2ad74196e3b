import { Alert, ContainerFlag, HeaderFlag } from '@picket/sdk';
import { describe, expect, test } from 'vitest';
import type { Process } from '../types.ts';
import { AlertBuilder } from './alert-builder.ts';
import { batchAt, container, finding, openAt, process, view } from './testing/events.ts';

const build = (
  of: Parameters<typeof view>[0] = { process: process(), container: container() },
  found = finding(),
  cursor = openAt(61.5, 9),
) => new AlertBuilder().build(found, cursor, view(of), batchAt(62), []);

test('an alert passes its own schema and says everything that is known', () => {
  const alert = build();
  expect(Alert.parse(alert)).toEqual(alert);
  expect(alert).toMatchObject({
    revision: 1,
    count: 1,
    time: '2023-11-14T22:14:21.500000000Z',
    first_seen: '2023-11-14T22:14:21.500000000Z',
    last_seen: '2023-11-14T22:14:21.500000000Z',
    rule: 'Read of a secret file',
    priority: 'Warning',
    source: 'syscall',
    hostname: 'node-a',
    output_fields: { 'fd.name': '/etc/shadow', 'user.uid': 1000 },
    container: { id: 'c0ffee000000', name: 'web', image: 'docker.io/library/nginx:1.27', runtime: 'containerd' },
    workload: { kind: 'Deployment', name: 'web', namespace: 'shop', pod: 'web-0', pod_uid: 'uid-1' },
    process: { pid: 42, start: '5000000000', cmdline: 'cat /etc/shadow', vpid: 7, cwd: '/', ancestors: [] },
    evidence: { events: ['node-a/01020304-0506-0708-090a-0b0c0d0e0f10/7/9'], lost: [], metadata: 'complete' },
    incident: null,
  });
  expect(alert.event).toMatchObject({ kind: 'file.open', path: '/etc/shadow', sequence: '9' });
});

describe('the id', () => {
  const id = (...args: Parameters<typeof build>) => build(...args).uuid;

  test('is the same for the same cause, and a version 5 UUID', () => {
    expect(id()).toBe(id());
    expect(id()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('differs by detector, version, event and group', () => {
    const detector = { kind: 'rule' as const, id: 'read-secrets', version: '1' };
    const ids = [
      id(),
      id({}, finding({ detector: { ...detector, id: 'other' } })),
      id({}, finding({ detector: { ...detector, version: '2' } })),
      id({}, finding({ groupKey: 'x' })),
      id({}, finding(), openAt(61.5, 10)),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('does not mix up where one part ends and the next begins', () => {
    const a = id({}, finding({ detector: { kind: 'rule', id: 'a1', version: '2' } }));
    const b = id({}, finding({ detector: { kind: 'rule', id: 'a', version: '12' } }));
    expect(a).not.toBe(b);
  });
});

describe('the process', () => {
  test('says how it got into its container, and nothing when it is in none', () => {
    expect(build({ process: process(), container: container(), entry: 'exec' }).process?.entry).toBe('exec');
    expect(build({ process: process() }).process).not.toHaveProperty('entry');
  });

  const chain = (depth: number): Process => {
    let at = process({ pid: 1, name: 'init' });
    for (let pid = 2; pid <= depth; pid++) at = process({ pid, name: `p${pid}`, parent: at });
    return at;
  };

  test('tells its ancestors, the parent first, to a bound of at least 8', () => {
    expect(build({ process: chain(9) }).process?.ancestors.map((p) => p.pid)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(build({ process: chain(500) }).process?.ancestors).toHaveLength(16);
  });

  test('ends at an ancestor that was met before', () => {
    const a = process({ pid: 1 });
    const b = process({ pid: 2, parent: a });
    a.parent = b;
    expect(build({ process: b }).process?.ancestors.map((p) => p.pid)).toEqual([1]);
  });

  test('is null when it is not known, and falls back to the name without arguments', () => {
    expect(build({}).process).toBeNull();
    expect(build({ process: process({ args: [] }) }).process?.cmdline).toBe('cat');
  });

  test('marks a command line that was cut', () => {
    const cmdline = build({ process: process({ args: ['x'.repeat(20_000)] }) }).process?.cmdline ?? '';
    expect(cmdline).toHaveLength(8192);
    expect(cmdline.endsWith('…')).toBe(true);
  });
});

describe('the container', () => {
  test('has null where something is not known', () => {
    const bare = container({
      name: '',
      image: '',
      runtime: '',
      workload: '',
      podName: '',
      podNamespace: '',
      podUid: '',
    });
    const alert = build({ container: bare });
    expect(alert.container).toMatchObject({ name: null, image: null, runtime: null });
    expect(alert.workload).toBeNull();
  });

  test('is its own workload without Kubernetes', () => {
    const plain = container({ workload: 'web', podName: '', podNamespace: '', podUid: '' });
    expect(build({ container: plain }).workload).toEqual({
      kind: 'Container',
      name: 'web',
      namespace: null,
      pod: null,
      pod_uid: null,
    });
  });

  test('makes the metadata partial when it is unknown or incomplete, but not for a process of the host', () => {
    expect(build({}).evidence.metadata).toBe('partial');
    expect(build({ container: container({ flags: ContainerFlag.partial }) }).evidence.metadata).toBe('partial');
    const host = openAt(1, 1, { slot: 0, flags: HeaderFlag.host });
    expect(build({}, finding(), host).evidence.metadata).toBe('complete');
  });
});

test('a time that nobody can mean is kept within bounds', () => {
  const late = openAt(1, 1, { time: 2n ** 64n - 1n });
  const alert = build({}, finding(), late);
  expect(Alert.parse(alert).time).toBe('2255-06-05T23:47:34.740991000Z');
});
