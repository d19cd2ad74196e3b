import type { ProcessRef } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { lineage } from './lineage.ts';

const process = (pid: number, start: string): ProcessRef => ({
  pid,
  start,
  name: `p${pid}`,
  exepath: `/bin/p${pid}`,
  cmdline: `p${pid}`,
});
const tree = (ancestors: ProcessRef[]) => ({ ...process(9, '9000000000'), ancestors });
const pids = (nodes: ReturnType<typeof lineage>) => nodes.map((node) => node.process.pid);

describe('lineage', () => {
  it('puts the oldest ancestor first and the process itself last', () => {
    const nodes = lineage(tree([process(5, '5000000000'), process(3, '3000000000'), process(1, '1000000000')]));
    expect(pids(nodes)).toEqual([1, 3, 5, 9]);
    expect(nodes.map((node) => node.depth)).toEqual([0, 1, 2, 3]);
    expect(nodes.map((node) => node.self)).toEqual([false, false, false, true]);
  });

  it('recognises a list that has the oldest first already', () => {
    expect(pids(lineage(tree([process(1, '1'), process(3, '3'), process(5, '5')])))).toEqual([1, 3, 5, 9]);
  });

  it('takes the parent as first where start times are equal or not known', () => {
    expect(pids(lineage(tree([process(5, '7'), process(3, '7')])))).toEqual([3, 5, 9]);
    expect(pids(lineage(tree([process(5, '0'), process(3, 'soon'), process(1, '')])))).toEqual([1, 3, 5, 9]);
    expect(pids(lineage(tree([process(5, '0'), process(3, '30'), process(1, '10')])))).toEqual([1, 3, 5, 9]);
  });

  it('compares start times beyond the precision of a float', () => {
    const nodes = lineage(tree([process(3, '9007199254740993'), process(5, '9007199254740994')]));
    expect(pids(nodes)).toEqual([3, 5, 9]);
  });

  it('tells how long each process ran before the event', () => {
    const nodes = lineage(tree([process(3, '4000000000'), process(1, '0')]), '9500000000');
    expect(nodes.map((node) => node.age)).toEqual([undefined, 5_500_000_000n, 500_000_000n]);
  });

  it('tells no age that would be negative or is made of nonsense', () => {
    for (const time of ['1', 'later', undefined, null, {}, '-5', '1e9', 1.5]) {
      expect(lineage(tree([]), time)[0]?.age).toBeUndefined();
    }
  });

  it('works for a process without ancestors', () => {
    expect(lineage(tree([]))).toMatchObject([{ depth: 0, self: true, process: { pid: 9 } }]);
    expect(lineage(tree([]))[0]?.process).not.toHaveProperty('ancestors');
  });
});
