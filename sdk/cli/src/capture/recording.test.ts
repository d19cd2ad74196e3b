import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, nkeyAuthenticator, type Subscription } from '@nats-io/transport-node';
import {
  Codec,
  commandSubject,
  EventCursor,
  encodeRecord,
  eventSubject,
  HeaderFlag,
  Kind,
  nodeToken,
  partitionOf,
} from '@picket/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startNats, type TestNats } from '../../../../test/support/nats.ts';
import { run } from '../run.ts';
import { readCapture } from './capture-file.ts';
import { testBatch } from './test-batch.ts';
import { unpackBatch } from './unpack.ts';

let nats: TestNats;
let connection: NatsConnection;
let node: NatsConnection;
let folder: string;
let token: string;
let subject: string;
let stop: AbortController;
let out: string[];
let notes: string[];
let agent: Subscription | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-recording-'));
  nats = await startNats({ nodes: ['node-1'] });
  const as = (role: 'agent' | 'control-plane') =>
    connect({
      servers: nats.url,
      authenticator: nkeyAuthenticator(nats.seeds[role]),
      inboxPrefix: `_INBOX_${role}`,
    });
  connection = await as('control-plane');
  node = await as('agent');
  token = await nodeToken('node-1');
  subject = eventSubject(partitionOf(token), token);
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'PICKET_EVENTS', subjects: ['picket.events.>'] });
});
beforeEach(() => {
  stop = new AbortController();
  out = [];
  notes = [];
  connection.publish(subject, testBatch([open(1)]));
});
afterEach(() => agent?.unsubscribe());
afterAll(async () => {
  await node?.close();
  await connection?.close();
  await nats?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const open = (slot: number) => encodeRecord(Kind.FileOpen, { slot, generation: 1 }, { path: `/etc/${'x'.repeat(99)}` });
const started = (slot: number) =>
  encodeRecord(Kind.ContainerStarted, { slot, generation: 1, flags: HeaderFlag.snapshot }, { id: `c${slot}` });

/** Stands in for an agent: answers each request for a snapshot with what `answer` makes of its number. */
async function agentAnswers(answer: (request: number) => object): Promise<() => number> {
  let asked = 0;
  agent = node.subscribe(commandSubject(token), {
    callback: (_, message) => void message.respond(JSON.stringify(answer(++asked))),
  });
  await node.flush();
  return () => asked;
}

/** Records until `publish` has ended. @returns kinds and slots of the records in the capture */
async function record(name: string, publish: () => void, words: string[] = [], data = nats.folder): Promise<string[]> {
  const file = join(folder, name);
  const config = { data, natsUrl: nats.url, seedFile: undefined, loginFile: join(folder, 'login.json') };
  const io = { out: (line: string) => void out.push(line), note: (line: string) => void notes.push(line) };
  const code = run(['record', file, ...words], config, { ...io, signal: stop.signal });
  await expect.poll(() => notes.join(), { timeout: 15_000 }).toContain('recording; Ctrl-C ends it');
  publish();
  await connection.flush();
  stop.abort();
  expect(await code).toBe(0);
  const records: string[] = [];
  for await (const { batch } of readCapture(file)) {
    const cursor = new EventCursor().open(unpackBatch(batch).records);
    while (cursor.next()) records.push(`${cursor.kind === Kind.FileOpen ? 'open' : 'started'} ${cursor.slot}`);
  }
  return records;
}

describe('a recording that begins in mid-stream', () => {
  it('asks for a snapshot and begins with it, so that it explains itself', async () => {
    const asked = await agentAnswers(() => {
      node.publish(subject, testBatch([open(1), open(2)]));
      node.publish(subject, testBatch([open(2), started(1), started(2), open(1)], { firstSequence: 3n }));
      return { ok: true, containers: 2, processes: 0 };
    });
    const records = await record('a.cap', () =>
      connection.publish(subject, testBatch([open(2)], { firstSequence: 7n })),
    );
    expect(records).toEqual(['started 1', 'started 2', 'open 1', 'open 2']);
    expect(asked()).toBe(1);
    expect(out.slice(1)).toEqual(['2 events of 2 containers on 1 node']);
  });

  it('asks once more when the snapshot had begun before it listened', async () => {
    const asked = await agentAnswers((request) => {
      if (request > 1) node.publish(subject, testBatch([started(1)]));
      return { ok: true, containers: 1, processes: 0 };
    });
    expect(await record('b.cap', () => connection.publish(subject, testBatch([open(1)])))).toEqual([
      'started 1',
      'open 1',
    ]);
    expect(asked()).toBe(2);
  });

  it('begins at once where there is nothing to state, and where no agent answers', async () => {
    await agentAnswers(() => ({ ok: true, containers: 0, processes: 0 }));
    expect(await record('c.cap', () => connection.publish(subject, testBatch([open(0)])))).toEqual(['open 0']);
    agent?.unsubscribe();
    notes = [];
    stop = new AbortController();
    expect(await record('d.cap', () => connection.publish(subject, testBatch([open(1)])))).toEqual(['open 1']);
    expect(out.join()).toMatch(/came before a description.*no snapshot came from node-1/);
  });

  it('waits for the next snapshot without a key to ask for one, or begins with --now', async () => {
    const words = ['--seed', nats.seedFiles.subscriber];
    const publish = () => {
      connection.publish(subject, testBatch([open(1)]));
      connection.publish(subject, testBatch([started(1), open(1)]));
    };
    expect(await record('e.cap', publish, words)).toEqual(['started 1', 'open 1']);
    expect(notes[0]).toMatch(/no key to ask agents for a snapshot.*--now begins at once/);
    notes = [];
    stop = new AbortController();
    expect(await record('f.cap', publish, [...words, '--now'])).toEqual(['open 1', 'started 1', 'open 1']);
    notes = [];
    stop = new AbortController();
    const wrong = ['--control-seed', join(folder, 'none'), ...words];
    expect(await record('g.cap', publish, wrong, folder)).toEqual(['started 1', 'open 1']);
  });

  it('packs what came loosely packed', async () => {
    const many = Array.from({ length: 500 }, () => open(1));
    const records = await record('h.cap', () => connection.publish(subject, testBatch(many)), ['--now']);
    expect(records).toHaveLength(500);
    expect(statSync(join(folder, 'h.cap')).size).toBeLessThan(5000);
    for await (const { batch } of readCapture(join(folder, 'h.cap')))
      expect(unpackBatch(batch).header.codec).toBe(Codec.zstd);
  });
});
