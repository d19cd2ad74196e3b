import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectingLog, until } from '../../testing/collect.ts';
import type { KeptBatch, OutgoingBatch } from '../spool.ts';
import { DiskSpool } from './disk-spool.ts';

const MIB = 1024 * 1024;
const TOKEN = 'abcdefghijklmnop';
let folder: string;
let opened: DiskSpool[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-spool-'));
  opened = [];
});
afterEach(async () => {
  for (const each of opened) await each.close([]);
  rmSync(folder, { recursive: true, force: true });
});

interface Chosen {
  readonly limit: number;
  readonly token: string;
  readonly folder: string;
  readonly waitingBytes: number;
}

async function spool({ waitingBytes = 8 * MIB, ...options }: Partial<Chosen> = {}) {
  const { log, lines } = collectingLog();
  const lost = { batches: 0, kinds: new Float64Array(128), why: new Set<string>() };
  const made = await DiskSpool.open({
    folder,
    token: TOKEN,
    limit: 64 * MIB,
    waitingBytes: () => waitingBytes,
    log,
    onLost: (kinds, batches, why) => {
      lost.batches += batches;
      lost.why.add(why);
      for (const [kind, count] of kinds.entries()) lost.kinds[kind] = (lost.kinds[kind] ?? 0) + count;
    },
    onMore: () => undefined,
    ...options,
  });
  opened.push(made);
  return { spool: made, lost, lines };
}

/** Batch `n` holds n records of kind 10 + n % 3; every fourth is urgent. */
function batch(n: number, bytes = 2000): OutgoingBatch {
  const kinds = new Uint32Array(128);
  kinds[10 + (n % 3)] = n;
  return { id: `node.7.${n}`, message: Buffer.alloc(bytes, n % 251), kinds, urgent: n % 4 === 0 };
}

async function append(to: DiskSpool, first: number, count: number, bytes?: number): Promise<void> {
  for (let n = first; n < first + count; n++) {
    to.append(batch(n, bytes), n);
    if (n % 16 === 0) await written(to);
  }
  await written(to);
}
const written = (to: DiskSpool) => until(() => to.waiting.batches === 0, 'the disk');

async function drain(from: DiskSpool, settle = true): Promise<KeptBatch[]> {
  const all: KeptBatch[] = [];
  for (;;) {
    const some = await from.take(MIB);
    if (some.length === 0) return all;
    all.push(...some);
    if (settle) for (const each of some) each.settled?.();
  }
}
const places = (batches: KeptBatch[]) => batches.map(({ place }) => place);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);
const files = () => readdirSync(folder).filter((name) => /^\d{16}\./.test(name));
const rejected = () => readdirSync(join(folder, 'rejected'));

