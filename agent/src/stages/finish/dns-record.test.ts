import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { describeRecord, EventCursor, encodeRecord, Header, HeaderFlag, Kind, NetDns } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { DnsMessage } from './dns-message.ts';
import { decodeDns } from './dns-record.ts';

const RAW = { id: 0xffff, type: 0xffff, rcode: 0xffff, answer: 0xffff };
const message = new DnsMessage();

/** A raw record as the probe makes it: the message, and `room` zeros behind it. */
function record(payload: Uint8Array, room = 2 * payload.length): Buffer {
  const made = encodeRecord(Kind.NetDns, { tgid: 5 }, { ...RAW, remote_port: 53, addresses: payload });
  const bytes = Buffer.alloc((made.length + room + 7) & ~7);
  bytes.set(made);
  bytes.writeUInt16LE(bytes.length, Header.length);
  return bytes;
}

function decoded(payload: Uint8Array, room?: number) {
  const bytes = record(payload, room);
  const readable = decodeDns(bytes, 0, message);
  const cursor = new EventCursor().open(new Uint8Array(bytes));
  expect(cursor.next()).toBe(true);
  return { readable, ...describeRecord(cursor) } as Record<string, unknown>;
}

const u16 = (value: number) => [value >> 8, value & 255];
const name = (...labels: string[]) => [
  ...labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]),
  0,
];
const head = (flags: number, questions: number, answers: number) => [
  ...u16(0x1234),
  ...u16(flags),
  ...u16(questions),
  ...u16(answers),
  ...[0, 0, 0, 0],
];
const question = (type: number, ...labels: string[]) => [...name(...labels), ...u16(type), ...u16(1)];
const resource = (owner: number[], type: number, data: number[], kind = 1) => [
  ...owner,
  ...u16(type),
  ...u16(kind),
  ...[0, 0, 0, 60],
  ...u16(data.length),
  ...data,
];
const packet = (...parts: number[][]) => Uint8Array.from(parts.flat());
const POINTER_12 = [0xc0, 12];
const QUERY = 0x0100;
const ANSWER = 0x8180;

