import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Seen, TracedCgroup } from './testing/traced-cgroup.ts';

const NODE = process.execPath;
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-source-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const execOf = (events: Seen[], path: string) =>
  events.find((event) => event.kind === 'process.exec' && event.path === path);
const open = (events: Seen[], path: string) =>
  events.find((event) => event.kind === 'file.open' && event.path === path);
const has = (event: Seen | undefined, flag: number) => (Number(event?.flags) & flag) !== 0;

describe('process.exec', () => {
  it('tells path, arguments, directory, ids, namespace ids and the allowed environment', async () => {
    await using cgroup = new TracedCgroup();
    const args = Array.from({ length: 200 }, (_, i) => `argument-${i}`);
    symlinkSync('/usr/bin/env', join(folder, 'link'));
    const env = { PATH: '/usr/bin', LD_PRELOAD: '', SECRET: 'hunter2', PYTHONPATH: '/x' };
    await cgroup.run(`exec ${folder}/link true ${args.join(' ')}`, { cwd: folder, env });
    const exec = execOf(cgroup.seen, '/usr/bin/env');
    expect(exec).toMatchObject({
      filename: `${folder}/link`,
      args: [`${folder}/link`, 'true', ...args],
      argc: 202,
      cwd: folder,
      uid: process.getuid?.(),
      gid: process.getgid?.(),
      euid: process.geteuid?.(),
      slot: 7,
      generation: 3,
      cgroup: String(cgroup.id),
      comm: 'link',
      result: 0,
      flags: 0,
    });
    expect(exec?.env).toEqual(expect.arrayContaining(['LD_PRELOAD=', 'PYTHONPATH=/x']));
    expect(JSON.stringify(exec?.env)).not.toContain('hunter2');
    expect(exec?.vpid).toBe(exec?.tgid);
    expect(exec?.ppid).toBe(process.pid);
  });

  it('tells the numbers of a process in its own namespace', async () => {
    await using cgroup = new TracedCgroup();
    await cgroup.run('exec unshare --pid --fork setsid /usr/bin/env true');
    const exec = execOf(cgroup.seen, '/usr/bin/env');
    expect(exec).toMatchObject({ vpid: 1, vpgid: 1, vsid: 1 });
    expect(exec?.pgid).toBe(exec?.tgid);
    expect(exec?.tgid).not.toBe(1);
  });

  it('flags arguments that were cut and keeps their beginning', async () => {
    await using cgroup = new TracedCgroup();
    const long = 'x'.repeat(20_000);
    await cgroup.run(`exec /bin/true first ${long}`);
    const exec = execOf(cgroup.seen, '/usr/bin/true');
    expect(has(exec, HeaderFlag.argsTruncated)).toBe(true);
    expect((exec as { args: string[] }).args.slice(0, 2)).toEqual(['/bin/true', 'first']);
    expect(exec?.argc).toBe(3);
  });

  it('flags a deleted and a scripted executable', async () => {
    await using cgroup = new TracedCgroup();
    writeFileSync(join(folder, 'script'), '#!/bin/sh\ntrue\n', { mode: 0o755 });
    await cgroup.run(
      `${folder}/script; cp /bin/sleep ${folder}/gone && exec 3<${folder}/gone && rm ${folder}/gone && /proc/self/fd/3 0`,
    );
    const script = cgroup.of('process.exec').find((event) => event.filename === `${folder}/script`);
    const gone = cgroup.of('process.exec').find((event) => event.filename === '/proc/self/fd/3');
    expect(Number(script?.exe_flags) & 16).toBe(16);
    expect(Number(gone?.exe_flags) & 4).toBe(4);
  });
});

describe('process.fork and process.exit', () => {
  it('tell the child, its parent, exit codes and signals', async () => {
    await using cgroup = new TracedCgroup();
    const { stdout } = await cgroup.run(`(exit 7); sh -c 'kill -9 $$'; echo $$`);
    const parent = Number(stdout);
    const forks = cgroup.of('process.fork');
    expect(forks.length).toBeGreaterThanOrEqual(2);
    expect(forks.every((fork) => fork.ppid === parent)).toBe(true);
    const exits = cgroup.of('process.exit');
    expect(exits.find((exit) => exit.code === 7)).toMatchObject({ signal: 0 });
    expect(exits.find((exit) => exit.signal === 9)).toBeDefined();
    for (const exit of exits)
      expect(Number(exit.duration)).toBe(Number(BigInt(exit.time as string) - BigInt(exit.start as string)));
  });
});