describe('DiskSpool', () => {
  it('gives back what it was given, in order over both lanes, and leaves nothing behind', async () => {
    const { spool: made, lost } = await spool();
    await append(made, 0, 500);
    expect(made.batches).toBe(500);
    expect(made.bytes).toBeGreaterThan(500 * 2000);
    const all = await drain(made);
    expect(places(all)).toEqual(upTo(500));
    for (const [n, { id, message, kinds, urgent }] of all.entries())
      expect({ id, message: Buffer.from(message), kinds, urgent }).toEqual(batch(n));
    expect(lost.batches).toBe(0);
    await until(() => files().length === 0, 'no file');
    expect([made.active, made.batches, made.bytes]).toEqual([false, 0, 0]);
  });

  it('takes batches while others are read, and keeps files from others', async () => {
    const { spool: made } = await spool();
    const all: KeptBatch[] = [];
    for (let round = 0; round < 40; round++) {
      for (let n = round * 10; n < round * 10 + 10; n++) made.append(batch(n, 30_000), n);
      all.push(...(await drain(made)));
      await new Promise((resolve) => setTimeout(resolve, round % 3));
    }
    await written(made);
    all.push(...(await drain(made)));
    expect(places(all)).toEqual(upTo(400));
    await append(made, 400, 4);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(files().map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it('gives the next run what was not settled, and goes on behind it', async () => {
    const one = await spool();
    await append(one.spool, 0, 300);
    const taken = await one.spool.take(100_000);
    for (const each of taken.slice(0, 20)) each.settled?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
    // No end: as after a kill.
    const two = await spool();
    expect(two.spool.nextPlace).toBe(300);
    await append(two.spool, 300, 50);
    const all = places(await drain(two.spool));
    // The lanes note for themselves how far they are settled.
    expect(all).toEqual(upTo(350).slice(20));
    expect(two.lines.join('')).toContain('an earlier run left batches on disk');
    expect(two.lost.batches).toBe(0);
  });

  it('puts what was in memory before what lies on disk when it ends', async () => {
    const one = await spool();
    await append(one.spool, 10, 20);
    one.spool.append(batch(30), 30);
    expect(await one.spool.close(upTo(10).map((n) => ({ batch: batch(n), place: n })))).toBe(0);
    const two = await spool();
    expect(places(await drain(two.spool))).toEqual(upTo(31));
  });

  it('drops the oldest files without urgent batches when it is full, then the oldest, and counts each record', async () => {
    const { spool: made, lost } = await spool({ limit: 2 * MIB });
    await append(made, 0, 400, 10_000);
    expect(made.bytes).toBeLessThanOrEqual(2 * MIB);
    const all = await drain(made);
    expect(places(all)).toEqual(places(all).toSorted((a, b) => Number(a) - Number(b)));
    expect(all.at(-1)?.place).toBe(399);
    expect(all.length + lost.batches).toBe(400);
    expect(all.filter(({ urgent }) => urgent)).toHaveLength(100);
    for (const kind of [10, 11, 12]) {
      const kept = all.reduce((sum, { kinds }) => sum + (kinds[kind] ?? 0), 0);
      const made_ = upTo(400).reduce((sum, n) => sum + (10 + (n % 3) === kind ? n : 0), 0);
      expect(kept + (lost.kinds[kind] ?? 0)).toBe(made_);
    }
    await append(made, 400, 1000, 10_000);
    const urgent = (await drain(made)).filter((each) => each.urgent);
    expect(urgent.at(-1)?.place).toBe(1396);
  });

  it.each([1, 700, 2010, 2030])('drops and counts a last batch that lacks %i bytes', async (missing) => {
    const one = await spool();
    for (const n of [1, 2, 3]) one.spool.append(batch(n), n);
    await written(one.spool);
    const file = join(folder, files()[0] ?? '');
    truncateSync(file, statSync(file).size - missing);
    const two = await spool();
    expect(places(await drain(two.spool, false))).toEqual([1, 2]);
    expect(two.lost.batches).toBe(1);
    // What was in it is known while its head is whole.
    expect([two.lost.kinds[10], two.lost.kinds[0]]).toEqual(missing < 2001 ? [3, 0] : [0, 1]);
    const three = await spool();
    expect(three.lost.batches).toBe(0);
    expect(places(await drain(three.spool))).toEqual([1, 2]);
  });

  it('takes an end that was never written for a torn one', async () => {
    const one = await spool();
    for (const n of [1, 2, 3]) one.spool.append(batch(n), n);
    await written(one.spool);
    const file = join(folder, files()[0] ?? '');
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.alloc(3000)]));
    const two = await spool();
    expect(places(await drain(two.spool))).toEqual([1, 2, 3]);
    expect(two.lost.batches).toBe(1);
  });

  it('sets aside what is damaged or none of its own, and sends the rest', async () => {
    const one = await spool();
    await append(one.spool, 0, 40);
    const [bulk = '', urgent = ''] = files().toSorted().reverse();
    const bytes = readFileSync(join(folder, bulk));
    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(damaged.readUInt8(9000) ^ 1, 9000);
    writeFileSync(join(folder, bulk), damaged);
    const newer = Buffer.from(bytes);
    newer.writeUInt16LE(2, 8);
    writeFileSync(join(folder, '0000000000009999.bulk'), newer);
    writeFileSync(join(folder, '0000000000009998.bulk'), 'what is this');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    const two = await spool();
    const kept = places(await drain(two.spool));
    const lane = bulk.endsWith('bulk') ? 0 : 1;
    expect(kept.every((place) => (Number(place) % 4 === 0) === (lane === 0))).toBe(true);
    expect(kept.length).toBeGreaterThan(5);
    expect(rejected()).toHaveLength(4);
    expect(two.spool.rejected).toBe(4);
    expect(two.lost.why).toEqual(new Set(['unreadable']));
    expect(two.lost.kinds[0]).toBeGreaterThan(0);
    const said = two.lines.join('');
    for (const why of ['a checksum does not match', 'has format 2', 'no file of the spool', 'notes.txt'])
      expect(said).toContain(why);
    expect(urgent).not.toBe('');
  });

  it('does not send what another node left', async () => {
    const one = await spool();
    await append(one.spool, 0, 8);
    const two = await spool({ token: 'zzzzzzzzzzzzzzzz' });
    expect(await drain(two.spool)).toEqual([]);
    expect(two.lines.join('')).toContain('written under another node name');
  });

  it('keeps few of the files it sets aside, and none that somebody else put there', async () => {
    mkdirSync(join(folder, 'rejected'));
    writeFileSync(join(folder, 'rejected/keep.me'), 'x');
    for (let n = 0; n < 9; n++) {
      writeFileSync(join(folder, `${String(n).padStart(16, '0')}.bulk`), 'nonsense');
      await spool();
    }
    expect(rejected()).toHaveLength(5);
    expect(rejected()).toContain('keep.me');
  });

  it('notices damage that comes while it runs, counts it, and goes on', async () => {
    const { spool: made, lost, lines } = await spool({ limit: 64 * MIB });
    await append(made, 1, 3, 20_000);
    const file = join(folder, files()[0] ?? '');
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(30_000) ^ 1, 30_000);
    writeFileSync(file, bytes);
    expect(places(await drain(made))).toEqual([]);
    expect(lost.batches).toBe(3);
    expect([lost.kinds[11], lost.kinds[12], lost.kinds[10]]).toEqual([1, 2, 3]);
    expect(lines.join('')).toContain('set aside');
    await append(made, 4, 2);
    expect(places(await drain(made))).toEqual([4, 5]);
  });

  it('reports batches that a disk too slow has no time for', async () => {
    const { spool: made, lost } = await spool({ waitingBytes: 10_000 });
    for (let n = 0; n < 20; n++) made.append(batch(n), n);
    expect(lost.batches).toBe(16);
    await written(made);
    expect(places(await drain(made))).toEqual([0, 1, 2, 3]);
  });
});

