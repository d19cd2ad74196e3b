import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BpfObject, openObject } from '@picket/native';
import { Kind, LossReason } from '@picket/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ContainerMap } from './kernel-maps.ts';

const file = fileURLToPath(new URL('../../../build/bpf/cgroup_life.bpf.o', import.meta.url));
const ROOM = 8;

describe('a table of containers that is full', () => {
  let object: BpfObject;
  let containers: ContainerMap;
  const inside = () => object.map('containers').keys().length;

  beforeEach(() => {
    object = openObject(readFileSync(file), { name: 'cgroup_life', mapEntries: { containers: ROOM } });
    object.load();
    containers = new ContainerMap(object.map('containers'), object.map('front'));
    for (let cgroup = 1n; cgroup <= BigInt(ROOM); cgroup++) containers.trace(cgroup, 1, 1);
  });
  afterEach(() => object.close());

  it('takes what still finds room in front of it, and counts what does not', () => {
    expect(inside()).toBe(ROOM);
    expect(containers.losses()).toEqual([]);
    containers.trace(100n, 2, 1);
    expect(containers.losses()).toEqual([]);
    containers.trace(100n + 8192n, 3, 1);
    expect(containers.losses()).toEqual([{ kind: Kind.CgroupCreated, reason: LossReason.mapFull, count: 1n }]);
    containers.forget(1n);
    containers.trace(100n + 8192n, 3, 1);
    expect(inside()).toBe(ROOM);
    expect(containers.losses()).toMatchObject([{ count: 1n }]);
  });

  it('has room again for what is ignored: that needs no entry', () => {
    containers.ignore(3n);
    containers.ignore(200n);
    expect(inside()).toBe(ROOM - 1);
    containers.trace(201n, 2, 1);
    expect(inside()).toBe(ROOM);
  });
});
