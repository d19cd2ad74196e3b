import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { constants, zstdCompressSync } from 'node:zlib';
import {
  CaptureEncoder,
  Codec,
  encodeBatchHeader,
  encodeRecord,
  eventSubject,
  Kind,
  parseIp,
  partitionOf,
} from '@picket/sdk';
import { tokenOf } from '../../control-plane/src/node-token.ts';

const FOLDER = fileURLToPath(new URL('../../build/bench', import.meta.url));
const RECORDS = 2048;
const NODE = 'bench';

/**
 * A capture in which every event is a connect, so that a detector of connects is handed all of them: 50 containers that talk to a few
 * services each, one of them scans. Made once for each number of events.
 */
export function connectCapture(events: number): string {
  const path = `${FOLDER}/backtest-connects-${events}.pkcap`;
  if (existsSync(path)) return path;
  mkdirSync(FOLDER, { recursive: true });
  const encoder = new CaptureEncoder();
  const subject = eventSubject(partitionOf(tokenOf(NODE)), tokenOf(NODE));
  const batches = Math.ceil(events / RECORDS);
  const pieces = [encoder.start()];
  for (let i = 0; i < batches; i++)
    pieces.push(encoder.message({ subject, time: 1_700_000_000_000 + i * 20, batch: batchOf(i) }));
  writeFileSync(`${path}.new`, Buffer.concat([...pieces, encoder.end()]));
  renameSync(`${path}.new`, path);
  return path;
}

function batchOf(number: number): Uint8Array {
  const records = new Uint8Array(
    Buffer.concat(Array.from({ length: RECORDS }, (_, i) => connect(number * RECORDS + i))),
  );
  const header = encodeBatchHeader({
    codec: Codec.zstd,
    count: RECORDS,
    rawLength: records.length,
    firstSequence: BigInt(number * RECORDS + 1),
    agentEpoch: 1n,
    wallOffset: 1_700_000_000_000_000_000n,
    watermark: timeOf((number + 1) * RECORDS),
    bootId: new Uint8Array(16),
    node: NODE,
    losses: [],
  });
  // as agents pack them
  const packed = zstdCompressSync(records, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  return Buffer.concat([header, packed]);
}

const timeOf = (number: number): bigint => 1_000_000_000n + BigInt(number) * 10_000n;

function connect(i: number): Uint8Array {
  const scans = i % 97 === 0;
  const slot = scans ? 1 : 1 + ((i * 7919) % 50);
  const remote_ip = parseIp(scans ? '10.9.9.9' : `10.0.${(i * 31) % 4}.${(i * 17) % 10}`) ?? new Uint8Array(16);
  const remote_port = scans ? 1000 + (i % 50_000) : 80 + ((i * 13) % 5);
  const header = { slot, generation: 1, time: timeOf(i), sequence: BigInt(i + 1), tgid: 1000 + slot, start: 5n };
  return encodeRecord(Kind.NetConnect, header, { remote_ip, remote_port, protocol: 6, family: 2, count: 1 });
}
