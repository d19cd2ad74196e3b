import { chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerFlag } from '@picket/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collectingLog } from '../../../testing/collect.ts';
import { DockerSource } from './docker-source.ts';
import { DIGEST, FakeEngine } from './testing/fake-engine.ts';

const ID = 'a'.repeat(64);
const target = { path: `/docker/${ID}`, id: ID, runtime: 'docker' };
const WEB = { id: ID, name: 'web', image: 'shop/web:1.4', labels: { team: 'red' } };

let folder: string;
let socket: string;
let engine: FakeEngine;
let source: DockerSource;
let changed: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-engine-'));
  socket = join(folder, 'run/engine.sock');
  mkdirSync(join(folder, 'run'));
  changed = [];
});
afterEach(async () => {
  source.stop();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 });

/** Starts the engine with a container, and the source; waits until it listens. */
async function begin(options: { podman?: boolean; owner?: number } = {}): Promise<void> {
  engine = await FakeEngine.listen(socket, options.podman);
  if (options.owner !== undefined) chownSync(socket, options.owner, 0);
  engine.containers.set(ID, { ...WEB });
  await look();
}

async function look(sockets = [join(folder, '*/engine.sock')]): Promise<void> {
  source = new DockerSource({ sockets, cgroupRoot: join(folder, 'cgroup'), log: collectingLog().log });
  source.start((id) => changed.push(id));
  await until(() => expect(source.health().state).toBe('ok'));
}

describe('a container', () => {
  it('is known with all that the engine tells', async () => {
    await begin();
    await until(async () =>
      expect(await source.find(target)).toEqual({
        id: ID,
        runtime: 'docker',
        name: 'web',
        image: 'shop/web:1.4',
        imageDigest: DIGEST,
        labels: ['team=red'],
        healthcheck: 'true',
        flags: ContainerFlag.privileged,
      }),
    );
    expect(changed).toContain(ID);
  });

  it('is known while the engine still starts it: then only the list answers', async () => {
    await begin();
    const id = 'b'.repeat(64);
    engine.instead.set(`/containers/${id}`, 'silence');
    engine.create({ ...WEB, id, name: 'slow' });
    const found = await source.find({ path: `/docker/${id}`, id, runtime: 'docker' });
    expect(found).toMatchObject({ name: 'slow', image: 'shop/web:1.4', labels: ['team=red'] });
  });

  it('is remembered from its creation on, without a question', async () => {
    await begin();
    const id = 'b'.repeat(64);
    engine.instead.set('/containers/', 'silence');
    engine.create({ ...WEB, id, name: 'early' });
    await until(() => expect(changed).toContain(id));
    const early = { path: `/docker/${id}`, id, runtime: 'docker' };
    expect(source.remembered(early)).toEqual({ id, runtime: 'docker', name: 'early', image: 'shop/web:1.4' });
    expect(source.remembered({ ...early, id: 'c'.repeat(64) })).toBeUndefined();
  });

  it('gets its new name', async () => {
    await begin();
    await until(() => expect(engine.asked).toContain(`/containers/${ID}/json`));
    changed = [];
    engine.containers.set(ID, { ...WEB, name: 'renamed' });
    engine.tell('rename', ID);
    await until(() => expect(changed).toContain(ID));
    expect(await source.find(target)).toMatchObject({ name: 'renamed' });
  });

  it('stays known after it was removed', async () => {
    await begin();
    await until(async () => expect(await source.find(target)).toHaveProperty('imageDigest'));
    engine.tell('destroy', ID);
    engine.containers.delete(ID);
    await until(() => expect(engine.listeners).toBe(1));
    expect(await source.find(target)).toMatchObject({ name: 'web', imageDigest: DIGEST });
  });

  it('is asked for once by many who look for it at the same time', async () => {
    await begin();
    engine.instead.set('/containers/', 'silence');
    engine.asked.length = 0;
    const id = 'c'.repeat(64);
    const looks = Array.from({ length: 50 }, () =>
      source.find({ path: '/x', id, runtime: 'docker' }).catch(() => 'late'),
    );
    expect(new Set(await Promise.all(looks))).toEqual(new Set(['late']));
    expect(engine.asked).toEqual(['/containers/json']);
  });

  it('that no engine knows misses nothing; one of another runtime is not covered', async () => {
    await begin({ podman: true });
    const id = 'd'.repeat(64);
    expect(await source.find({ path: '/x', id, runtime: 'podman' })).toEqual({});
    expect(source.covers({ path: '/x', id, runtime: 'docker' })).toBe(false);
    expect(source.covers({ path: '/x', id, runtime: 'containerd' })).toBe(false);
    expect(source.covers({ path: '/x', id: 'box', runtime: '' })).toBe(false);
    expect(source.covers({ path: `/lane/${id}`, id, runtime: '' })).toBe(true);
  });

  it('of a pod has the names that the kubelet wrote, but only where its path shows a pod', async () => {
    await begin();
    engine.create({ ...WEB, labels: { 'io.kubernetes.container.name': 'app', 'io.kubernetes.pod.name': 'app-1' } });
    await until(async () =>
      expect(await source.find({ ...target, podUid: 'u1' })).toMatchObject({ name: 'app', podName: 'app-1' }),
    );
    expect(await source.find(target)).toMatchObject({ name: 'web' });
  });
});

