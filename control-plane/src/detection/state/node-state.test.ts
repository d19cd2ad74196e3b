import { ContainerFlag, HeaderFlag, Kind } from '@picket/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { ControlPlaneError } from '../../errors.ts';
import { Scenario } from '../testing/scenario.ts';
import { NodeState } from './node-state.ts';

let node: Scenario;
beforeEach(() => {
  node = new Scenario();
});
const containerOf = (header: Record<string, number>) =>
  node.state.containerOf(node.at(node.encode(Kind.FileOpen, { tgid: 1, ...header }, { path: '/x' })));

describe('containers', () => {
  it('are found by slot and generation', () => {
    node.container({ id: 'aaa', labels: ['app=shop', 'tier=web'], mounts: ['/srv:/data:rw'] });
    expect(containerOf({})).toMatchObject({ id: 'aaa', labels: ['app=shop', 'tier=web'], mounts: ['/srv:/data:rw'] });
    expect(containerOf({ generation: 2 })).toBeUndefined();
    expect(containerOf({ slot: 2 })).toBeUndefined();
  });

  it('are found by cgroup while events have no slot, but not for events of the host', () => {
    node.container({ id: 'aaa' }, { cgroup: 4242 });
    expect(containerOf({ slot: 0, cgroup: 4242 })?.id).toBe('aaa');
    expect(containerOf({ slot: 0, cgroup: 4243 })).toBeUndefined();
    expect(containerOf({ slot: 0, cgroup: 4242, flags: HeaderFlag.host })).toBeUndefined();
  });

  it('keep the one before when a slot is used again', () => {
    node.container({ id: 'old' }, { generation: 1, cgroup: 1 });
    node.send(Kind.ContainerStopped, { generation: 1, time: 77 }, { id: 'old' });
    node.container({ id: 'new' }, { generation: 2, cgroup: 2 });
    expect(containerOf({ generation: 1 })).toMatchObject({ id: 'old', stopped: 77 });
    expect(containerOf({ generation: 2 })).toMatchObject({ id: 'new', stopped: 0 });
    node.container({ id: 'newer' }, { generation: 3, cgroup: 3 });
    expect(containerOf({ generation: 1 })).toBeUndefined();
    expect(containerOf({ generation: 2 })?.stopped).toBeGreaterThan(0);
    expect(node.state.containers.running).toBe(1);
  });

  it('grow more complete and are not blanked by a partial repetition', () => {
    const partial = ContainerFlag.partial;
    node.container({ id: 'aaa', name: '', image: '', container_flags: partial });
    expect(containerOf({})).toMatchObject({ name: '', flags: partial });
    node.send(Kind.ContainerUpdated, { generation: 1 }, { id: 'aaa', name: 'shop', image: 'shop:1', started: 5n });
    node.container({ id: 'aaa', name: '', image: '', container_flags: partial }, { flags: HeaderFlag.snapshot });
    expect(containerOf({})).toMatchObject({ id: 'aaa', name: 'shop', image: 'shop:1', started: 5, flags: 0 });
  });

  it('are told anew by a restarted agent, and nothing outlives a reboot', () => {
    const bootId = new Uint8Array(16);
    node.state.begin({ bootId, agentEpoch: 1n });
    node.container();
    node.exec(200, {});
    node.state.begin({ bootId, agentEpoch: 1n });
    expect(containerOf({})).toBeDefined();
    node.state.begin({ bootId, agentEpoch: 2n });
    expect(containerOf({})).toBeUndefined();
    expect(node.state.processes.size).toBe(1);
    node.state.begin({ bootId: bootId.map(() => 9), agentEpoch: 3n });
    expect(node.state.processes.size).toBe(0);
  });
});

describe('checkpoints', () => {
  const fill = (target: Scenario) => {
    target.state.begin({ bootId: new Uint8Array(16).fill(7), agentEpoch: 12n });
    target.container({ labels: ['a=b'] });
    target.container({ id: 'second' }, { slot: 2, cgroup: 901 });
    target.container({ id: 'third' }, { slot: 2, generation: 2, cgroup: 902 });
    target.exec(200, {
      path: '/bin/sh',
      args: ['sh', '-c', 'x'],
      more: { cap_effective: 0x1ffffffffffn, env: ['A=1'] },
    });
    target.fork(201, 200);
    target.exec(201, { path: '/bin/ls', ppid: 200 });
    target.exec(201, {
      path: '/bin/lost',
      header: { start: 9_000_000, flags: HeaderFlag.snapshot | HeaderFlag.synthetic },
    });
    target.exit(200);
    target.fork(202, 201);
    target.exec(300, { path: '/bin/café', args: ['a\u0001b', ''] });
  };
  const play = (target: Scenario) => {
    target.state.processes.advance(target.time + 40_000_000_000);
    target.exec(400, { path: '/bin/after', ppid: 202 });
    return [...target.state.processes.nodes()].map((n) => [
      n.pid,
      n.start,
      n.exepath,
      n.parent?.pid,
      n.parent?.parent?.exepath,
    ]);
  };

  it('give back the same state, which then goes on the same', () => {
    fill(node);
    const other = new Scenario();
    other.state.restore(node.state.snapshot());
    other.time = node.time;
    expect(Buffer.from(other.state.snapshot()).equals(Buffer.from(node.state.snapshot()))).toBe(true);
    expect([...other.state.containers.all()]).toEqual([...node.state.containers.all()]);
    expect(play(other)).toEqual(play(node));
    expect(Buffer.from(other.state.snapshot()).equals(Buffer.from(node.state.snapshot()))).toBe(true);
  });

  it('can be read wherever the bytes begin', () => {
    fill(node);
    const saved = node.state.snapshot();
    for (const shift of [1, 4, 8]) {
      const moved = Buffer.concat([Buffer.alloc(shift), saved, Buffer.alloc(3)]).subarray(shift, shift + saved.length);
      const other = new NodeState('node-a');
      other.restore(moved);
      expect(Buffer.from(other.snapshot()).equals(Buffer.from(saved))).toBe(true);
    }
  });

  it('keep ancestors that only their descendants know', () => {
    node.exec(200, { path: '/bin/gone' });
    node.fork(201, 200);
    node.exit(200);
    node.state.processes.advance(node.time + 40_000_000_000);
    expect(node.state.processes.size).toBe(1);
    const other = new NodeState('node-a');
    other.restore(node.state.snapshot());
    expect(other.processes.find(201, 201_000)?.parent?.exepath).toBe('/bin/gone');
    expect(other.processes.find(200, 200_000)).toBeUndefined();
  });

  it('refuse what is no checkpoint, and keep the state as it was', () => {
    fill(node);
    const good = node.state.snapshot();
    const flipped = good.slice();
    flipped[good.length >> 1] = (flipped[good.length >> 1] as number) ^ 1;
    const newer = good.slice();
    newer[4] = 9;
    const bad = [
      new Uint8Array(0),
      new TextEncoder().encode('not a checkpoint at all'),
      good.subarray(0, good.length - 5),
      flipped,
      newer,
    ];
    for (const bytes of bad) {
      const refused = () => node.state.restore(bytes);
      expect(refused).toThrow(ControlPlaneError);
      expect(refused).toThrow(expect.objectContaining({ code: 'CHECKPOINT_CORRUPT' }));
    }
    expect(Buffer.from(node.state.snapshot()).equals(Buffer.from(good))).toBe(true);
  });
});
