import { beforeEach, expect, it } from 'vitest';
import { EngineMemory } from './memory.ts';

let now = 0;
let memory: EngineMemory;
beforeEach(() => {
  now = 1000;
  memory = new EngineMemory(() => now);
});

const learn = (id: string, facts: object, whole = false) => memory.learn({ id, imageId: '', facts }, whole);

it('tells what is news', () => {
  expect(learn('a', { name: 'web', started: 5n })).toBe(true);
  expect(learn('a', { started: 5n, name: 'web' })).toBe(false);
  expect(learn('a', { image: 'web:1' }, true)).toBe(true);
  expect(memory.get('a')).toMatchObject({ facts: { name: 'web', image: 'web:1', started: 5n }, whole: true });
  expect(learn('a', { labels: ['x=1'] })).toBe(true);
  expect(learn('a', { labels: ['x=1'] })).toBe(false);
});

it('remembers what was removed for 60 s, also when an answer about it comes late', () => {
  learn('a', { name: 'short' });
  memory.remove('a');
  learn('a', { image: 'late:1' }, true);
  expect(memory.living()).toEqual([]);
  now += 59_999;
  memory.sweep();
  expect(memory.get('a')?.facts).toEqual({ name: 'short', image: 'late:1' });
  now += 1;
  memory.sweep();
  expect(memory.get('a')).toBeUndefined();
});

it('keeps what a list shows again', () => {
  learn('a', {});
  memory.remove('a');
  memory.revive('a');
  now += 100_000;
  memory.sweep();
  expect(memory.living()).toEqual(['a']);
});

it('finds the containers of an image by its id and by its name', () => {
  memory.learn({ id: 'a', imageId: 'sha256:1', facts: {} }, false);
  learn('b', { image: 'web:1' });
  learn('c', {});
  expect(memory.ofImage('sha256:1', 'web:1')).toEqual(['a', 'b']);
  expect(memory.ofImage('', '')).toEqual([]);
});

it('has an end; what was removed makes room for what lives', () => {
  for (let i = 0; i < 8192; i++) learn(`${i}`, {});
  expect(learn('more', {})).toBe(false);
  expect(memory.refused).toBe(1);
  memory.remove('7');
  expect(learn('more', {})).toBe(true);
  expect(memory.get('7')).toBeUndefined();
  expect(memory.size).toBe(8192);
});
