import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { decodeBatchHeader, encodeRecord, eventSubject, Kind, nodeToken, partitionOf } from '@picket/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startNats, type TestNats } from '../../../../test/support/nats.ts';
import { CaptureWriter } from '../capture/capture-file.ts';
import { testBatch } from '../capture/test-batch.ts';
import type { CliConfig } from '../config.ts';
import { run } from '../run.ts';

let nats: TestNats;
let connection: NatsConnection;
let folder: string;
let config: CliConfig;
let subject: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-cli-'));
  nats = await startNats();
  config = { data: nats.folder, natsUrl: nats.url, seedFile: undefined, loginFile: join(folder, 'login.json') };
  const authenticator = nkeyAuthenticator(nats.seeds['control-plane']);
  connection = await connect({ servers: nats.url, authenticator, inboxPrefix: '_INBOX_control-plane' });
  const token = await nodeToken('node-1');
  subject = eventSubject(partitionOf(token), token);
});
afterAll(async () => {
  await connection?.close();
  await nats?.stop();
  rmSync(folder, { recursive: true, force: true });
});

let out: string[];
let notes: string[];
beforeEach(() => {
  out = [];
  notes = [];
});
const io = (signal = new AbortController().signal) => ({
  out: (line: string) => void out.push(line),
  note: (line: string) => void notes.push(line),
  signal,
});

const record = (n: number) => encodeRecord(Kind.FileOpen, {}, { path: `/tmp/${n}` });
const batch = (n: number) => testBatch([record(n)], { firstSequence: BigInt(n) });

/** Records while `publish` runs, then ends the recording as Ctrl-C would. */
async function recordWhile(file: string, publish: () => Promise<void>): Promise<number> {
  const stop = new AbortController();
  const code = run(['record', file], config, io(stop.signal));
  await expect.poll(() => notes).toContain('recording; Ctrl-C ends it');
  await publish();
  await connection.flush();
  stop.abort();
  return code;
}

async function streamMessages(): Promise<Uint8Array[]> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info('PICKET_EVENTS');
  const messages: Uint8Array[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
    const message = await manager.streams.getMessage('PICKET_EVENTS', { seq });
    if (message) messages.push(message.data);
  }
  return messages;
}

describe('record and replay on a real bus', () => {
  it('record what is published, exactly, and publish it again with a new epoch', async () => {
    const file = join(folder, 'a.cap');
    const code = await recordWhile(file, async () => {
      for (let n = 1; n <= 100; n++) connection.publish(subject, batch(n));
    });
    expect(notes.filter((note) => note.startsWith('picket:'))).toEqual([]);
    expect(code).toBe(0);
    expect(out[0]).toMatch(/^.*a\.cap: 100 batches, \d+ bytes$/);
    expect(out[1]).toBe('100 events of 0 containers on 1 node');
    expect(out[2]).toMatch(/no snapshot came from node-1/);

    out = [];
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'PICKET_EVENTS', subjects: ['picket.events.>'] });
    for (const pass of [1, 2]) {
      expect(await run(['replay', file, '--speed', 'max'], config, io())).toBe(0);
      const messages = await streamMessages();
      expect(messages).toHaveLength(100 * pass);
      const headers = messages.slice(-100).map((data) => decodeBatchHeader(data).header);
      expect(headers.map((header) => header.firstSequence)).toEqual(
        Array.from({ length: 100 }, (_, i) => BigInt(i + 1)),
      );
      expect(headers[0]?.agentEpoch).toBeGreaterThan(1000n);
      expect(new Set(headers.map((header) => header.agentEpoch)).size).toBe(1);
    }
    expect(out).toEqual(['100 batches published', '100 batches published']);
  });

  it('does not record on a key that may not read, and says so in one sentence', async () => {
    const code = await run(['record', join(folder, 'b.cap'), '--seed', join(folder, 'none')], config, io());
    expect(code).toBe(1);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/^picket: the key of the bus can not be read .*--seed$/);
  });

  it('says when nobody answers, and when nothing runs here', async () => {
    const away = { ...config, natsUrl: 'nats://127.0.0.1:1' };
    expect(await run(['record', join(folder, 'c.cap')], away, io())).toBe(1);
    expect(notes[0]).toMatch(/^picket: the bus at nats:\/\/127\.0\.0\.1:1 can not be reached/);
    notes = [];
    expect(await run(['record', join(folder, 'c.cap')], { ...config, natsUrl: undefined }, io())).toBe(1);
    expect(notes[0]).toMatch(/Picket does not run here: npm start/);
  });

  it('publishes nothing of a capture that is cut or changed; with --partial what is whole of the former', async () => {
    const file = join(folder, 'd.cap');
    const writer = await CaptureWriter.create(file, false);
    for (let n = 1; n <= 30; n++) await writer.add({ subject, time: n, batch: batch(n) });
    await writer.finish();
    const whole = readFileSync(file);
    const before = (await streamMessages()).length;
    const refused = async (bytes: Uint8Array, why: RegExp, ...words: string[]) => {
      writeFileSync(file, bytes);
      notes = [];
      expect(await run(['replay', file, '--speed', 'full', ...words], config, io())).toBe(1);
      expect(notes.join()).toMatch(why);
      expect(await streamMessages()).toHaveLength(before);
    };
    await refused(whole.subarray(0, whole.length - 20), /ends early: its 29 whole messages.*--partial/);
    const changed = Buffer.from(whole);
    changed.writeUInt8(changed.readUInt8(300) ^ 1, 300);
    await refused(changed, /damaged/);
    await refused(changed, /damaged/, '--partial');
    await refused(Buffer.from('PKCAP\0\x02\0'), /has format 2/);
    writeFileSync(file, whole.subarray(0, whole.length - 20));
    expect(await run(['replay', file, '--speed', 'full', '--partial'], config, io())).toBe(0);
    expect(out).toEqual(['29 batches published']);
    expect(await streamMessages()).toHaveLength(before + 29);
  });

  it('keeps the distances in time at the original speed', async () => {
    const file = join(folder, 'e.cap');
    const writer = await CaptureWriter.create(file, false);
    for (let n = 1; n <= 3; n++) await writer.add({ subject, time: 5000 + n * 200, batch: batch(n) });
    await writer.finish();
    const began = performance.now();
    expect(await run(['replay', file, '--speed', 'original'], config, io())).toBe(0);
    expect(performance.now() - began).toBeGreaterThan(390);
  });

  it('refuses a wrong file before it connects, and wrong words with code 2', async () => {
    expect(await run(['replay', nats.seedFiles.agent], config, io())).toBe(1);
    expect(notes[0]).toMatch(/not a Picket capture/);
    expect(await run(['replay', 'x', '--speed', 'fast'], config, io())).toBe(2);
    expect(await run(['record', 'x', '--seconds', '-1'], config, io())).toBe(2);
  });
});
