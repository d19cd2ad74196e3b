import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url));
const BUSYBOX = '/bin/busybox';

/** Programs of our own in the image and their sources. */
const BUILT: Readonly<Record<string, string>> = {
  'usr/sbin/nginx': 'server.c',
  'usr/bin/memory-run': 'memory_run.c',
};

const FOLDERS =
  'bin dev dev/shm etc etc/crontabs home/app opt proc root run sys tmp usr/bin usr/local/bin usr/sbin var/log var/tmp';

const TEXTS: Readonly<Record<string, string>> = {
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/false\napp:x:1000:1000::/home/app:/bin/sh\n',
  'etc/group': 'root:x:0:\nshadow:x:42:\nwww-data:x:33:\napp:x:1000:\n',
  'etc/shadow': 'root:*:19000:0:99999:7:::\napp:!:19000:0:99999:7:::\n',
  'etc/hostname': 'container\n',
  'etc/hosts': '127.0.0.1 localhost\n',
  'etc/resolv.conf': 'nameserver 127.0.0.1\n',
  'etc/nginx.conf': 'worker_processes 1;\n',
};

/**
 * The folder of the image: a static busybox with its applets and a few programs of ours. Made once for given
 * contents, below build/; processes that make it at the same time do not disturb each other.
 */
export function imageFolder(): string {
  const folder = join(ROOT, 'build/container-image', contentsHash());
  if (existsSync(folder)) return folder;
  const half = `${folder}.${process.pid}.half`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  fill(half);
  try {
    renameSync(half, folder);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function contentsHash(): string {
  const hash = createHash('sha256').update(readFileSync(BUSYBOX)).update(FOLDERS).update(JSON.stringify(TEXTS));
  for (const [target, source] of Object.entries(BUILT))
    hash.update(target).update(readFileSync(join(PROGRAMS, source)));
  return hash.update(fill.toString()).digest('hex').slice(0, 16);
}

function fill(folder: string): void {
  for (const path of FOLDERS.split(' ')) mkdirSync(join(folder, path), { recursive: true });
  for (const path of ['tmp', 'var/tmp', 'dev/shm']) chmodSync(join(folder, path), 0o1777);
  copyFileSync(BUSYBOX, join(folder, 'bin/busybox'));
  for (const applet of execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n'))
    if (applet !== 'busybox') symlinkSync('busybox', join(folder, 'bin', applet));
  for (const [path, text] of Object.entries(TEXTS)) writeFileSync(join(folder, path), text);
  chmodSync(join(folder, 'etc/shadow'), 0o600);
  for (const [target, source] of Object.entries(BUILT)) {
    mkdirSync(dirname(join(folder, target)), { recursive: true });
    const output = join(folder, target);
    execFileSync('gcc', ['-static', '-O1', '-Wall', '-Werror', '-D_GNU_SOURCE', join(PROGRAMS, source), '-o', output]);
  }
}