describe('file.open', () => {
  it('tells the real path behind symbolic links and "..", and what was created', async () => {
    await using cgroup = new TracedCgroup();
    mkdirSync(join(folder, 'real/sub'), { recursive: true });
    writeFileSync(join(folder, 'real/data'), '');
    symlinkSync(join(folder, 'real'), join(folder, 'alias'));
    await cgroup.run(`cd alias/sub && cat ../data && echo x > ../fresh`, { cwd: folder });
    expect(open(cgroup.seen, `${folder}/real/data`)).toMatchObject({ name: '../data', links: 1, count: 1 });
    expect(has(open(cgroup.seen, `${folder}/real/data`), HeaderFlag.userPath)).toBe(false);
    const fresh = open(cgroup.seen, `${folder}/real/fresh`);
    expect(fresh).toMatchObject({ create_mode: 0o666 });
    expect(Number(fresh?.file_flags) & 32).toBe(32);
    expect(Number(fresh?.open_flags) & 3).toBe(1);
    expect(Number(fresh?.result)).toBeGreaterThanOrEqual(0);
  });

  it('marks the path of a failed open as seen in user memory only', async () => {
    await using cgroup = new TracedCgroup();
    await cgroup.run('cat nothing/here /also/nothing', { cwd: folder });
    const relative = open(cgroup.seen, `${folder}/nothing/here`);
    expect(relative).toMatchObject({ result: -2, inode: '0' });
    expect(has(relative, HeaderFlag.userPath)).toBe(true);
    expect(open(cgroup.seen, '/also/nothing')).toMatchObject({ result: -2 });
  });

  it('flags a path deeper than its bound', async () => {
    await using cgroup = new TracedCgroup();
    const deep = Array.from({ length: 80 }, (_, i) => `d${i}`).join('/');
    mkdirSync(join(folder, deep), { recursive: true });
    await cgroup.run(`echo > ${join(folder, deep, 'leaf')}`);
    const cut = cgroup.of('file.open').find((event) => String(event.path).endsWith('/d79/leaf'));
    expect(has(cut, HeaderFlag.pathTruncated)).toBe(true);
  });
});

describe('network', () => {
  it('tells both ends of connections over IPv4, IPv6 and mapped addresses, and their bytes', async () => {
    await using cgroup = new TracedCgroup();
    const script = `
      const net = require('net');
      const talk = (listen, target) => new Promise((done) => {
        const server = net.createServer((peer) => { peer.on('data', () => peer.end('answer')); });
        server.listen(0, listen, 9, () => {
          const port = server.address().port;
          const client = net.connect(port, target, () => client.write('question'));
          client.on('data', () => {}).on('close', () => server.close(() => done(port)));
        });
      });
      (async () => console.log(JSON.stringify([await talk('127.0.0.1', '127.0.0.1'), await talk('::1', '::1'), await talk('::', '127.0.0.1')])))();`;
    const { stdout } = await cgroup.run(`exec ${NODE} -e "${script.replaceAll('\n', ' ')}"`);
    const [v4, v6, mapped] = JSON.parse(stdout) as [number, number, number];
    const find = (kind: string, port: number) =>
      cgroup.of(kind).find((e) => e.remote_port === port || e.local_port === port);
    expect(find('net.connect', v4)).toMatchObject({
      remote_ip: '127.0.0.1',
      local_ip: '127.0.0.1',
      remote_port: v4,
      family: 2,
      protocol: 6,
    });
    expect(find('net.connect', v6)).toMatchObject({ remote_ip: '::1', remote_port: v6, family: 10 });
    expect(find('net.listen', v4)).toMatchObject({ local_ip: '127.0.0.1', local_port: v4, backlog: 9, result: 0 });
    expect(find('net.listen', v6)).toMatchObject({ local_ip: '::1' });
    expect(find('net.accept', v4)).toMatchObject({ local_ip: '127.0.0.1', remote_ip: '127.0.0.1', local_port: v4 });
    expect(find('net.accept', mapped)).toMatchObject({ local_ip: '127.0.0.1', family: 10 });
    const client = cgroup.of('net.close').find((e) => e.remote_port === v4 && e.role === 1);
    expect(client).toMatchObject({ received: '6', sent: '8', error: 0 });
    expect(Number(client?.duration)).toBeGreaterThan(0);
    expect(cgroup.of('net.close').find((e) => e.local_port === v4 && e.role === 2)).toMatchObject({
      received: '8',
      sent: '6',
    });
  });

  it('keeps the peer of a refused connection', async () => {
    await using cgroup = new TracedCgroup();
    await cgroup.run(`exec ${NODE} -e "require('net').connect(9, '127.0.0.1').on('error', () => {})"`);
    const refused = cgroup.of('net.connect').find((event) => event.remote_port === 9);
    expect(refused).toMatchObject({ remote_ip: '127.0.0.1', protocol: 6 });
    expect(Number(refused?.result)).toBeLessThan(0);
  });

  it.each([
    ['203.0.113.9', -101],
    ['2001:db8::9', -99],
  ])('tells the peer %s that no way leads to, as it was asked for', async (peer, result) => {
    await using cgroup = new TracedCgroup();
    const program = `require('net').connect(8443, '${peer}').on('error', () => {})`;
    await cgroup.run(`exec unshare --net ${NODE} -e "${program}"`);
    const failed = cgroup.of('net.connect').find((event) => event.remote_port === 8443);
    expect(failed).toMatchObject({ remote_ip: peer, protocol: 6, result });
    expect(has(failed, HeaderFlag.userPath)).toBe(true);
  });
});

