import { expect, it } from 'vitest';
import { packNodes, type SavedNodes, unpackNodes } from './checkpoint-nodes.ts';
import { ProcessNode } from './process-node.ts';

const saved = (): SavedNodes => {
  const parent = new ProcessNode(1, 10);
  const child = new ProcessNode(2, 20);
  child.parent = parent;
  return structuredClone(packNodes([child, parent], [child]));
};
const withCell = (row: number, column: number, value: number): SavedNodes => {
  const copy = saved();
  return { ...copy, rows: copy.rows.map((cells, i) => (i === row ? cells.with(column, value) : cells)) };
};

it('gives nodes back with their parents', () => {
  const { nodes, exited } = unpackNodes(saved());
  expect(nodes.map((node) => node.pid)).toEqual([2, 1]);
  expect(nodes[0]?.parent).toBe(nodes[1]);
  expect(exited).toEqual([nodes[0]]);
});

it('refuses rows that contradict themselves', () => {
  expect(() => unpackNodes(withCell(0, 2, 99))).toThrow('no process 99');
  expect(() => unpackNodes(withCell(1, 2, 0))).toThrow('its own ancestor');
  expect(() => unpackNodes(withCell(0, 25, 99))).toThrow('no text 99');
  expect(() => unpackNodes({ ...saved(), rows: [[1, 2, 3]] })).toThrow('cut short');
  expect(() => unpackNodes({ ...saved(), kept: 7 })).toThrow('counts processes');
});
