import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { noCounts } from '../instance/instance-limits.ts';
import { encodeFrame, type Frame, FrameKind } from '../process/frame.ts';
import type { HostReply } from './host-contract.ts';
import { WorkerChannel } from './worker-channel.ts';

/** A worker that says what the test wants it to say. */
class Wire extends Duplex {
  override _read(): void {}
  override _write(_piece: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

const { findings: _f, logs: _l, proposals: _p, ...counts } = noCounts();
const REPLY = { findings: [], logs: [], proposals: [], ...counts, fuel: '5', ns: 10, memoryBytes: 65_536 };
const FINDING = { title: 't', severity: 4, message: '', event: 0, slot: 1, groupKey: '', fields: [['a', 'b']] };

function channel() {
  const wire = new Wire();
  const protocol: string[] = [];
  const gone: string[] = [];
  const to = new WorkerChannel(wire as unknown as Socket, {
    onFault: (key) => void gone.push(`fault ${key}`),
    onLost: (key) => void gone.push(`lost ${key}`),
    onProtocol: (why) => void protocol.push(why),
  });
  let calls = 0;
  const call = (wants: 'reply' | 'bytes' = 'reply', key = 'a'): Promise<HostReply | Uint8Array> => {
    const instance = key.charCodeAt(0);
    return new Promise((resolve, reject) => {
      const more = { instance, call: ++calls };
      const pending = { ...more, key, wants, records: 2, patienceMs: 1000, resolve, reject, settled: false };
      to.send({ kind: FrameKind.tick, ...more }, pending);
    });
  };
  const say = (frame: Partial<Frame>) =>
    wire.push(Buffer.concat(encodeFrame({ kind: FrameKind.reply, call: 1, instance: 97, ...frame })));
  return { to, wire, protocol, gone, call, say };
}

it('takes answers in whatever pieces they come', async () => {
  const { wire, protocol, call } = channel();
  const calls = [call(), call('bytes')];
  const frames = [
    ...encodeFrame({ kind: FrameKind.reply, call: 1, instance: 97, json: { ...REPLY, findings: [FINDING] } }),
    ...encodeFrame({ kind: FrameKind.bytes, call: 2, instance: 97, parts: [new Uint8Array([7, 8])] }),
  ];
  for (const byte of Buffer.concat(frames)) wire.push(Buffer.of(byte));
  expect(await calls[0]).toMatchObject({ fuel: 5n, findings: [{ event: 0, fields: [['a', 'b']] }] });
  expect(await calls[1]).toEqual(new Uint8Array([7, 8]));
  expect(protocol).toEqual([]);
});

it.each<[string, Partial<{ kind: number; call: number }>]>([
  ['for a reply', {}],
  ['for a call that there is not', { kind: FrameKind.bytes, call: 2 }],
  ['for the state of a fault', { kind: FrameKind.fault }],
])('bytes %s are refused by their head, before they come', async (_name, { kind = FrameKind.reply, call: of = 1 }) => {
  const { to, wire, protocol, call } = channel();
  const pending = call().catch((error: unknown) => error);
  const head = new DataView(new ArrayBuffer(36));
  [0x504b4600 | kind, of, 97, 0, 0, 199 << 20].forEach((word, at) => void head.setUint32(4 * at, word, true));
  wire.push(Buffer.from(head.buffer));
  await expect.poll(() => protocol.length).toBe(1);
  to.rejectAll(new Error('ended'));
  expect(await pending).toBeInstanceOf(Error);
});

describe('what a process may not say', () => {
  it.each<[string, Partial<Frame>]>([
    ['an answer to another call', { call: 2, json: REPLY }],
    ['an answer of another instance', { instance: 98, json: REPLY }],
    ['bytes for a reply', { kind: FrameKind.bytes }],
    ['a request', { kind: FrameKind.open }],
    ['bytes beside a reply', { json: REPLY, parts: [new Uint8Array(1)] }],
    ['no reply', {}],
    ['a reply with something more', { json: { ...REPLY, more: 1 } }],
    ['a reply without a count', { json: { ...REPLY, cut: undefined } }],
    ['negative time', { json: { ...REPLY, ns: -1 } }],
    ['fuel that is no number', { json: { ...REPLY, fuel: '0x5' } }],
    ['a finding of a record that was not sent', { json: { ...REPLY, findings: [{ ...FINDING, event: 2 }] } }],
    ['a severity that there is not', { json: { ...REPLY, findings: [{ ...FINDING, severity: 8 }] } }],
    ['a text too long', { json: { ...REPLY, error: 'a'.repeat(70_000) } }],
    ['too many lines', { json: { ...REPLY, logs: Array(2000).fill({ level: 1, message: '' }) } }],
    ['a fault of no kind', { kind: FrameKind.fault, json: { code: 'CONFIG_INVALID', message: '' } }],
    ['a loss without words', { kind: FrameKind.lost }],
  ])('%s', async (_name, frame) => {
    const { to, protocol, call, say } = channel();
    const pending = call().catch((error: unknown) => error);
    say(frame);
    await expect.poll(() => protocol.length).toBe(1);
    to.rejectAll(new Error('ended'));
    await pending;
  });

  it.each<[string, Buffer]>([
    ['garbage', Buffer.alloc(100, 'x')],
    ['a length beyond any answer', Buffer.concat([headOf(FrameKind.bytes), lengths(0, 0xffffffff)])],
    ['a text beyond any answer', Buffer.concat([headOf(FrameKind.reply), lengths(100 << 20, 0)])],
    ['text that is no JSON', Buffer.concat([headOf(FrameKind.reply), lengths(3, 0), Buffer.from('{"a')])],
    ['an answer that nobody asked for', Buffer.concat([headOf(FrameKind.bytes, 9), lengths(0, 0)])],
  ])('%s', async (_name, bytes) => {
    const { to, wire, protocol, call } = channel();
    const pending = call().catch((error: unknown) => error);
    wire.push(bytes);
    await expect.poll(() => protocol.length).toBe(1);
    wire.push(bytes);
    to.rejectAll(new Error('ended'));
    await pending;
    expect(protocol.length).toBe(1);
  });
});

it('tells of a fault once, and passes over the answers that still come', async () => {
  const { protocol, gone, call, say } = channel();
  const calls = [call(), call(), call('reply', 'b')].map((one) => one.catch((error: { code: string }) => error.code));
  const json = { code: 'DETECTOR_TRAP', message: 'it trapped' };
  say({ kind: FrameKind.fault, json, parts: [new Uint8Array(3)] });
  say({ kind: FrameKind.fault, call: 2, json: { code: 'DETECTOR_DEAD', message: '' } });
  say({ call: 3, instance: 98, json: REPLY });
  expect(await Promise.all(calls)).toMatchObject(['DETECTOR_TRAP', 'DETECTOR_DEAD', { ns: 10 }]);
  expect([gone, protocol]).toEqual([['fault a'], []]);
});

it('counts a call that stays for longer than it may in looks, not in time', async () => {
  const { to, call, say } = channel();
  const first = call();
  expect(Array.from({ length: 6 }, () => to.look(250))).toEqual([false, false, false, false, false, true]);
  const second = call();
  say({ json: REPLY });
  await first;
  expect(to.look(250)).toBe(false);
  say({ call: 2, json: REPLY });
  await second;
  expect(to.look(250)).toBe(false);
});

function headOf(kind: number, call = 1): Buffer {
  const [head] = encodeFrame({ kind: FrameKind.reply, call, instance: 97 });
  const bytes = Buffer.from(head ?? []).subarray(0, 16);
  bytes[0] = kind;
  return bytes;
}

function lengths(json: number, first: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt32LE(json, 0);
  bytes.writeUInt32LE(first, 4);
  return bytes;
}
