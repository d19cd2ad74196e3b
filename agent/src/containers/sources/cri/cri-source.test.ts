import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../../../test/support/wait-for.ts';
import { collectingLog } from '../../../testing/collect.ts';
import { CriSource } from './cri-source.ts';
import { FakeRuntime } from './testing/fake-runtime.ts';

/* A runtime of our own, because a real one neither hangs nor lies on request. The stories ask a real containerd. */

const ID = 'c'.repeat(64);
const POD = 'd'.repeat(64);
let folder: string;
let socket: string;
let runtime: FakeRuntime | undefined;
let source: CriSource | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-cri-'));
  socket = join(folder, 'cri.sock');
});
afterEach(() => {
  source?.stop();
  runtime?.stop();
  runtime = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function asking(deadlineMs = 10_000) {
  const { log, lines } = collectingLog();
  const changes: string[] = [];
  source = new CriSource({ sockets: [join(folder, 'none.sock'), socket], log, pollMs: 20, deadlineMs });
  source.start((id) => changes.push(id));
  return { source, lines, changes };
}
const target = (id: string, podUid?: string) => ({ path: '/x', id, runtime: '', ...(podUid ? { podUid } : {}) });

describe('CriSource', () => {
  it.each(['runtime.v1', 'runtime.v1alpha2'] as const)('reads containers and sandboxes over %s', async (version) => {
    runtime = await FakeRuntime.listen(socket, { package: version });
    runtime.add(ID, POD);
    const { source } = asking();
    expect(await source.find(target(ID))).toEqual({
      id: ID,
      runtime: 'cri-o',
      name: 'web',
      image: 'registry.example/shop/web:1.4',
      imageDigest: `sha256:${'e'.repeat(64)}`,
      labels: ['release=one'],
      podLabels: ['app=shop'],
      podName: 'shop-1',
      podNamespace: 'prod',
      podUid: 'uid-of-pod',
      ip: '10.0.0.9',
      started: 1_795_448_332_195_587_034n,
    });
    expect(await source.find(target(POD))).toMatchObject({ id: POD, podName: 'shop-1', podLabels: ['app=shop'] });
    expect(source.health()).toEqual({ state: 'ok', errors: 0 });
  });

  it('knows a container whose sandbox is gone, and takes no id for the name of an image', async () => {
    runtime = await FakeRuntime.listen(socket);
    runtime.add(ID, POD, { image: `sha256:${'e'.repeat(64)}` });
    runtime.sandboxes.clear();
    const found = await asking().source.find(target(ID));
    expect(found).toMatchObject({ id: ID, name: 'web', image: '' });
    expect(found).not.toHaveProperty('podName');
  });

  it('covers pods and what CRI runtimes run', () => {
    const { source } = asking();
    expect(source.covers({ path: '/', runtime: 'docker' })).toBe(false);
    for (const each of [{ podUid: 'u', runtime: '' }, { runtime: 'containerd' }, { runtime: 'cri-o' }])
      expect(source.covers({ path: '/', ...each })).toBe(true);
  });

  it('has nothing to add to a container of no pod, and waits for one of a pod', async () => {
    runtime = await FakeRuntime.listen(socket);
    const { source, changes } = asking();
    expect(await source.find(target(ID))).toEqual({});
    expect(await source.find(target(ID, 'uid-of-pod'))).toBeUndefined();
    runtime.add(ID, POD);
    await waitFor('the change', () => (changes.includes(ID) ? true : undefined));
    expect(changes).toEqual([ID]);
    expect(await source.find(target(ID, 'uid-of-pod'))).toMatchObject({ name: 'web' });
  });

  it('hears of a container at once where the runtime tells of changes', async () => {
    runtime = await FakeRuntime.listen(socket, { events: true });
    const { log } = collectingLog();
    const changes: string[] = [];
    // the poll is far too slow to be the one that finds it
    source = new CriSource({ sockets: [socket], log, pollMs: 60_000 });
    source.start((id) => changes.push(id));
    const { watched } = runtime;
    await waitFor('the stream', () => (watched() > 0 ? true : undefined));
    expect(await source.find(target(ID, 'u'))).toBeUndefined();
    runtime.tell(POD);
    runtime.tell(ID);
    await waitFor('the change', () => (changes.length > 0 ? true : undefined));
    expect(changes).toEqual([ID]);
  });

  it('is absent without a socket, finds one that comes, and fails while one that was there is gone', async () => {
    const { source, changes, lines } = asking();
    expect(source.health()).toEqual({ state: 'absent', errors: 0 });
    expect(await source.find(target(ID, 'u'))).toBeUndefined();
    runtime = await FakeRuntime.listen(socket);
    runtime.add(ID, POD);
    await waitFor('the change', () => (changes.includes(ID) ? true : undefined));
    expect(source.health().state).toBe('ok');
    runtime.stop();
    await expect(source.find(target(ID))).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(source.health()).toMatchObject({ state: 'failing', reason: expect.stringContaining(socket) });
    rmSync(socket, { force: true });
    runtime = await FakeRuntime.listen(socket);
    runtime.add(ID, POD);
    await waitFor('it to be back', () => (source.health().state === 'ok' ? true : undefined));
    expect(await source.find(target(ID))).toMatchObject({ name: 'web' });
    expect(lines.filter((line) => line.includes('can not be asked')).length).toBeLessThanOrEqual(2);
  });

  it('does not wait for one that never answers', async () => {
    runtime = await FakeRuntime.listen(socket, { silent: true });
    const { source } = asking(100);
    await expect(source.find(target(ID))).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    expect(source.health().state).toBe('failing');
  });

  it('does not believe an answer about another container', async () => {
    runtime = await FakeRuntime.listen(socket);
    runtime.add(ID, POD, { id: 'f'.repeat(64) });
    await expect(asking().source.find(target(ID))).rejects.toMatchObject({ code: 'METADATA_INVALID' });
  });

  it('is not harmed by a socket that speaks something else', async () => {
    const { createServer } = await import('node:net');
    const server = createServer((connection) => connection.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(socket);
    try {
      await expect(asking().source.find(target(ID))).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    } finally {
      server.close();
    }
  });
});
