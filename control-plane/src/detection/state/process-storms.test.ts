import { describe, expect, it } from 'vitest';
import { Scenario } from '../testing/scenario.ts';
import { NodeState } from './node-state.ts';

const SECOND = 1_000_000_000;
const limited = (maxProcesses: number, maxAncestors = 16) =>
  new Scenario(undefined, {}, new NodeState('node-a', { maxProcesses, maxAncestors }));
const find = (node: Scenario, pid: number, start = pid * 1000) => node.state.processes.find(pid, start);

/** Objects that hang on the tree, those that only descendants keep included. */
function reachable(node: Scenario): number {
  const seen = new Set<object>();
  for (const kept of node.state.processes.nodes())
    for (let at = kept; at && !seen.has(at); ) {
      seen.add(at);
      if (!at.parent) break;
      at = at.parent;
    }
  return seen.size;
}

describe('a storm of forks', () => {
  it('whose processes end at once costs no living process', () => {
    const node = limited(500);
    node.exec(200, { path: '/bin/app' });
    node.exec(201, { path: '/bin/child', ppid: 200 });
    for (let i = 0; i < 20_000; i++) {
      const pid = 1000 + (i % 3000);
      const start = 5_000_000 + i * 10;
      node.fork(pid, 201, { sid: 200 }, { start });
      node.exit(pid, { start });
    }
    expect(node.state.processes).toMatchObject({ size: 500, evictedLiving: 0 });
    expect(node.state.processes.evictedExited).toBe(20_002 - 500);
    expect(find(node, 201)).toMatchObject({ exepath: '/bin/child', children: 498, exited: 0 });
    node.state.processes.advance(node.time + 31 * SECOND);
    expect([...node.state.processes.nodes()].map(({ pid }) => pid)).toEqual([200, 201]);
    expect(find(node, 201)?.children).toBe(0);
  });

  it('whose processes live is paid for by the container that makes it, entry processes last', () => {
    const node = limited(640);
    for (const slot of [2, 3]) {
      node.slot = slot;
      for (let i = 0; i < 50; i++) node.exec(slot * 100 + i, { path: `/bin/app${slot}` });
    }
    node.slot = 4;
    node.exec(900, { path: '/bin/bomb', vpid: 1 });
    for (let i = 0; i < 5000; i++) node.fork(1000 + i, 900);
    const left = [...node.state.processes.nodes()];
    expect(left.length).toBeLessThanOrEqual(640);
    expect(left.filter(({ slot }) => slot !== 4)).toHaveLength(100);
    expect(find(node, 900)?.exepath).toBe('/bin/bomb');
    expect(find(node, 5999)?.parent).toBe(find(node, 900));
    expect(node.state.processes.evictedLiving).toBe(5101 - left.length);
  });

  it('of generations keeps the memory bounded, and ancestors eight deep and more', () => {
    const node = limited(300);
    node.exec(200, { path: '/bin/root' });
    for (let i = 1; i < 20_000; i++) {
      node.fork(200 + i, 199 + i);
      node.exit(199 + i);
    }
    expect(node.state.processes.size).toBe(300);
    expect(reachable(node)).toBeLessThan(300 + 5000);
    let depth = 0;
    for (let up = find(node, 20_199)?.parent; up; up = up.parent) depth++;
    expect(depth).toBeGreaterThanOrEqual(8);
    node.state.processes.sweep();
    expect(reachable(node)).toBeLessThanOrEqual(300 + 16);
  });
});

describe('making room', () => {
  it('takes exited processes without children first, then other exited ones, then living ones without children', () => {
    const node = limited(5);
    node.exec(200, { path: '/bin/a', vpid: 1 });
    node.fork(201, 200);
    node.fork(202, 201);
    node.fork(203, 200);
    node.fork(204, 200);
    node.exit(201);
    node.exit(203);
    const forgotten: number[] = [];
    for (let pid = 300; pid < 304; pid++) {
      const before = [...node.state.processes.nodes()].map((process) => process.pid);
      node.fork(pid, 200);
      forgotten.push(...before.filter((old) => !find(node, old)));
    }
    expect(forgotten).toEqual([203, 201, 202, 204]);
    expect(node.state.processes).toMatchObject({ size: 5, evictedExited: 2, evictedLiving: 2 });
  });

  it('tells ten lives of one pid apart, and events of each find their own', () => {
    const node = limited(1000);
    for (let life = 1; life <= 10; life++) {
      const start = life * 1_000_000;
      node.exec(500, { path: `/bin/life${life}`, header: { start } });
      if (life % 2 === 0) node.exit(500, { start });
    }
    for (let life = 1; life <= 10; life++) expect(find(node, 500, life * 1_000_000)?.exepath).toBe(`/bin/life${life}`);
    expect(find(node, 500, 11_000_000)).toBeUndefined();
    expect(node.state.processes.size).toBe(10);
    const other = new NodeState('node-a');
    other.restore(node.state.snapshot());
    expect(other.processes.find(500, 3_000_000)?.exepath).toBe('/bin/life3');
    node.state.processes.advance(node.time + 31 * SECOND);
    expect(node.state.processes.size).toBe(0);
  });

  it('counts children again after a restart', () => {
    const node = limited(100);
    node.exec(200, { path: '/bin/a' });
    node.fork(201, 200);
    node.fork(202, 200);
    const other = new NodeState('node-a');
    other.restore(node.state.snapshot());
    expect(other.processes.find(200, 200_000)?.children).toBe(2);
    node.exit(201);
    node.state.processes.advance(node.time + 31 * SECOND);
    expect(find(node, 200)?.children).toBe(1);
  });
});
