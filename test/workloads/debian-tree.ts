import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from '../support/container/run-program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What the six workloads and their helpers run, as Debian packages. */
const PACKAGES = [
  'binutils-source',
  'ca-certificates',
  'cron',
  'curl',
  'dnsmasq-base',
  'gcc',
  'gettext-base',
  'git',
  'gosu',
  'libc6-dev',
  'logrotate',
  'make',
  'nginx',
  'node-express',
  'node-pg',
  'node-redis',
  'nodejs',
  'postgresql-15',
  'procps',
  'redis-server',
  'xz-utils',
];

const SUITE = 'bookworm';

/**
 * The folder of a Debian with everything the workloads need, as mmdebstrap makes it. Made once for a list of packages,
 * below build/; that takes some minutes, about a gigabyte and, when it is missing, the Debian package mmdebstrap.
 * @throws Error with what mmdebstrap or apt-get said
 */
export async function debianTree(note: (line: string) => void): Promise<string> {
  const name = createHash('sha256')
    .update([SUITE, ...PACKAGES].join())
    .digest('hex')
    .slice(0, 12);
  const folder = join(ROOT, 'build/workloads', `debian-${name}`);
  if (existsSync(folder)) return folder;
  if (!existsSync('/usr/bin/mmdebstrap'))
    await mustRun('apt-get', ['install', '-y', '--no-install-recommends', 'mmdebstrap']);
  note('making the root file system from Debian packages; this takes some minutes, once');
  const half = `${folder}.half`;
  await unmountBelow(half);
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  try {
    await mustRun('mmdebstrap', ['--mode=root', '--variant=minbase', `--include=${PACKAGES.join()}`, SUITE, half]);
  } finally {
    await unmountBelow(half);
  }
  // Jobs of the daily cron wait up to half an hour, so that not all machines of a site wake at once.
  writeFileSync(join(half, 'etc/apt/apt.conf.d/90-no-wait'), 'APT::Periodic::RandomSleep "0";\n');
  renameSync(half, folder);
  return folder;
}

/** Where it may not make a mount namespace, mmdebstrap leaves /proc and /sys mounted. */
async function unmountBelow(folder: string): Promise<void> {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) await mustRun('umount', [point]);
}