describe('a disk without room', () => {
  let mount: string;
  beforeEach(() => {
    mount = mkdtempSync(join(tmpdir(), 'picket-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'picket-test', mount]);
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close([]);
    execFileSync('umount', [mount]);
    rmSync(mount, { recursive: true });
  });

  it('lets the oldest go when others fill the disk, and counts it', async () => {
    const { spool: made, lost } = await spool({ folder: join(mount, 'spool') });
    await append(made, 0, 300, 10_000);
    const all = await drain(made);
    expect(all.length).toBeGreaterThan(10);
    expect(all.length + lost.batches).toBe(300);
    expect(all.at(-1)?.place).toBe(299);
    expect(places(all)).toEqual(places(all).toSorted((a, b) => Number(a) - Number(b)));
  });

  it('says so, keeps what waits, and gives it on without the disk', async () => {
    const { spool: made, lines, lost } = await spool({ folder: join(mount, 'spool'), waitingBytes: 100_000 });
    writeFileSync(join(mount, 'full'), Buffer.alloc(MIB - 3 * 4096));
    for (let n = 0; n < 20; n++) made.append(batch(n, 9000), n);
    await until(() => !made.working, 'the failure');
    expect(lines.join('')).toContain('the spool folder takes no batches');
    expect(made.stats.failures).toBe(1);
    const all = await drain(made);
    expect(places(all)).toEqual(upTo(all.length));
    expect(all.length + lost.batches).toBe(20);
    expect(all.length).toBeGreaterThan(5);
  });
});
