import { type BatchHeader, Codec, EventCursor, encodeRecord, Kind } from '@picket/sdk';
import type { Batch, Container, Finding, NodeView, Process, ProcessEntry } from '../../types.ts';

/** Events, processes and containers for the tests of the alerts. */

export const WALL = 1_700_000_000_000_000_000n;
export const BOOT = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
const SECOND = 1_000_000_000n;

export function header(overrides: Partial<BatchHeader> = {}): BatchHeader {
  return {
    codec: Codec.none,
    count: 1,
    rawLength: 0,
    firstSequence: 1n,
    agentEpoch: 7n,
    wallOffset: WALL,
    watermark: 0n,
    bootId: BOOT,
    node: 'node-a',
    losses: [],
    ...overrides,
  };
}

/** A batch whose watermark is `seconds` after boot. */
export function batchAt(seconds: number, overrides: Partial<BatchHeader> = {}): Batch {
  const watermark = BigInt(Math.round(seconds * 1000)) * 1_000_000n;
  return {
    header: header({ watermark, ...overrides }),
    records: new Uint8Array(0),
    partition: 3,
    token: 'abcdefghijklmnop',
    streamSequence: 1,
  };
}

/** A cursor on one file.open, `seconds` after boot. */
export function openAt(seconds: number, sequence: number, fields: Record<string, number | bigint> = {}): EventCursor {
  const time = (BigInt(Math.round(seconds * 1000)) * SECOND) / 1000n;
  const head = { time, sequence, tgid: 42, tid: 42, start: 5n * SECOND, uid: 1000, slot: 3, generation: 1, ...fields };
  const cursor = new EventCursor().open(encodeRecord(Kind.FileOpen, head, { path: '/etc/shadow', open_flags: 0 }));
  cursor.next();
  return cursor;
}

export function finding(overrides: Partial<Finding> = {}): Finding {
  return {
    detector: { kind: 'rule', id: 'read-secrets', version: '1' },
    rule: 'Read of a secret file',
    priority: 'Warning',
    output: 'a secret was read',
    tags: ['filesystem'],
    mitre: ['T1003'],
    fields: { 'fd.name': '/etc/shadow', 'user.uid': 1000 },
    groupKey: 'container-1|/bin/cat',
    ...overrides,
  };
}

export function process(overrides: Partial<Process> = {}): Process {
  return {
    pid: 42,
    start: 5e9,
    ppid: 1,
    parentStart: 1e9,
    parent: undefined,
    name: 'cat',
    exepath: '/bin/cat',
    args: ['cat', '/etc/shadow'],
    cwd: '/',
    env: [],
    tty: 0,
    uid: 1000,
    gid: 1000,
    loginuid: 4294967295,
    vpid: 7,
    vpgid: 7,
    vsid: 7,
    pgid: 42,
    sid: 42,
    exeFlags: 0,
    exeInode: 0,
    exeCtime: 0,
    exeMtime: 0,
    capEffective: 0n,
    capPermitted: 0n,
    capInheritable: 0n,
    slot: 3,
    generation: 1,
    entryPid: 0,
    entryStart: 0,
    entryVpid: 0,
    exited: 0,
    ...overrides,
  };
}

export function container(overrides: Partial<Container> = {}): Container {
  return {
    slot: 3,
    generation: 1,
    cgroup: '1234',
    id: 'c0ffee'.padEnd(64, '0'),
    name: 'web',
    runtime: 'containerd',
    image: 'docker.io/library/nginx:1.27',
    imageDigest: '',
    ip: '',
    podName: 'web-0',
    podNamespace: 'shop',
    podUid: 'uid-1',
    workload: 'Deployment/web',
    serviceAccount: '',
    labels: [],
    mounts: [],
    cni: '',
    healthcheck: '',
    livenessProbe: '',
    readinessProbe: '',
    users: [],
    groups: [],
    cgroupPath: '/kubepods/x',
    started: 0,
    initPid: 0,
    initStart: 0,
    flags: 0,
    stopped: 0,
    ...overrides,
  };
}

export function view(
  of: { process?: Process; container?: Container; entry?: ProcessEntry } = {},
  node = 'node-a',
): NodeView {
  return { node, processOf: () => of.process, containerOf: () => of.container, entryOf: () => of.entry };
}
