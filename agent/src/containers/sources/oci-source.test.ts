import { execFileSync } from 'node:child_process';
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectingLog } from '../../testing/collect.ts';
import { findCgroupMounts } from '../cgroup-root.ts';
import { OciSource } from './oci-source.ts';

const ID = 'a'.repeat(64);
const mounts = findCgroupMounts();
let folder: string;
let roots: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-meta-'));
  roots = join(folder, 'state');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const reader = (log = collectingLog().log) =>
  new OciSource({ mounts, runtimeRoots: [join(roots, '*'), roots], dockerRoots: [join(folder, 'docker')], log });

function writeState(id: string, cgroupPath: string, bundle: string, where = roots): string {
  mkdirSync(join(where, id), { recursive: true });
  const file = join(where, id, 'state.json');
  const cgroup_paths = { '': `${mounts.root}${cgroupPath}` };
  const state = {
    id,
    cgroup_paths,
    init_process_pid: 5,
    init_process_start: 3,
    config: { labels: [`bundle=${bundle}`] },
  };
  writeFileSync(file, JSON.stringify(state));
  return file;
}

function writeBundle(annotations: Record<string, string>): string {
  const bundle = join(folder, 'bundle');
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, 'config.json'), JSON.stringify({ annotations }));
  return bundle;
}

describe('OciSource', () => {
  it('joins state and bundle', async () => {
    writeState('box', '/box', writeBundle({ 'org.opencontainers.image.ref.name': 'img:1' }));
    const facts = await reader().find({ path: '/box', runtime: '' });
    expect(facts).toMatchObject({ id: 'box', name: 'box', workload: 'box', runtime: 'runc', image: 'img:1' });
    expect(facts?.initStart).toBe(30_000_000n);
  });

  it('finds by id, and only the state that names this cgroup', async () => {
    writeState(ID, '/docker/elsewhere', '');
    expect(await reader().find({ path: `/docker/${ID}`, id: ID, runtime: 'docker' })).toBeUndefined();
    writeState(ID, `/docker/${ID}`, '');
    expect(await reader().find({ path: `/docker/${ID}`, id: ID, runtime: 'docker' })).toMatchObject({ id: ID });
  });

  it('takes the state of a child cgroup for its container', async () => {
    mkdirSync(join(roots, 'c'), { recursive: true });
    writeFileSync(join(roots, 'c', 'status'), JSON.stringify({ 'cgroup-path': '/box/container', pid: 3 }));
    expect(await reader().find({ path: '/box', runtime: '' })).toMatchObject({ id: 'c', runtime: 'crun', initPid: 3 });
    expect(await reader().find({ path: '/bo', runtime: '' })).toBeUndefined();
  });

  it('asks Docker for what the bundle does not say', async () => {
    writeState(ID, `/docker/${ID}`, writeBundle({}), join(roots, 'moby'));
    mkdirSync(join(folder, 'docker', 'containers', ID), { recursive: true });
    const config = { Name: '/panda', Config: { Image: 'nginx' } };
    writeFileSync(join(folder, 'docker', 'containers', ID, 'config.v2.json'), JSON.stringify(config));
    const facts = await reader().find({ path: `/docker/${ID}`, id: ID, runtime: '' });
    expect(facts).toMatchObject({ name: 'panda', image: 'nginx', runtime: 'docker' });
  });

  it('reads a state again when it changed, and forgets one that is gone', async () => {
    const file = writeState('box', '/one', '');
    const meta = reader();
    expect(await meta.knownPaths()).toEqual(new Set(['/one']));
    writeState('box', '/other', '');
    expect(await meta.knownPaths()).toEqual(new Set(['/other']));
    rmSync(file);
    expect(await meta.knownPaths()).toEqual(new Set());
  });

  it('takes no notice of folders that are not there', async () => {
    const meta = reader();
    expect(await meta.knownPaths()).toEqual(new Set());
    expect(meta.health().errors).toBe(0);
  });

  const garbage: Record<string, (file: string) => void> = {
    'text that is no JSON': (file) => writeFileSync(file, '{"id": '),
    'a list': (file) => writeFileSync(file, '[]'),
    bytes: (file) => writeFileSync(file, Buffer.from([0, 255, 128, 10])),
    'an empty file': (file) => writeFileSync(file, ''),
    'a file that is too long': (file) => truncateSync(file, 64 * 1024 * 1024),
    'a link': (file) => {
      rmSync(file);
      symlinkSync('/etc/hostname', file);
    },
    'a fifo': (file) => {
      rmSync(file);
      execFileSync('mkfifo', [file]);
    },
    'a folder': (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  };
  it.each(Object.keys(garbage))('is not harmed by %s in place of a state', async (name) => {
    garbage[name]?.(writeState('bad', '/bad', ''));
    writeState('good', '/good', '');
    const { log, lines } = collectingLog();
    const meta = reader(log);
    expect(await meta.find({ path: '/bad', runtime: '' })).toBeUndefined();
    expect(await meta.find({ path: '/good', runtime: '' })).toMatchObject({ id: 'good' });
    expect(meta.health().errors).toBe(1);
    expect(lines.filter((line) => line.includes('can not be used'))).toHaveLength(1);
  });

  it('keeps what the state says when the bundle is garbage', async () => {
    const bundle = writeBundle({});
    writeFileSync(join(bundle, 'config.json'), 'garbage');
    writeState('box', '/box', bundle);
    const meta = reader();
    expect(await meta.find({ path: '/box', runtime: '' })).toMatchObject({ id: 'box', image: '' });
    expect(await meta.find({ path: '/box', runtime: '' })).not.toHaveProperty('flags');
    expect(meta.health().errors).toBe(2);
  });

  it('does not believe a user about a cgroup that is not delegated to that user', async () => {
    const file = writeState('box', '', '');
    chownSync(file, 12_345, 12_345);
    expect(await reader().find({ path: '', runtime: '' })).toBeUndefined();
    chownSync(file, 0, 0);
    expect(await reader().find({ path: '', runtime: '' })).toMatchObject({ id: 'box' });
  });

  it('does not read for a user what belongs to root', async () => {
    const bundle = writeBundle({ 'org.opencontainers.image.ref.name': 'secret' });
    const cgroup = `${mounts.root}/picket-user-${process.pid}`;
    mkdirSync(cgroup);
    try {
      chownSync(cgroup, 12_345, 12_345);
      const path = `/picket-user-${process.pid}`;
      chownSync(writeState('box', path, bundle), 12_345, 12_345);
      expect(await reader().find({ path, runtime: '' })).toMatchObject({ id: 'box', image: '' });
      chownSync(join(bundle, 'config.json'), 12_345, 12_345);
      expect(await reader().find({ path, runtime: '' })).toMatchObject({ image: 'secret' });
    } finally {
      rmdirSync(cgroup);
    }
  });
});