describe('the source', () => {
  it('sends nothing of a cgroup that is ignored', async () => {
    await using cgroup = new TracedCgroup({ trace: false });
    await cgroup.run('cat /etc/hostname; exec true');
    expect(cgroup.seen).toEqual([]);
  });

  it('counts system calls by container', async () => {
    await using cgroup = new TracedCgroup();
    const before = new Float64Array(512);
    cgroup.source.syscallCounts(7, before);
    await cgroup.run('for i in 1 2 3 4 5 6 7 8 9 10; do : < /dev/null; done');
    const after = new Float64Array(512);
    cgroup.source.syscallCounts(7, after);
    const OPENAT = 257;
    expect((after[OPENAT] as number) - (before[OPENAT] as number)).toBe(cgroup.of('file.open').length);
  });

  it('gives its own numbers to records of the agent', async () => {
    await using cgroup = new TracedCgroup();
    await cgroup.run('true');
    const last = Number(cgroup.seen.at(-1)?.sequence);
    expect(cgroup.source.takeSequences(3)).toBe(BigInt(last + 1));
    await cgroup.run('true');
    expect(Number(cgroup.seen.at(-1)?.sequence)).toBeGreaterThan(last + 3);
  });

  it('traces a cgroup from its first process on, and tells when it goes away', async () => {
    await using cgroup = new TracedCgroup();
    await cgroup.run(`mkdir ${cgroup.path}/inner && echo $$ > ${cgroup.path}/inner/cgroup.procs && exec true`);
    const created = cgroup.of('cgroup.created')[0];
    expect(created).toMatchObject({ slot: 7, generation: 3, comm: 'mkdir' });
    expect(
      execOf(
        cgroup.seen.filter((event) => event.cgroup === created?.cgroup),
        '/usr/bin/true',
      ),
    ).toMatchObject({ slot: 7 });
    await cgroup.run(`rmdir ${cgroup.path}/inner`);
    expect(cgroup.of('cgroup.removed')[0]).toMatchObject({ cgroup: created?.cgroup });
  });

  it('tells the same with the build for older kernels', async () => {
    await using cgroup = new TracedCgroup({ trace: true, portable: true });
    await cgroup.run('cd /etc && exec /bin/cat ./hostname /nothing');
    expect(cgroup.source.probes().filter((probe) => probe.state !== 'attached')).toEqual([]);
    expect(execOf(cgroup.seen, '/usr/bin/cat')).toMatchObject({
      args: ['/bin/cat', './hostname', '/nothing'],
      cwd: '/etc',
    });
    expect(open(cgroup.seen, '/etc/hostname')).toMatchObject({ flags: 0, links: 1 });
    expect(open(cgroup.seen, '/nothing')).toMatchObject({ result: -2 });
  });

  it('says of every probe that it is attached, and loses nothing', async () => {
    await using cgroup = new TracedCgroup();
    await cgroup.run('true');
    expect(cgroup.source.probes().filter((probe) => probe.state !== 'attached')).toEqual([]);
    expect(cgroup.source.losses()).toEqual([]);
  });
});
