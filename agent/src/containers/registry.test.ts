import { describe, expect, it } from 'vitest';
import { NO_FACTS } from './container-facts.ts';
import { type Container, ContainerRegistry } from './registry.ts';

const fresh = (cgroup: bigint) => ({ cgroup, path: `/${cgroup}`, facts: NO_FACTS, candidate: false });
const add = (registry: ContainerRegistry, cgroup: bigint) => registry.register(fresh(cgroup)) as Container;

describe('ContainerRegistry', () => {
  it('gives slots in turn, from 1, never 0 and never the number of rows', () => {
    const registry = new ContainerRegistry(4);
    expect([1n, 2n, 3n].map((cgroup) => add(registry, cgroup).slot)).toEqual([1, 2, 3]);
    expect(registry.register(fresh(4n))).toBeUndefined();
    expect(registry.refused).toBe(1);
    expect(registry.size).toBe(3);
  });

  it('keeps the slot of a stopped container for a while, with its cgroup', () => {
    const registry = new ContainerRegistry(3, 60_000);
    const one = add(registry, 1n);
    registry.adopt(one, 11n);
    registry.stop(one, 1000);
    expect(registry.lives(one)).toBe(false);
    expect(registry.byCgroup(11n)).toBe(one);
    expect(registry.reap(60_999)).toEqual([]);
    expect(registry.reap(61_000)).toEqual([1n, 11n]);
    expect(registry.byCgroup(1n)).toBeUndefined();
  });

  it('uses a slot again with a new generation, the longest rested first', () => {
    const registry = new ContainerRegistry(4, 0);
    const first = add(registry, 1n);
    registry.stop(first, 0);
    registry.reap(0);
    expect([2n, 3n, 4n].map((cgroup) => add(registry, cgroup).slot)).toEqual([2, 3, 1]);
    expect(registry.byCgroup(4n)?.generation).toBe(2);
    expect(registry.lives(first)).toBe(false);
  });

  it('lets generations run past 65535 without ever being 0', () => {
    const registry = new ContainerRegistry(2, 0);
    const seen = new Set<number>();
    for (let i = 0n; i < 65_540n; i++) {
      const container = add(registry, i);
      seen.add(container.generation);
      registry.stop(container, 0);
      registry.reap(0);
    }
    expect(seen.has(0)).toBe(false);
    expect(seen.size).toBe(65_535);
  });

  it('takes the slot of the container that stopped first when all are taken', () => {
    const registry = new ContainerRegistry(3, 60_000);
    const one = add(registry, 1n);
    const two = add(registry, 2n);
    registry.stop(two, 10);
    registry.stop(one, 20);
    expect(add(registry, 3n).slot).toBe(two.slot);
    expect(registry.byCgroup(2n)).toBeUndefined();
    expect(registry.reap(30)).toEqual([2n]);
  });

  it('forgets a child cgroup of a living container when it has rested', () => {
    const registry = new ContainerRegistry(3, 60_000);
    const one = add(registry, 1n);
    registry.adopt(one, 11n);
    registry.leave(11n, 0);
    registry.leave(11n, 5);
    expect(registry.byCgroup(11n)).toBe(one);
    expect(registry.reap(70_000)).toEqual([11n]);
    expect(one.cgroups).toEqual(new Set([1n]));
    expect(registry.lives(one)).toBe(true);
  });
});
