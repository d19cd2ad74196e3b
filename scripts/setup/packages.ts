import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a machine is asked to do; each needs other programs. */
export type Group = 'run' | 'replay' | 'demo' | 'test' | 'check';

/** A Debian package and how to see, on any Linux, that what it brings is there. */
export interface NeededPackage {
  readonly name: string;
  readonly why: string;
  readonly present: (path: string) => boolean;
}

/** Whether `path` (as in $PATH) has an executable whose whole name matches. */
function program(name: RegExp): (path: string) => boolean {
  return (path) =>
    path.split(':').some((folder) => {
      if (!existsSync(folder)) return false;
      return readdirSync(folder).some((file) => name.test(file) && executable(join(folder, file)));
    });
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const file = (path: string) => () => existsSync(path);

/** Whether an ELF file asks for no program interpreter (PT_INTERP, see elf(5)): it runs in an empty container. */
export function isStaticElf(path: string): boolean {
  if (!existsSync(path)) return false;
  const bytes = readFileSync(path);
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2) return false;
  const at = Number(bytes.readBigUInt64LE(32));
  const size = bytes.readUInt16LE(54);
  const count = bytes.readUInt16LE(56);
  return !Array.from({ length: count }, (_, i) => bytes.readUInt32LE(at + i * size)).includes(3);
}

/** Where PostgreSQL keeps its server programs: Debian leaves them out of $PATH. */
function postgresqlServer(): boolean {
  const root = '/usr/lib/postgresql';
  return existsSync(root) && readdirSync(root).some((version) => existsSync(join(root, version, 'bin/initdb')));
}

const clang = { name: 'clang', why: 'compiles the probes', present: program(/^clang(-\d+)?$/) };
const runc = { name: 'runc', why: 'runs the containers', present: program(/^runc$/) };
const busybox = {
  name: 'busybox-static',
  why: 'is the image of the containers',
  present: () => isStaticElf('/bin/busybox'),
};

const natsServer = { name: 'nats-server', why: 'is the bus', present: program(/^nats-server$/) };
const run: readonly NeededPackage[] = [
  clang,
  { name: 'libbpf-dev', why: 'loads the probes', present: file('/usr/include/bpf/libbpf.h') },
  { name: 'liblz4-dev', why: 'packs batches', present: file('/usr/include/lz4.h') },
  { name: 'libelf-dev', why: 'is needed by libbpf', present: file('/usr/include/libelf.h') },
  { name: 'zlib1g-dev', why: 'is needed by libbpf', present: file('/usr/include/zlib.h') },
  { name: 'libuv1-dev', why: 'is needed by the native addon', present: file('/usr/include/uv.h') },
  { name: 'g++', why: 'compiles the native addon', present: program(/^g\+\+$/) },
  natsServer,
];
const demo = [...run, runc, busybox];
const clangFormat = { name: 'clang-format', why: 'checks the C and C++ sources', present: program(/^clang-format$/) };

/** The packages of each group. */
export const PACKAGES: Readonly<Record<Group, readonly NeededPackage[]>> = {
  run,
  replay: [natsServer],
  demo,
  test: [
    ...demo,
    { name: 'chromium', why: 'shows the console to the browser tests', present: program(/^chromium$/) },
    { name: 'containerd', why: 'is a container runtime the tests ask', present: program(/^containerd$/) },
    { name: 'docker.io', why: 'is a container engine the tests ask', present: program(/^dockerd$/) },
    { name: 'podman', why: 'is a container engine the tests ask', present: program(/^podman$/) },
    { name: 'crun', why: 'runs the containers of podman', present: program(/^crun$/) },
    { name: 'etcd-server', why: 'keeps what the Kubernetes API of the tests knows', present: program(/^etcd$/) },
    { name: 'postgresql', why: 'is the second store the tests run on', present: postgresqlServer },
  ],
  check: [clangFormat],
};

/** The packages of a group that are not there. Looks in `path` and where Debian puts programs of the system. */
export function missingPackages(group: Group, path: string): readonly NeededPackage[] {
  const folders = `${path}:/usr/sbin:/sbin`;
  return PACKAGES[group].filter((needed) => !needed.present(folders));
}
