import { type CapturedMessage, describeRecord, EventCursor, encodeRecord, Kind } from '@picket/sdk';
import { expect, it } from 'vitest';
import { packBatch } from '../../sdk/cli/src/capture/compress.ts';
import { unpackBatch } from '../../sdk/cli/src/capture/unpack.ts';
import { distil } from './distil.ts';

const OURS = { cgroup: 7n, slot: 3, generation: 2 };
const OTHERS = { cgroup: 9n, slot: 4, generation: 1 };

const started = (header: typeof OURS, image: string) => encodeRecord(Kind.ContainerStarted, header, { image });
const open = (header: Record<string, number | bigint>, path: string) => encodeRecord(Kind.FileOpen, header, { path });

function message(time: number, firstSequence: bigint, records: readonly Uint8Array[]): CapturedMessage {
  const header = {
    count: records.length,
    firstSequence,
    agentEpoch: 5n,
    wallOffset: 11n,
    watermark: BigInt(time),
    bootId: new Uint8Array(16),
    node: 'node-a',
    losses: [],
  };
  return { subject: 'picket.events.1.token', time, batch: packBatch(header, Buffer.concat(records)) };
}

function recordsOf({ batch }: CapturedMessage): Record<string, unknown>[] {
  const cursor = new EventCursor().open(unpackBatch(batch).records);
  const found: Record<string, unknown>[] = [];
  while (cursor.next()) found.push(describeRecord(cursor));
  return found;
}

const MESSAGES = [
  message(100, 40n, [open(OTHERS, '/other'), open({ cgroup: 7n }, '/early'), started(OURS, 'shop/web:1')]),
  message(200, 43n, [started(OTHERS, 'elsewhere/shop/web:1'), open({ tgid: 1 }, '/host')]),
  message(300, 45n, [
    open(OURS, '/ours'),
    encodeRecord(Kind.SensorLoss, { slot: 4, generation: 1 }, { count: 1 }),
    encodeRecord(Kind.SensorLoss, { slot: 3, generation: 2 }, { count: 2 }),
    encodeRecord(Kind.SensorLoss, {}, { count: 3 }),
  ]),
];

it('leaves what belongs to the wanted containers, from before they were named on', () => {
  const [only, ...more] = [...distil(MESSAGES, 'shop/')];
  expect(more).toEqual([]);
  const records = recordsOf(only as CapturedMessage);
  expect(records.map(({ kind, path, count }) => [kind, path ?? Number(count ?? 0)])).toEqual([
    ['file.open', '/early'],
    ['container.started', 0],
    ['file.open', '/ours'],
    ['sensor.loss', 2],
    ['sensor.loss', 3],
  ]);
});

it('numbers the records anew and closes the batch where the last of its parts was closed', () => {
  const [only] = [...distil(MESSAGES, 'shop/')];
  expect(recordsOf(only as CapturedMessage).map(({ sequence }) => Number(sequence))).toEqual([1, 2, 3, 4, 5]);
  const { header } = unpackBatch((only as CapturedMessage).batch);
  expect(header).toMatchObject({ count: 5, firstSequence: 1n, watermark: 300n, wallOffset: 11n, node: 'node-a' });
  expect(only).toMatchObject({ subject: 'picket.events.1.token', time: 300 });
});

it('begins a batch when one is large enough, and goes on counting', () => {
  const many = Array.from({ length: 4000 }, (_, i) => open(OURS, `/${i}/${'x'.repeat(200)}`));
  const large = [message(1, 1n, [started(OURS, 'shop/web:1'), ...many]), message(2, 4002n, [open(OURS, '/last')])];
  const [first, second] = [...distil(large, 'shop/')];
  expect(unpackBatch((first as CapturedMessage).batch).header).toMatchObject({ firstSequence: 1n, count: 4001 });
  expect(unpackBatch((second as CapturedMessage).batch).header).toMatchObject({ firstSequence: 4002n, count: 1 });
});
