import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FULL_PLAN, HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileCalls } from './testing/compile-calls.ts';
import { TracedCgroup } from './testing/traced-cgroup.ts';

const NOT_DECODED = 0xffff;
const UDP_HEADERS = 20 + 8;

let folder = '';
let program = '';
let cgroup: TracedCgroup;
beforeAll(() => {
  ({ folder, program } = compileCalls('net-calls'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A question for the addresses of a name (RFC 1035, 4.1). */
function query(name: string): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]);
  return Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 1, 0, 1]);
}
/** The question as it came, as an answer with addresses behind it. */
function answer(asked: Buffer, addresses: readonly string[]): Buffer {
  const records = addresses.flatMap((ip) => [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...ip.split('.').map(Number)]);
  const head = Buffer.from(asked);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(addresses.length, 6);
  return Buffer.concat([head, Buffer.from(records)]);
}
/** As the texts of a record show raw bytes. */
const shown = (bytes: Buffer) => bytes.toString('utf8').split('\0').filter(Boolean).join();
const raw = (value: unknown) => (value as string[]).filter(Boolean).join();

async function ask(way: 'udp' | 'tcp', asked: Buffer, said: Buffer): Promise<number> {
  writeFileSync(join(folder, 'query'), asked);
  writeFileSync(join(folder, 'answer'), said);
  const { code, stdout } = await cgroup.run(`exec ${program} dns ${way} ${folder}/query ${folder}/answer`);
  expect(code).toBe(0);
  return Number(stdout);
}

describe.each([false, true])('the wire, in the build for older kernels: %s', (portable) => {
  beforeAll(() => {
    cgroup = new TracedCgroup({ trace: true, portable });
  });
  beforeEach(() => {
    cgroup.seen.length = 0;
  });
  afterAll(() => cgroup[Symbol.asyncDispose]());

  it.each(['udp', 'tcp'] as const)('copies questions and answers over %s as they were', async (way) => {
    const asked = query('shop.example');
    const said = answer(asked, ['192.0.2.7', '192.0.2.8']);
    const port = await ask(way, asked, said);
    const ends = {
      local_ip: '127.0.0.1',
      remote_ip: '127.0.0.77',
      local_port: port,
      remote_port: 53,
      family: 2,
      protocol: way === 'udp' ? 17 : 6,
    };
    const mark = { id: NOT_DECODED, type: NOT_DECODED, rcode: NOT_DECODED, answer: NOT_DECODED, name: '' };
    const seen = cgroup.of('net.dns');
    expect(seen).toMatchObject([
      { ...ends, ...mark, slot: 7, generation: 3, flags: 0 },
      { ...ends, ...mark, slot: 7, generation: 3, flags: 0, tgid: 0 },
    ]);
    expect(raw(seen[0]?.addresses)).toBe(shown(asked));
    expect(raw(seen[1]?.addresses)).toBe(shown(said));
    // what goes out is sent by the task that runs
    const exec = cgroup.of('process.exec').find((event) => event.path === program);
    expect(seen[0]).toMatchObject({ tgid: exec?.tgid, start: exec?.start });
    expect(cgroup.source.losses()).toEqual([]);
  });

  it('keeps the beginning of a long answer and says so', async () => {
    const asked = query('many.example');
    const said = answer(
      asked,
      Array.from({ length: 80 }, (_, i) => `192.0.2.${i}`),
    );
    await ask('udp', asked, said);
    const seen = cgroup.of('net.dns')[1];
    expect(seen?.flags).toBe(HeaderFlag.argsTruncated);
    expect(raw(seen?.addresses)).toBe(shown(said.subarray(0, 512)));
  });

  it('leaves room for the text form behind the raw message', async () => {
    const asked = query('a.example');
    await ask(
      'udp',
      asked,
      answer(
        asked,
        Array.from({ length: 20 }, () => '192.0.2.1'),
      ),
    );
    expect(cgroup.of('net.dns').map((event) => event.length)).toEqual([128 + 3 * 128, 128 + 3 * 512]);
  });

  it('is not led astray by what is no message', async () => {
    await ask('udp', Buffer.from('short'), Buffer.from('x'));
    await ask('tcp', Buffer.from('short'), Buffer.from('x'));
    expect(cgroup.of('net.dns')).toEqual([]);
    expect(cgroup.source.losses()).toEqual([]);
  });

  /** Bytes received and sent since the last call. */
  function bytes(): number[] {
    const out = new Float64Array(2);
    expect(cgroup.source.networkBytes(7, out)).toBe(true);
    const change = [Number(out[0]) - total[0], Number(out[1]) - total[1]];
    total = [Number(out[0]), Number(out[1])];
    return change;
  }
  let total: [received: number, sent: number] = [0, 0];

  it('counts the bytes of packets, headers included, in both directions', async () => {
    bytes();
    await cgroup.run(`exec ${program} flood 100 1000`);
    // both ends are in the cgroup
    expect(bytes()).toEqual([100 * (1000 + UDP_HEADERS), 100 * (1000 + UDP_HEADERS)]);
    await cgroup.run(`exec ${program} flood 1 60000`);
    expect(bytes()).toEqual([60_000 + UDP_HEADERS, 60_000 + UDP_HEADERS]);
    await cgroup.run(`exec ${program} spread 50`);
    // each is answered with "port unreachable", which is not for the socket
    expect(bytes()).toEqual([0, 50 * (1 + UDP_HEADERS)]);
  });

  it('counts nothing of others', async () => {
    bytes();
    cgroup.source.ignore(cgroup.id);
    await cgroup.run(`exec ${program} flood 10 10`);
    expect(bytes()).toEqual([0, 0]);
  });
});

it('counts no bytes when nobody asks for them, and says so', async () => {
  await using idle = new TracedCgroup({ trace: true, plan: { ...FULL_PLAN, kinds: ['process.exec'] } });
  await idle.run(`exec ${program} flood 1 1`);
  expect(idle.source.networkBytes(7, new Float64Array(2))).toBe(false);
  expect(idle.of('process.exec')).toHaveLength(1);
});
