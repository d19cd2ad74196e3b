import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Seen, TracedCgroup } from './traced-cgroup.ts';

/** What the program says of itself. */
export interface Made {
  readonly pid: number;
  /** 0 when no call needed one. */
  readonly child: number;
  /** One a call; errors are negative. */
  readonly results: readonly number[];
}

/** x86-64 numbers of the calls that are made here. */
export const NR = {
  ...{ mmap: 9, mprotect: 10, close: 3, dup: 32, dup2: 33, socket: 41, bind: 49, fcntl: 72, ptrace: 101 },
  ...{ setuid: 105, setgid: 106, setreuid: 113, setresuid: 117, setresgid: 119, setfsuid: 122, setfsgid: 123 },
  ...{ capset: 126, personality: 135, pivotRoot: 155, prctl: 157, chroot: 161, mount: 165, umount2: 166, swapon: 167 },
  ...{ reboot: 169, initModule: 175, deleteModule: 176, kexecLoad: 246, addKey: 248, requestKey: 249, keyctl: 250 },
  ...{ unshare: 272, dup3: 292, perfEventOpen: 298, setns: 308, processVmReadv: 310, processVmWritev: 311 },
  ...{ finitModule: 313, memfdCreate: 319, kexecFileLoad: 320, bpf: 321, userfaultfd: 323, pkeyMprotect: 329 },
  ...{ ioUringSetup: 425, moveMount: 429, fsopen: 430, fsconfig: 431, fsmount: 432, pidfdOpen: 434, getpid: 39 },
} as const;

const NAME = 'notable-calls';

/** The compiled notable-calls.c in a folder of its own, for tests. */
export class NotableProgram {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'picket-notable-'));
  readonly path: string = join(this.folder, NAME);

  /** @throws Error with what the compiler said */
  constructor() {
    const source = fileURLToPath(new URL(`${NAME}.c`, import.meta.url));
    const flags = ['-O1', '-static', '-Wall', '-Wextra', '-Werror'];
    const { status, stderr } = spawnSync('gcc', [...flags, '-o', this.path, source], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  /** Makes the calls in the cgroup and in its folder, behind `prefix` (unshare, setpriv …). */
  async make(cgroup: TracedCgroup, calls: string, prefix = ''): Promise<Made> {
    const { stdout, code } = await cgroup.run(`exec ${prefix} ${this.path} ${calls}`, { cwd: this.folder });
    if (code !== 0) throw new Error(`${NAME} ${calls} ended with code ${code}`);
    return JSON.parse(stdout.slice(stdout.lastIndexOf('{"pid"'))) as Made;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** The notable calls that the program itself made, without the shell before it. */
export const madeBy = (cgroup: TracedCgroup): Seen[] =>
  cgroup.of('syscall.notable').filter((event) => event.comm === NAME);

export const flagged = (event: Seen | undefined, flag: number): boolean => (Number(event?.flags) & flag) !== 0;
