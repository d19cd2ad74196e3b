import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cgroupId } from '@picket/native';
import { Codec, HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCgroupMounts } from '../../containers/cgroup-root.ts';
import { makeIdentity } from '../../identity.ts';
import { KernelSource } from '../../source/kernel-source.ts';
import { type Described, describeAll, until } from '../../testing/collect.ts';
import { unpack } from '../../testing/unpack.ts';
import { Batcher } from '../batcher.ts';
import { LossLedger } from '../loss.ts';
import { MessagePool } from '../message-pool.ts';
import { Redactor } from './redact/redactor.ts';

/* What leaves the node, from the real kernel: no stand-in between the act and the packed batch. */
const path = `${findCgroupMounts().root}/picket-finish-${process.pid}`;
const seen: Described[] = [];
let source: KernelSource;
let batcher: Batcher;

function collect(): void {
  while (batcher.drain() !== 'empty');
  batcher.seal();
}

/** Runs a shell command in the traced cgroup. It fails when it should. */
async function act(command: string): Promise<void> {
  await promisify(execFile)('/bin/sh', ['-c', `echo $$ > ${path}/cgroup.procs; ${command}`]).catch(() => undefined);
  collect();
}

beforeAll(async () => {
  source = new KernelSource({ slots: 16 });
  batcher = new Batcher({
    source,
    identity: await makeIdentity('finish-test', 1),
    codec: Codec.lz4,
    losses: new LossLedger(source, source.now()),
    redactor: new Redactor({ defaults: true, patterns: [] }),
    pool: new MessagePool(),
    offer: ({ message }) => void seen.push(...describeAll(unpack(message).records)),
  });
  source.start(() => collect());
  mkdirSync(path);
  collect();
  source.trace(cgroupId(path), 3, 1);
});

afterAll(async () => {
  source.stop();
  for (let tries = 0; tries < 200 && readFileSync(`${path}/cgroup.procs`, 'utf8') !== ''; tries++) await sleep(10);
  rmdirSync(path);
});

describe('what leaves the node', () => {
  it('has no secret in the arguments and environment of an exec', async () => {
    await act(
      "PYTHONPATH='--token s3cr3t-e' /bin/true --password s3cr3t-a mysql -ps3cr3t-b 'Authorization: Basic s3cr3t-c' end",
    );
    const exec = seen.find(({ kind, path: file }) => kind === 'process.exec' && /true$/.test(String(file)));
    expect(exec?.args).toEqual([
      '/bin/true',
      '--password',
      '[redacted]',
      'mysql',
      '-p[redacted]',
      'Authorization: Basic [redacted]',
      'end',
    ]);
    expect(exec).toMatchObject({ argc: 7, comm: 'true', slot: 3, env: ['PYTHONPATH=--token [redacted]'] });
    expect(Number(exec?.flags) & (HeaderFlag.redacted | HeaderFlag.argsTruncated)).toBe(HeaderFlag.redacted);
    expect(JSON.stringify(seen)).not.toContain('s3cr3t');
  });

  it('names files that could not be opened without detours', async () => {
    await act('cat /usr//bin/../lib/./../../etc/no-such-file/');
    const open = seen.find(({ kind, path: file }) => kind === 'file.open' && /no-such-file/.test(String(file)));
    expect(open).toMatchObject({ path: '/etc/no-such-file', result: -2 });
    expect(Number(open?.flags) & HeaderFlag.userPath).not.toBe(0);
  });

  it('has names instead of DNS messages', async () => {
    const ask = `const r = new (require('dns').Resolver)({ timeout: 50, tries: 1 }); r.setServers(['127.0.0.1']); r.resolve6('real.finish.example', () => {})`;
    await act(`exec ${process.execPath} -e "${ask}"`);
    const dns = await until(() => seen.find(({ kind }) => kind === 'net.dns'), 'the query');
    expect(dns).toMatchObject({ name: 'real.finish.example', type: 28, answer: 0, rcode: 0, addresses: [] });
    expect(dns).toMatchObject({ remote_ip: '127.0.0.1', remote_port: 53, slot: 3 });
    expect(batcher.finisher.stats.dnsMalformed).toBe(0);
  });
});
