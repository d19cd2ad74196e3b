import { ContainerFlag, ContainerStarted, Header, HeaderFlag, KINDS, Kind } from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../testing/scenario.ts';
import { readAccounts, readContainers } from './checkpoint-containers.ts';
import { emptyContainer } from './container-table.ts';
import { NodeState } from './node-state.ts';

let node: Scenario;
beforeEach(() => {
  node = new Scenario();
});
const users = ['0:root:0:/root:/bin/sh', '1000:app:1000:/home/app:/bin/sh'];
const groups = ['0:root', '1000:app'];
const container = () => node.state.containers.find(1, 1);

/** The record as an agent of schema 1.1 would have written it. */
function asOfBefore(record: Uint8Array): Uint8Array {
  const from = ContainerStarted.livenessProbe;
  const gap = ContainerStarted.size - from;
  const out = new Uint8Array(record.length - gap);
  out.set(record.subarray(0, from));
  out.set(record.subarray(from + gap), from);
  const view = new DataView(out.buffer);
  view.setUint16(Header.length, out.length, true);
  for (const { type, offset } of KINDS.find(({ id }) => id === Kind.ContainerStarted)?.fields ?? [])
    if (offset < from && (type === 'str' || type === 'strs'))
      view.setUint16(offset, view.getUint16(offset, true) - gap, true);
  return out;
}

describe('users and groups of containers', () => {
  it('are as the last record has them, and the same lists while nothing changes', () => {
    node.container({ users, groups });
    expect(container()).toMatchObject({ users, groups });
    const before = container()?.users;
    node.container({ users, groups }, { flags: HeaderFlag.snapshot });
    expect(container()?.users).toBe(before);
    node.container({ users: users.slice(0, 1), groups, container_flags: ContainerFlag.partial });
    expect(container()?.users).toEqual(users.slice(0, 1));
    node.container({});
    expect(container()).toMatchObject({ users: [], groups: [] });
  });

  it('are left alone by the records of older agents', () => {
    const fields = { id: 'aaa', name: 'shop', labels: ['a=b'], mounts: ['/a:/b:rw'], healthcheck: 'check it' };
    const record = node.encode(Kind.ContainerStarted, { generation: 1 }, fields);
    node.container({ users, groups, liveness_probe: 'test' });
    node.play(asOfBefore(record));
    expect(container()).toMatchObject({ ...fields, users, groups, livenessProbe: 'test' });
    // not even the id has bytes, and another record follows
    const empty = asOfBefore(node.encode(Kind.ContainerStarted, { generation: 2 }, {}));
    node.play(Buffer.concat([empty, record]));
    expect(node.state.containers.find(1, 2)).toMatchObject({ id: '', users: [], groups: [], readinessProbe: '' });
  });
});

describe('users and groups of the node', () => {
  it('come in a record without a slot', () => {
    node.send(Kind.ContainerUpdated, { slot: 0, generation: 0, flags: HeaderFlag.host }, { users, groups });
    expect(node.state.host).toEqual({ users, groups });
    expect([...node.state.containers.all()]).toEqual([]);
    node.send(Kind.ContainerUpdated, { slot: 0, generation: 0 }, { users: [] });
    expect(node.state.host.users).toEqual(users);
    node.state.begin({ bootId: new Uint8Array(16), agentEpoch: 9n });
    expect(node.state.host.users).toEqual([]);
  });
});

describe('a checkpoint', () => {
  const answer = { name: 'shop.example', addresses: ['192.0.2.1'], answer: 1 };

  it('keeps users, groups and names of addresses', () => {
    node.container({ users, groups });
    node.send(Kind.ContainerUpdated, { slot: 0, generation: 0, flags: HeaderFlag.host }, { users });
    node.send(Kind.NetDns, {}, answer);
    const other = new NodeState('node-a');
    other.restore(node.state.snapshot());
    expect(other.host).toEqual({ users, groups: [] });
    expect([...other.containers.all()]).toEqual([...node.state.containers.all()]);
    expect(other.names.saved()).toEqual(node.state.names.saved());
    expect(other.names.size).toBe(1);
    expect(Buffer.from(other.snapshot()).equals(Buffer.from(node.state.snapshot()))).toBe(true);
  });

  it('of before there were such can still be read', () => {
    const { users: _, groups: __, livenessProbe: ___, readinessProbe: ____, ...before } = emptyContainer(1, 1, '9');
    expect(readContainers(JSON.parse(JSON.stringify([before])))).toEqual([emptyContainer(1, 1, '9')]);
    const { name: _____, ...less } = before;
    expect(() => readContainers([less])).toThrow('a container has no name');
    expect(() => readContainers([{ ...before, users: 'root' }])).toThrow('a container has no users');
    for (const value of [null, {}, { users: [], groups: [1] }]) expect(() => readAccounts(value)).toThrow(TypeError);
  });
});
