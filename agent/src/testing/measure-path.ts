import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Codec, createLog, encodeRecord, Kind } from '@picket/sdk';
import { startNats } from '../../../test/support/nats.ts';
import { readConfig } from '../config.ts';
import { makeIdentity } from '../identity.ts';
import { AgentPipeline } from '../pipeline.ts';
import { BATCH_BYTES, BatchBuffer } from '../stages/batch-buffer.ts';
import { packBatch } from '../stages/compress.ts';
import { EventStream } from './event-stream.ts';
import { FloodSource } from './flood-source.ts';

/*
 * What the agent costs behind the drain, in CPU ns an event: node agent/src/testing/measure-path.ts [--rate N]
 * [--seconds N] [--codec lz4]. The bus is a real nats-server with file storage.
 */
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '5' },
    codec: { type: 'string', default: 'lz4' },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const PATH = '/usr/lib/x86_64-linux-gnu/';

/** Opens of 200 files by 40 processes of 4 containers, some files much more often than others: 144 bytes each. */
function prepare(): { records: Uint8Array; recordBytes: number } {
  const records: Uint8Array[] = [];
  let time = 1_000_000_000_000n;
  let bytes = 0;
  for (let n = 0; bytes < BATCH_BYTES; n++) {
    const file = Math.floor(200 * Math.random() ** 3);
    const pid = 1000 + (n % 40);
    time += BigInt(Math.floor(Math.random() * 2000));
    const record = encodeRecord(
      Kind.FileOpen,
      {
        time,
        sequence: n,
        tgid: pid,
        tid: pid,
        ppid: 900,
        start: pid * 1e6,
        cgroup: 4242,
        slot: 1 + (pid % 4),
        syscall: 257,
      },
      {
        inode: 70_000 + file * 13,
        device: 0x800001,
        open_flags: 0x8000,
        file_mode: 0o100644,
        count: 1,
        path: `${PATH}${String(file).padStart(6, '0')}`,
      },
    );
    records.push(record);
    bytes += record.length;
  }
  return { records: Buffer.concat(records), recordBytes: records[0]?.length ?? 0 };
}

/** CPU seconds that another process has used. */
function cpuOf(pid: number): number {
  const words = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(words[11]) + Number(words[12])) / 100;
}

const codec = Codec[values.codec as keyof typeof Codec];
const { records, recordBytes } = prepare();
const header = {
  count: 1,
  firstSequence: 1n,
  agentEpoch: 1n,
  wallOffset: 0n,
  watermark: 0n,
  bootId: new Uint8Array(16),
  node: 'n',
  losses: [],
};

/** Best of many runs: the machine is shared. */
function nsEach(run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 200; i++) {
    const begin = process.hrtime.bigint();
    run();
    best = Math.min(best, Number(process.hrtime.bigint() - begin));
  }
  return best / Math.floor(BATCH_BYTES / recordBytes);
}

const whole = Buffer.from(records.subarray(0, Math.floor(BATCH_BYTES / recordBytes) * recordBytes));
const message = packBatch(header, whole, codec);
const buffer = new BatchBuffer();
const say = (text: string) => void process.stdout.write(`${text}\n`);
say(
  `${recordBytes} bytes a record, ${Math.floor(BATCH_BYTES / recordBytes)} a batch, ${(whole.length / message.length).toFixed(1)} to 1`,
);
say(
  `  copy ${nsEach(() => buffer.room().set(whole)).toFixed(0)} ns, pack ${nsEach(() => packBatch(header, whole, codec)).toFixed(0)} ns an event`,
);

const nats = await startNats({ nodes: ['measure'] });
const stream = new EventStream(nats.url, nats.seeds['control-plane']);
await stream.create();
const source = new FloodSource(records, recordBytes);
const config = { ...readConfig({ NATS_URL: nats.url, PICKET_NODE: 'measure', PICKET_SPOOL_DISK_MIB: '0' }), codec };
const log = createLog('warn', (line) => void process.stderr.write(line));
const pipeline = new AgentPipeline({
  config,
  seed: nats.seeds.agent,
  source,
  identity: await makeIdentity('measure'),
  log,
});
await pipeline.start((error) => {
  throw error;
});

/** Lets records come at a rate and says what that cost: CPU seconds of this process, its kernel part, and of the server. */
async function sample(perSecond: number, forSeconds: number) {
  const { taken } = source;
  const { batches } = pipeline.publisher.stats;
  const [cpu, server, begin] = [process.cpuUsage(), cpuOf(nats.pid), performance.now()];
  for (let given = 0, now = begin; now - begin < forSeconds * 1000; now = performance.now()) {
    const due = Math.floor(((now - begin) * perSecond) / 1000);
    if (due - given > 128_000 / recordBytes) {
      source.give(due - given);
      given = due;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const used = process.cpuUsage(cpu);
  return {
    events: source.taken - taken,
    batches: pipeline.publisher.stats.batches - batches,
    cpu: (used.user + used.system) / 1e6,
    kernel: used.system / 1e6,
    server: cpuOf(nats.pid) - server,
  };
}

await sample(rate, 1);
const idle = await sample(0, 3);
const loaded = await sample(rate, seconds);
const { publisher } = pipeline;
// The loop that makes the load wakes a thousand times a second, with or without load.
const ns = (cpuSeconds: number, idleSeconds: number) =>
  (((cpuSeconds - (idleSeconds * seconds) / 3) * 1e9) / loaded.events).toFixed(0);
say(`  ${(loaded.events / seconds / 1e6).toFixed(2)} M events/s, ${(loaded.batches / seconds).toFixed(0)} batches/s`);
say(
  `  agent ${ns(loaded.cpu, idle.cpu)} CPU ns an event (${ns(loaded.kernel, idle.kernel)} in the kernel), server ${ns(loaded.server, idle.server)}; ` +
    `without load ${((idle.cpu / 3) * 1000).toFixed(0)} ms CPU a second`,
);
say(`  dropped ${publisher.stats.dropped}, ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB resident`);
await pipeline.stop();
await nats.stop();
