import { describe, expect, it } from 'vitest';
import { EventCursor } from './cursor.ts';
import { FileOpen, Header, Kind, NetConnect } from './events.gen.ts';
import { parseIp } from './ip.ts';
import { describeRecord, encodeRecord } from './record.ts';

const open = (path: string, header = {}) =>
  encodeRecord(Kind.FileOpen, { tgid: 42, result: -2, ...header }, { path, count: 1 });

it('walks records and reads every type', () => {
  const remote = parseIp('10.1.2.3') as Uint8Array;
  const connect = encodeRecord(
    Kind.NetConnect,
    { time: 2n ** 52n + 1n },
    { remote_ip: remote, remote_port: 443, fd: -1 },
  );
  const cursor = new EventCursor().open(new Uint8Array([...open('/etc/pässwd'), ...connect]));
  expect(cursor.next()).toBe(true);
  expect([cursor.kind, cursor.tgid, cursor.result, cursor.index]).toEqual([Kind.FileOpen, 42, -2, 0]);
  expect(cursor.string(FileOpen.path)).toBe('/etc/pässwd');
  expect(cursor.next()).toBe(true);
  expect(cursor.ip(NetConnect.remoteIp)).toBe('10.1.2.3');
  expect(cursor.u16(NetConnect.remotePort)).toBe(443);
  expect(cursor.i32(NetConnect.fd)).toBe(-1);
  expect(cursor.time).toBe(2 ** 52 + 1);
  expect(cursor.big(Header.time)).toBe(2n ** 52n + 1n);
  expect(cursor.next()).toBe(false);
  expect(cursor.malformed).toBe(false);
});

it('reads bytes that are not aligned, from a Buffer too', () => {
  const record = open('/x');
  for (const bytes of [
    Buffer.concat([Buffer.alloc(3), record]).subarray(3),
    new Uint8Array([0, ...record]).subarray(1),
  ]) {
    const cursor = new EventCursor().open(bytes);
    expect(cursor.next() && cursor.string(FileOpen.path)).toBe('/x');
  }
});

it('goes back to a record', () => {
  const [first, second] = [open('/first'), open('/second')];
  const cursor = new EventCursor().open(new Uint8Array([...first, ...second]));
  while (cursor.next());
  cursor.seek(0, 0);
  expect(cursor.string(FileOpen.path)).toBe('/first');
  expect(cursor.next() && cursor.string(FileOpen.path)).toBe('/second');
});

describe('ends at a record that can not be true', () => {
  const broken = (length: number) => {
    const record = open('/x');
    new DataView(record.buffer).setUint16(Header.length, length, true);
    return record;
  };
  it.each([0, 8, 63, 65, 1024])('length %i', (length) => {
    const cursor = new EventCursor().open(new Uint8Array([...open('/good'), ...broken(length)]));
    expect(cursor.next()).toBe(true);
    expect(cursor.next()).toBe(false);
    expect(cursor.malformed).toBe(true);
  });
});

it('gives an empty text when the reference leaves the record', () => {
  const record = open('/x');
  new DataView(record.buffer).setUint16(FileOpen.path + 2, 60_000, true);
  const cursor = new EventCursor().open(record);
  cursor.next();
  expect(cursor.string(FileOpen.path)).toBe('');
});

it('names every field of a record', () => {
  const window = encodeRecord(
    Kind.WindowSyscalls,
    { slot: 3 },
    {
      total: 7,
      counts: [
        [0, 5],
        [257, 2],
      ],
    },
  );
  const cursor = new EventCursor().open(window);
  cursor.next();
  expect(describeRecord(cursor)).toMatchObject({
    kind: 'window.syscalls',
    slot: 3,
    total: '7',
    counts: [
      [0, 5],
      [257, 2],
    ],
    bigrams: [],
  });
});

it('refuses to build what does not fit', () => {
  expect(() => open('x'.repeat(70_000))).toThrow(RangeError);
  expect(() => encodeRecord(127, {}, {})).toThrow(/not in the event table/);
});
