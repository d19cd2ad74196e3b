import { expect, it } from 'vitest';
import { packNodes, type SavedNodes, unpackNodes, WIDTH } from './checkpoint-nodes.ts';
import { ProcessNode } from './process-node.ts';

const saved = (): SavedNodes => {
  const parent = new ProcessNode(1, 10);
  const child = new ProcessNode(2, 20);
  child.parent = parent;
  child.args = ['a', ''];
  return structuredClone(packNodes([child], [child]));
};
const withCell = (row: number, column: number, value: number): SavedNodes => {
  const copy = saved();
  copy.cells[row * WIDTH + column] = value;
  return copy;
};

it('gives nodes back with their parents', () => {
  const { nodes, exited } = unpackNodes(saved());
  expect(nodes).toMatchObject([{ pid: 2, start: 20, args: ['a', ''], parent: { pid: 1, start: 10, args: [] } }]);
  expect(exited).toEqual(nodes);
});

it('refuses rows that contradict themselves', () => {
  expect(saved().cells.length).toBe(2 * WIDTH);
  expect(() => unpackNodes(withCell(0, 2, 99))).toThrow('no process 99');
  expect(() => unpackNodes(withCell(1, 2, 0))).toThrow('its own ancestor');
  expect(() => unpackNodes(withCell(0, 27, 99))).toThrow('no text 99');
  expect(() => unpackNodes(withCell(0, 27, Number.NaN))).toThrow('no text NaN');
  expect(() => unpackNodes({ ...saved(), cells: saved().cells.slice(1) })).toThrow('cut short');
  expect(() => unpackNodes({ ...saved(), kept: 7 })).toThrow('counts processes');
  expect(() => unpackNodes({ ...saved(), exited: [9] })).toThrow('no process 9');
  expect(() => unpackNodes({ ...saved(), lists: [[3 as unknown as string]] })).toThrow('texts are missing');
});
