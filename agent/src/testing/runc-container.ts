import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCgroupMounts } from '../containers/cgroup-root.ts';
import { cgroupId } from '../containers/cgroup-tree.ts';

const NAMESPACES = ['pid', 'mount', 'uts', 'ipc', 'network'];
const APPLETS = ['sh', 'sleep', 'cat', 'ls'];
let made = 0;

/** A real container of runc with busybox in it, in the default state folder of runc. */
export interface RuncContainer {
  readonly id: string;
  readonly cgroupPath: string;
  readonly cgroup: bigint;
  readonly pid: number;
  readonly bundle: string;
  /** Ends its processes and removes state, cgroups and files. May be called twice. */
  remove(): void;
}

export interface RuncOptions {
  /** Path below the cgroup root; one of its own when left out. */
  readonly cgroupPath?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** Starts a container and waits until its program runs. */
export function startRunc(options: RuncOptions = {}): RuncContainer {
  const id = `picket-agent-${process.pid}-${made++}`;
  const bundle = mkdtempSync(join(tmpdir(), 'picket-bundle-'));
  const cgroupPath = options.cgroupPath ?? `/${id}`;
  const remove = () => removeRunc(id, bundle, cgroupPath);
  try {
    makeRootfs(join(bundle, 'rootfs'));
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(configOf(cgroupPath, options)));
    // Its output goes nowhere: a pipe would be held open by the container and never end.
    execFileSync('runc', ['run', '--detach', '--bundle', bundle, id], { stdio: 'ignore' });
    const state = JSON.parse(readFileSync(`/run/runc/${id}/state.json`, 'utf8')) as { init_process_pid: number };
    const cgroup = cgroupId(findCgroupMounts().root, cgroupPath);
    if (cgroup === undefined) throw new Error(`runc made no cgroup ${cgroupPath}`);
    return { id, bundle, cgroupPath, cgroup, pid: state.init_process_pid, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function makeRootfs(root: string): void {
  for (const folder of ['bin', 'proc', 'dev', 'tmp', 'sys']) mkdirSync(join(root, folder), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'bin', 'busybox'));
  for (const applet of APPLETS) symlinkSync('busybox', join(root, 'bin', applet));
}

function configOf(cgroupsPath: string, options: RuncOptions): object {
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: options.args ?? ['sleep', '300'],
      env: ['PATH=/bin', 'LD_LIBRARY_PATH=/lib/test', 'PASSWORD=secret'],
      cwd: '/tmp',
      capabilities: { bounding: ['CAP_KILL'], effective: ['CAP_KILL'], permitted: ['CAP_KILL'] },
    },
    root: { path: 'rootfs' },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/data', type: 'tmpfs', source: 'tmpfs', options: ['ro'] },
    ],
    annotations: options.annotations ?? {},
    linux: { cgroupsPath, namespaces: NAMESPACES.map((type) => ({ type })), maskedPaths: ['/proc/kcore'] },
  };
}

function removeRunc(id: string, bundle: string, cgroupPath: string): void {
  execFileSync('sh', ['-c', 'runc delete --force "$1" 2>/dev/null || true', 'sh', id], { stdio: 'ignore' });
  rmSync(bundle, { recursive: true, force: true });
  for (const mount of findCgroupMounts().all) removeCgroups(mount, cgroupPath);
}

/** runc removes the cgroup of the container but not the folders that it made above. */
function removeCgroups(mount: string, cgroupPath: string): void {
  for (let path = cgroupPath; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
    try {
      rmdirSync(`${mount}${path}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
    }
  }
}