describe('decodeDns', () => {
  it('reads a query', () => {
    const query = packet(head(QUERY, 1, 0), question(28, 'www', 'Example', 'org'));
    const expected = { id: 0x1234, type: 28, rcode: 0, answer: 0, name: 'www.Example.org', addresses: [] };
    expect(decoded(query)).toMatchObject({ readable: true, ...expected, remote_port: 53, tgid: 5 });
    expect(decoded(query, 0)).toMatchObject(expected);
  });

  it('reads the addresses of an answer behind its aliases', () => {
    const v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];
    const answer = packet(
      head(ANSWER, 1, 5),
      question(1, 'a', 'b'),
      resource(POINTER_12, 5, name('c', 'd')),
      resource(name('c', 'd'), 1, [192, 0, 2, 1]),
      resource(POINTER_12, 28, v6),
      resource(POINTER_12, 1, [1, 2, 3]),
      resource(POINTER_12, 1, [10, 0, 0, 255]),
    );
    const addresses = ['192.0.2.1', '2001:db8::9', '10.0.0.255'];
    expect(decoded(answer)).toMatchObject({ readable: true, answer: 1, rcode: 0, type: 1, name: 'a.b', addresses });
  });

  it('reads what a real resolver asks', async () => {
    const server = createSocket('udp4');
    const asked = new Promise<Buffer>((resolve) => server.once('message', resolve));
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const resolver = new Resolver({ timeout: 100, tries: 1 });
    resolver.setServers([`127.0.0.1:${server.address().port}`]);
    const reply = resolver.resolveTxt('_x.real.example').catch(() => []);
    const seen = decoded(await asked);
    server.close();
    await reply;
    expect(seen).toMatchObject({ readable: true, name: '_x.real.example', type: 16, answer: 0, rcode: 0 });
  });

  it('tells the response code of answers only', () => {
    expect(decoded(packet(head(ANSWER | 3, 1, 0), question(1, 'no')))).toMatchObject({ rcode: 3, answer: 1 });
    expect(decoded(packet(head(QUERY | 3, 1, 0), question(1, 'no')))).toMatchObject({ rcode: 0, answer: 0 });
    expect(decoded(packet(head(ANSWER, 0, 0)))).toMatchObject({ readable: true, name: '', type: 0 });
  });

  it('escapes what does not print, and dots that are none', () => {
    const odd = packet(head(QUERY, 1, 0), question(1, 'a.b\\', ' \x00\xff', 'x'));
    expect(decoded(odd).name).toBe('a\\.b\\\\.\\032\\000\\255.x');
    expect(decoded(packet(head(QUERY, 1, 0), question(2))).name).toBe('.');
  });

  it('reads as far as the message was captured', () => {
    const one = resource(POINTER_12, 1, [192, 0, 2, 1]);
    const whole = packet(head(ANSWER, 1, 3), question(1, 'cut'), one, one, one);
    expect(decoded(whole.subarray(0, whole.length - 2)).addresses).toEqual(['192.0.2.1', '192.0.2.1']);
    expect(decoded(whole.subarray(0, 12 + 9)).addresses).toEqual([]);
  });

  it('leaves out addresses that the record has no room for, and says so', () => {
    const long = resource([0], 28, new Array(16).fill(0xab));
    const answer = packet(head(ANSWER, 1, 9), question(1, 'x'), ...Array.from({ length: 9 }, () => long));
    const text = 'abab:abab:abab:abab:abab:abab:abab:abab';
    expect(decoded(answer).addresses).toEqual(new Array(9).fill(text));
    expect(decoded(answer).flags).toBe(0);
    const seen = decoded(answer, 0);
    const fitting = Math.floor((((answer.length + 7) & ~7) - 1 + 1) / (text.length + 1));
    expect(seen.addresses).toEqual(new Array(fitting).fill(text));
    expect(seen.flags).toBe(HeaderFlag.argsTruncated);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', packet()],
    ['half a header', packet(head(QUERY, 1, 0)).subarray(0, 11)],
    ['no question where one is said to be', packet(head(QUERY, 1, 0))],
    ['a name without an end', packet(head(QUERY, 1, 0), [3, 97, 98])],
    ['a question without a type', packet(head(QUERY, 1, 0), name('a'), [0])],
    ['a pointer to itself', packet(head(QUERY, 1, 0), POINTER_12, u16(1), u16(1))],
    ['pointers in a circle', packet(head(QUERY, 1, 0), [1, 97, 0xc0, 12], u16(1), u16(1))],
    ['a pointer forward', packet(head(QUERY, 1, 0), [0xc0, 40], u16(1), u16(1), new Array(40).fill(0))],
    ['half a pointer', packet(head(QUERY, 1, 0), [0xc0])],
    ['a label type that does not exist', packet(head(QUERY, 1, 0), [0x41, 97, 0], u16(1), u16(1))],
    ['a name longer than 255', packet(head(QUERY, 1, 0), question(1, ...new Array(5).fill('x'.repeat(60))))],
  ])('tells of %s that it could not be read', (_, payload) => {
    const seen = decoded(payload);
    expect(seen).toMatchObject({ readable: false, name: '', rcode: 0xffff, answer: 0, addresses: [], remote_port: 53 });
  });

  it('takes the longest name there may be', () => {
    const labels = [...new Array(3).fill('x'.repeat(63)), 'y'.repeat(61)];
    expect(decoded(packet(head(QUERY, 1, 0), question(1, ...labels))).name).toBe(labels.join('.'));
    expect(decoded(packet(head(QUERY, 1, 0), question(1, ...labels, 'z'))).readable).toBe(false);
  });

  it('leaves records alone that are not raw', () => {
    const done = Buffer.from(encodeRecord(Kind.NetDns, {}, { id: 7, name: 'kept', addresses: ['192.0.2.1'] }));
    const before = Buffer.from(done);
    expect(decodeDns(done, 0, message)).toBe(true);
    expect(done.equals(before)).toBe(true);
  });

  it('keeps inside the record, whatever message and references say', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return (seed >> 8) % below;
    };
    const answer = packet(
      head(ANSWER, 2, 3),
      question(1, 'ab', 'cd'),
      question(1, 'ef'),
      resource(POINTER_12, 1, [1, 2, 3, 4]),
    );
    for (let round = 0; round < 5000; round++) {
      const payload = Uint8Array.from(answer.subarray(0, random(answer.length + 1)));
      for (let i = random(6); i > 0 && payload.length > 0; i--)
        payload[random(payload.length)] = random(2) ? 0xc0 : random(256);
      const own = record(payload, random(40));
      if (random(4) === 0) own.writeUInt16LE(random(65_536), NetDns.addresses + 2 * random(2));
      const bytes = Buffer.concat([Buffer.alloc(8, 0xee), own, Buffer.alloc(8, 0xee)]);
      decodeDns(bytes, 8, message);
      expect(bytes.subarray(0, 8).equals(Buffer.alloc(8, 0xee))).toBe(true);
      expect(bytes.subarray(8 + own.length).equals(Buffer.alloc(8, 0xee))).toBe(true);
      expect(bytes.subarray(8, 8 + NetDns.id).equals(own.subarray(0, NetDns.id))).toBe(true);
      const cursor = new EventCursor().open(new Uint8Array(bytes.subarray(8, 8 + own.length)));
      cursor.next();
      for (const field of [NetDns.name, NetDns.addresses])
        expect(cursor.u16(field) + cursor.u16(field + 2)).toBeLessThanOrEqual(own.length);
    }
  });
});
