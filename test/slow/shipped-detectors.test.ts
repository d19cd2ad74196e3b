import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Alert, ProbePlan } from '@picket/sdk';
import { PicketClient } from '@picket/sdk/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ContainerOptions, startContainer, type TestContainer } from '../support/container.ts';
import { uploadShipped } from '../support/live-detectors.ts';
import { planInForce, type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

// Each shipped detector in shadow, on a real act in a real container, beside the acts of the others and a container that
// does what looks alike. Addresses of peers are put on the loopback interface of the network of the container, so that
// connects are answered or refused there.

/**
 * What is not as it ships. The four that judge by numbers of things run as they are; those that judge by time get the
 * least that they take, which for learning and for mining is a minute: the story is that long for them.
 */
const CONFIGS = {
  'lateral-movement': { learn_minutes: 1 },
  // A busy machine does not give each window the same: 50 in place of 25.
  'crypto-miner-shape': { minutes: 1, steady_percent: 50 },
  // 9 connects 2 s apart in place of 17 that are 5 s apart.
  beaconing: { least_seconds: 1, repetitions: 8 },
  'port-scan': {},
  'dns-tunnelling': {},
  'ransomware-shape': {},
  'privilege-escalation-chain': {},
} as const;
type Detector = keyof typeof CONFIGS;
const DETECTORS = Object.keys(CONFIGS) as Detector[];
const SECONDS_TO_LEARN = 61;

const DNS_SERVER = fileURLToPath(new URL('../support/dns-server.ts', import.meta.url));
const POOL = '203.0.113.40';
const OUTSIDE = '203.0.113.20';
const FOLDERS = ['a', 'b', 'c', 'd', 'e'];
const FILES_OF_A_FOLDER = 8;

/** May make namespaces and mounts, and sees files of the host. */
const TRUSTED: Partial<ContainerOptions> = {
  capabilities: ['CAP_SYS_ADMIN'],
  mounts: [{ destination: '/host/etc', type: 'bind', source: '/etc', options: ['rbind', 'ro'] }],
};
/** Held back all the time by its limit, so that its load is the same however busy the machine is. */
const LIMITED: Partial<ContainerOptions> = { cpuPercent: 20 };

const tried = (address: string, port: number | string) => `nc -w 1 ${address} ${port} </dev/null`;
const inBackground = (act: string) => `{ ${act}; } </dev/null >/dev/null 2>&1 &`;
const everyTwoSeconds = (act: string) => inBackground(`while :; do ${act}; sleep 2; done`);
const asked = (count: number, name: string) =>
  `for i in $(seq ${count}); do nslookup -type=a ${name} 127.0.0.1 >/dev/null 2>&1; done; true`;
/** Computes without end and holds a connection to a port of that address, which it answers itself. */
const computing = (address: string, port: number) => `
mkfifo /tmp/idle
${inBackground('sleep 600 >/tmp/idle')}
${inBackground(`sleep 600 | nc -l -p ${port}`)}
until netstat -ltn | grep -q :${port}; do usleep 100000; done
${inBackground(`nc ${address} ${port} </tmp/idle`)}
until netstat -tn | grep ESTABLISHED | grep -q ${address}:${port}; do usleep 100000; done
${inBackground('while :; do :; done')}
`;

let stack: Stack;
let client: PicketClient;
const containers = new Map<string, TestContainer>();
const servers: ChildProcess[] = [];
/** When the workloads made their first connections, and the miner its to the pool. */
let begun = 0;

async function start(name: string, options: Partial<ContainerOptions> = {}, addresses: readonly string[] = []) {
  const container = await startContainer({ name, args: ['sleep', '3600'], ...options });
  containers.set(name, container);
  for (const address of addresses) await container.addAddress(address);
}

const inside = (name: string): TestContainer => {
  const container = containers.get(name);
  if (!container) throw new Error(`there is no container ${name}`);
  return container;
};

/** Runs an act of several programs; it must end well. */
async function act(name: string, script: string, user = '0:0'): Promise<void> {
  const { code, stderr } = await inside(name).exec(['sh', '-c', script], { user });
  expect(code, stderr).toBe(0);
}

/** Answers questions in the network of a container. */
async function serveNames(name: string): Promise<void> {
  const { pid } = inside(name);
  const program = [process.execPath, DNS_SERVER, 'shop.example', '127.0.0.5'];
  const args = ['--target', String(pid), '--net', ...program];
  const server = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(server);
  await once(server.stdout, 'data');
}

/** Files that were there before, and a program of root: the host puts them there, as an image would have them. */
function fill(name: string): void {
  const { rootfs } = inside(name);
  for (const folder of FOLDERS) {
    mkdirSync(join(rootfs, 'data', folder), { recursive: true });
    for (let i = 0; i < FILES_OF_A_FOLDER; i++)
      writeFileSync(join(rootfs, 'data', folder, `${i}.doc`), `report ${i}\n`);
  }
  copyFileSync(join(rootfs, 'bin/busybox'), join(rootfs, 'opt/busybox'));
  chmodSync(join(rootfs, 'opt/busybox'), 0o4755);
}

async function push(...detectors: readonly Detector[]): Promise<void> {
  for (const id of detectors) {
    const { stage } = await uploadShipped(client, id);
    expect(stage).toBe('shadow');
    await client.detectors.config(id, { config: CONFIGS[id] });
  }
}

/** Waits until the agent tells all of these kinds. */
async function told(kinds: readonly string[], opens: readonly string[]): Promise<void> {
  await waitFor('the plan of the detectors', async () => {
    const plan = await stack.get<ProbePlan>('plan');
    return (kinds.every((kind) => plan.kinds.includes(kind)) && opens.includes(plan.opens.write)) || undefined;
  });
  await planInForce(stack);
}

/** What a detector found in containers of this story. */
async function findingsOf(id: Detector): Promise<Alert[]> {
  const { items } = await client.detectors.findings(id, { limit: 200 });
  const ours = [...containers.values()].map((container) => container.id);
  return items.map(({ alert }) => alert).filter((alert) => ours.includes(alert.container?.full_id ?? ''));
}

/** Waits until so many different things were said of a container, and answers them in alphabetical order. */
async function said(id: Detector, name: string, count = 1, seconds = 20): Promise<string[]> {
  return await waitFor(
    `what ${id} finds in ${name}`,
    async () => {
      const found = (await findingsOf(id)).filter(({ container }) => container?.full_id === inside(name).id);
      const outputs = [...new Set(found.map(({ output }) => output))].sort();
      return outputs.length >= count ? outputs : undefined;
    },
    seconds,
  );
}

beforeAll(async () => {
  // Every container and every process of the stack listens for the end of this one.
  process.setMaxListeners(20);
  stack = await startStack();
  client = new PicketClient({ baseUrl: stack.api, token: stack.token });
  // Those that need a minute first; the others come and act in it.
  await push('lateral-movement', 'crypto-miner-shape');
  const hosts = Array.from({ length: 10 }, (_, i) => `10.0.9.${i + 1}`);
  await start('mover', {}, ['10.96.0.5', '10.0.7.9', ...hosts]);
  await start('miner', LIMITED, [POOL]);
  await start('computing', LIMITED, [POOL]);
  await start('ordinary', TRUSTED, ['10.96.0.5', '10.96.0.10', OUTSIDE]);
  await told(['net.connect', 'net.close', 'net.dns', 'window.resources'], ['none', 'listed', 'all']);
  for (const name of ['mover', 'ordinary']) await inside(name).exec(['sh', '-c', tried('10.96.0.5', 5432)]);
  await act('miner', computing(POOL, 3333));
  await act('computing', computing(POOL, 9000));
  begun = performance.now();
  await push('beaconing', 'port-scan', 'dns-tunnelling', 'ransomware-shape', 'privilege-escalation-chain');
  await start('scanner', {}, [OUTSIDE]);
  await start('tunnel');
  await start('beacon', {}, [OUTSIDE]);
  await start('ransom');
  await start('escape', TRUSTED);
  for (const name of ['ransom', 'escape', 'ordinary']) fill(name);
  for (const name of ['tunnel', 'ordinary']) await serveNames(name);
  const kinds = ['file.open', 'file.modify', 'process.exec', 'process.fork', 'process.exit'];
  await told([...kinds, 'syscall.notable', 'net.unix'], ['all']);
});
afterAll(async () => {
  for (const server of servers) {
    const ended = server.exitCode === null && server.signalCode === null ? once(server, 'close') : undefined;
    server.kill();
    await ended;
  }
  await Promise.all([...containers.values()].map((container) => container.remove()));
  await stack?.stop();
});

it('acts that look alike, and those that take their time, begin', async () => {
  await act('beacon', everyTwoSeconds(tried(OUTSIDE, 443)));
  // health checks within the cluster
  await act('ordinary', everyTwoSeconds(tried('10.96.0.10', 8000)));
  // few ports, again and again
  await act('ordinary', `for i in 1 2 3; do for p in $(seq 3000 3011); do ${tried(OUTSIDE, '$p')}; done; done; true`);
  await act('ordinary', asked(30, '$(cat /proc/sys/kernel/random/uuid).telemetry.example'));
  // logs are turned over and packed
  await act('ordinary', 'for f in /data/*/*.doc; do mv $f $f.1; done; gzip /data/*/*.1');
  // an agent that reads the host; a tool of root that a user may run; a sandbox
  await act('ordinary', 'cat /host/etc/hostname >/dev/null');
  await act('ordinary', '/opt/busybox true', '1000:1000');
  await act('ordinary', "unshare -m sh -c 'mount -t tmpfs none /tmp; touch /tmp/x'");
});

it('port-scan: twenty-five ports of a host', async () => {
  await act('scanner', `for p in $(seq 3000 3024); do ${tried(OUTSIDE, '$p')}; done; true`);
  expect(await said('port-scan', 'scanner')).toEqual([`20 different ports of ${OUTSIDE} were tried within 60 s`]);
});

it('dns-tunnelling: thirty names of random bytes', async () => {
  await act('tunnel', asked(30, "$(head -c 28 /dev/urandom | od -An -tx1 | tr -d ' \\n').tunnel.example"));
  expect(await said('dns-tunnelling', 'tunnel')).toEqual([
    '20 different names with data below tunnel.example were asked for within 60 s: 1120 bytes',
  ]);
});

it('ransomware-shape: forty files of five folders get a new ending, and each folder a note', async () => {
  const seal = 'for f in /data/$d/*.doc; do mv $f $f.sealed; done; echo pay > /data/$d/HOW-TO-RESTORE.txt';
  await act('ransom', `for d in ${FOLDERS.join(' ')}; do ${seal}; done`);
  expect(await said('ransomware-shape', 'ransom', 2)).toEqual([
    '30 files in at least 4 folders became files of one other kind within 60 s, the last /data/d/5.doc',
    '30 files in at least 4 folders were changed, and a file of one name was put into 4 folders within 60 s, the last /data/d/HOW-TO-RESTORE.txt',
  ]);
});

it('privilege-escalation-chain: root gained, or namespace and mount made, and then a file of the host', async () => {
  await act('escape', "/opt/busybox sh -c 'cat /host/etc/hostname >/dev/null; true'", '1000:1000');
  await act('escape', "unshare -m sh -c 'cat /host/etc/hostname >/dev/null; true'");
  const [made, gained] = await said('privilege-escalation-chain', 'escape', 2);
  expect(made).toMatch(/^namespace made, file system mounted, host file opened; .* by \/host\/etc\/hostname$/);
  expect(gained).toMatch(/^setuid program run, host file opened; .* by \/host\/etc\/hostname$/);
});

it('beaconing: a connect every two seconds', async () => {
  const [first] = await said('beaconing', 'beacon', 1, 60);
  expect(first).toMatch(/^203\.0\.113\.20 port 443 was connected to 9 times, every 2(\.\d+)? s within \d+ %$/);
});

it('crypto-miner-shape: a minute of load with a connection to a port of pools', async () => {
  const [first] = await said('crypto-miner-shape', 'miner', 1, 100);
  expect(first).toMatch(
    /^the container has used [12]\d % of a processor without pause for 1 minutes and holds a connection to 203\.0\.113\.40 port 3333: pools listen on that port$/,
  );
});

it('lateral-movement: ways that were not learned, to a port of administration and to ten hosts', async () => {
  await sleep(Math.max(0, begun + SECONDS_TO_LEARN * 1000 - performance.now()));
  // what was learned, and a peer outside
  await act('ordinary', `${tried('10.96.0.5', 5432)}; ${tried(OUTSIDE, 22)}; true`);
  const hosts = `for h in $(seq 10); do ${tried('10.0.9.$h', 8000)}; done`;
  await act('mover', `{ ${tried('10.96.0.5', 5432)}; ${tried('10.0.7.9', 22)}; ${hosts}; }; true`);
  expect(await said('lateral-movement', 'mover', 2)).toEqual([
    '10 internal hosts were connected to within 300 s that this workload has not talked to before',
    '10.0.7.9 port 22 was connected to, which this workload has not done before',
  ]);
});

it('each finds its own act in its own container, and nothing else', async () => {
  const table: Record<string, string[]> = {};
  for (const id of DETECTORS) {
    const rows = (await findingsOf(id)).map(
      ({ rule, container, event }) => `${container?.name}: ${rule} (${event?.kind})`,
    );
    table[id] = [...new Set(rows)].sort();
  }
  expect(table).toEqual({
    'lateral-movement': [
      'mover: New way to an internal service (net.connect)',
      'mover: Spread to new internal hosts (net.connect)',
    ],
    'crypto-miner-shape': ['miner: Cryptominer at work (window.resources)'],
    beaconing: ['beacon: Beaconing (net.connect)'],
    'port-scan': ['scanner: Port scan (net.connect)'],
    'dns-tunnelling': ['tunnel: DNS tunnelling (net.dns)'],
    'ransomware-shape': ['ransom: Ransomware shape (file.modify)', 'ransom: Ransomware shape (file.open)'],
    'privilege-escalation-chain': ['escape: Privilege escalation (file.open)'],
  });
});

it('none of them made a fault, and none missed an event', async () => {
  for (const id of DETECTORS) {
    const [stats] = (await client.detectors.stats(id)).items;
    expect(stats).toMatchObject({ stage: 'shadow', state: 'running', traps: {}, errors: 0, restarts: 0 });
    expect(Object.values(stats?.skipped ?? {}).filter((count) => count > 0)).toEqual([]);
  }
});
