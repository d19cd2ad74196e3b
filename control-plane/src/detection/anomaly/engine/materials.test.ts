import { describe, expect, it } from 'vitest';
import { makeWindow } from '../testing/make-window.ts';
import { Materials, type SavedMaterial } from './materials.ts';

const START = 1_767_225_600_000;
const DAY = 86_400_000;
const FEW = { keys: 256, bytes: 1 << 30 };
const nameOf = (what: string) => ({ key: `shop/${what}/nginx`, digest: 'sha256:aa', image: 'nginx' });

function learn(materials: Materials, what: string, windows = 1, from = START): void {
  for (let n = 0; n < windows; n++) {
    const window = makeWindow({ from: n * 10_000, tokens: { 'x:/usr/sbin/nginx': 1 } });
    materials.offer(nameOf(what), 0, window, { run: `node/${what}`, at: from + n * 10_000, circumstances: {} });
  }
}

const keysOf = (materials: Materials): string[] => materials.state().map(({ name }) => name.key);

describe('materials of a partition', () => {
  it('are not pushed out by containers under ever new names', () => {
    const materials = new Materials(FEW);
    learn(materials, 'web', 20);
    for (let n = 0; n < 600; n++) learn(materials, `made-up-${n}`);
    expect(materials.size).toBe(256);
    expect(materials.evicted).toBe(345);
    expect(keysOf(materials)).toContain('shop/web/nginx');
  });

  it('make room when they were not seen for a day', () => {
    const materials = new Materials(FEW);
    learn(materials, 'old', 50);
    for (let n = 0; n < 255; n++) learn(materials, `web-${n}`, 1, START + DAY);
    learn(materials, 'fresh', 1, START + DAY + 600_000);
    expect(keysOf(materials)).not.toContain('shop/old/nginx');
    expect(keysOf(materials)).toContain('shop/fresh/nginx');
  });

  it('are handed on a few at a time, each once in a round', () => {
    const materials = new Materials();
    for (let n = 0; n < 20; n++) learn(materials, `web-${n}`);
    const since = materials.turn;
    const handed: string[] = [];
    for (let rows = materials.rows(8, since); rows.length > 0; rows = materials.rows(8, since)) {
      expect(rows.length).toBeLessThanOrEqual(8);
      handed.push(...rows.map(({ key }) => key));
      learn(materials, 'web-0');
    }
    expect(new Set(handed).size).toBe(20);
    expect(handed).toHaveLength(20);
    expect(materials.rows(8, materials.turn).map(({ key }) => key)).toEqual(['shop/web-0/nginx']);
  });

  it('go on from a checkpoint, also from one in which another material is damaged', () => {
    const materials = new Materials();
    learn(materials, 'web', 5);
    learn(materials, 'db', 2);
    materials.rows();
    learn(materials, 'web', 3, START + 60_000);
    const again = new Materials();
    again.restore(materials.state());
    expect(again.rows(1)).toEqual(materials.rows(1));
    const damaged = (one: SavedMaterial): SavedMaterial =>
      one.name.key.includes('db') ? { ...one, bytes: one.bytes.subarray(3) } : one;
    again.restore(materials.state().map(damaged));
    expect([again.lost, again.size]).toEqual([1, 1]);
    expect(again.state()[0]?.bytes).toEqual(materials.state()[0]?.bytes);
  });

  it('that rest are parked, take less memory, and go on as if they had not been', () => {
    const [parked, awake] = [new Materials(), new Materials()];
    for (const materials of [parked, awake]) learn(materials, 'web', 400);
    const before = parked.bytes;
    learn(parked, 'db', 1, START + 3 * 3_600_000);
    expect(parked.parked).toBe(1);
    expect(parked.bytes).toBeLessThan(before);
    learn(awake, 'db', 1, START + 4_000_000);
    for (const materials of [parked, awake]) learn(materials, 'web', 20, START + 4 * 3_600_000);
    const rowOf = (materials: Materials) => materials.rows().find(({ key }) => key.includes('web'));
    expect(rowOf(parked)).toEqual(rowOf(awake));
  });

  it('stay within their memory all together: those that rest are parked, then the smallest forgotten and counted', () => {
    const materials = new Materials({ keys: 1000, bytes: 40_000 });
    for (let n = 0; n < 100; n++) learn(materials, `web-${n}`, 30, START + n * 100_000);
    expect(materials.bytes).toBeLessThanOrEqual(40_000);
    expect(materials.parked).toBeGreaterThan(10);
    expect(materials.evicted).toBeGreaterThan(0);
    expect(keysOf(materials)).toContain('shop/web-0/nginx');
  });
});
