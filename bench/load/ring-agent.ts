import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BpfObject, openObject } from '@picket/native';
import { createLog } from '@picket/sdk';
import { readConfig, readSeed } from '../../agent/src/config.ts';
import { makeIdentity } from '../../agent/src/identity.ts';
import { AgentPipeline } from '../../agent/src/pipeline.ts';
import { KernelSource } from '../../agent/src/source/kernel-source.ts';
import { BPF_FOLDERS, buildBpf } from '../../bpf/build.ts';
import { ringRecords } from './ring-records.ts';

/*
 * The agent as main.ts starts it, with one program more that fills its rings (ring_fill.bpf.c). RING_PER_CALL of the
 * command line: records at each getppid.
 */

/** Attaches the program to the rings of the agent. */
function fill(source: KernelSource, perCall: number): BpfObject {
  buildBpf({ ...BPF_FOLDERS, sources: 'bench/load', output: 'build/bench' });
  const file = fileURLToPath(new URL('../../build/bench/ring_fill.bpf.o', import.meta.url));
  const rodata = { per_call: new Uint8Array(Uint32Array.of(perCall).buffer) };
  const object = openObject(readFileSync(file), { name: 'ring_fill', rodata });
  for (const { name } of object.maps()) {
    const shared = source.loader.findMap(name);
    if (shared) object.reuseMap(name, shared);
  }
  object.load();
  const place = object.map('prepared_records');
  for (const [n, record] of ringRecords().entries()) place.update(new Uint8Array(Uint32Array.of(n).buffer), record);
  object.attach('ring_fill');
  return object;
}

async function main(): Promise<void> {
  const log = createLog('info', (line) => void process.stderr.write(line));
  const config = readConfig();
  const source = new KernelSource(config);
  const identity = await makeIdentity(config.node);
  const pipeline = new AgentPipeline({ config, seed: readSeed(config.seedFile), source, identity, log });
  await pipeline.start((error) => {
    throw error;
  });
  const object = fill(source, Number(process.argv[2] ?? 4));
  process.once('SIGTERM', () => {
    object.close();
    void pipeline.stop().then(() => process.exit(0));
  });
}

await main();