describe('an engine', () => {
  it('that comes later, goes and comes back is asked again; what it told stays known', async () => {
    await begin();
    await until(async () => expect(await source.find(target)).toHaveProperty('imageDigest'));
    await engine.close();
    await until(() => expect(source.health().state).toBe('absent'));
    engine = await FakeEngine.listen(socket);
    const id = 'b'.repeat(64);
    engine.containers.set(id, { ...WEB, id, name: 'new' });
    await until(() => expect(source.health().state).toBe('ok'));
    await until(() => expect(changed).toContain(id));
    expect(await source.find(target)).toMatchObject({ name: 'web' });
  });

  it('is listed once behind two paths', async () => {
    engine = await FakeEngine.listen(socket);
    symlinkSync(join(folder, 'run'), join(folder, 'var'));
    await look();
    expect(engine.asked.filter((path) => path === '/_ping')).toHaveLength(1);
  });

  it('that sends garbage costs nothing but a count', async () => {
    await begin();
    const before = source.health().errors;
    engine.say('{"Type":');
    engine.say('x'.repeat(300_000));
    engine.say(JSON.stringify({ Type: 'container', Action: 'start', Actor: { ID: '../../etc' } }));
    const id = 'b'.repeat(64);
    engine.create({ ...WEB, id, name: 'behind' });
    await until(() => expect(changed).toContain(id));
    expect(source.health().errors).toBe(before + 3);
  });

  it('that answers about another container is not believed', async () => {
    await begin();
    await until(() => expect(engine.asked).toContain(`/containers/${ID}/json`));
    const id = 'b'.repeat(64);
    engine.instead.set(`/containers/${id}/json`, JSON.stringify({ Id: ID, Name: '/liar' }));
    const before = source.health().errors;
    engine.tell('start', id);
    await until(() => expect(source.health().errors).toBeGreaterThan(before));
    expect(await source.find(target)).toMatchObject({ name: 'web' });
  });

  it('that has no answer for a while is asked again', async () => {
    await begin();
    const id = 'b'.repeat(64);
    engine.instead.set(`/containers/${id}/json`, '{"half');
    engine.create({ ...WEB, id, name: 'late' });
    await until(() => expect(engine.asked).toContain(`/containers/${id}/json`));
    engine.instead.clear();
    const late = { path: '/docker/late', id, runtime: 'docker' };
    await until(async () => expect(await source.find(late)).toMatchObject({ name: 'late', imageDigest: DIGEST }));
  });

  it('that answers without end is cut off', async () => {
    await begin();
    const id = 'b'.repeat(64);
    engine.instead.set(`/containers/${id}/json`, 'x'.repeat(2 * 1024 * 1024));
    const before = source.health().errors;
    engine.tell('start', id);
    await until(() => expect(source.health().errors).toBeGreaterThan(before));
  });

  it('that floods the agent with events is cut off', async () => {
    await begin();
    const other = JSON.stringify({ Type: 'container', Action: 'top', Actor: { ID: ID } });
    engine.say(Array(20_000).fill(other).join('\n'));
    await until(() => expect(source.health()).toMatchObject({ state: 'failing', reason: /more events than allowed/ }));
  });

  it('is told of when it is none', async () => {
    engine = await FakeEngine.listen(socket);
    engine.instead.set('/_ping', 'hello');
    const { log, lines } = collectingLog();
    source = new DockerSource({ sockets: [socket], cgroupRoot: folder, log });
    source.start(() => undefined);
    await until(() => expect(source.health().state).toBe('failing'));
    expect(source.health().reason).toMatch(/is no engine with the API of Docker.*PICKET_DOCKER_SOCKETS/);
    expect(JSON.stringify(lines)).toContain('can not be asked for metadata');
  });

  it.runIf(process.getuid?.() === 0)('of a user speaks only for cgroups of that user', async () => {
    await begin({ owner: 1234 });
    mkdirSync(join(folder, 'cgroup/docker', ID), { recursive: true });
    expect(source.covers(target)).toBe(false);
    expect(await source.find(target)).toBeUndefined();
    chownSync(join(folder, 'cgroup/docker', ID), 1234, 0);
    expect(await source.find(target)).toMatchObject({ name: 'web' });
  });

  it.runIf(process.getuid?.() === 0)('in the folder of a user is one of that user', async () => {
    await begin();
    source.stop();
    chownSync(join(folder, 'run'), 1234, 0);
    await look();
    expect(await source.find(target)).toBeUndefined();
  });
});
