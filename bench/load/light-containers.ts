import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCgroupMounts } from '../../agent/src/containers/cgroup-root.ts';
import { compileLoad } from './compile.ts';

/** Files that the load opens in turn. */
const FILES = 100;

interface Holder {
  readonly count: number;
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
}

/**
 * Cgroups with the paths of Docker containers and one process each: what discovery recognises, without the cost of a
 * runtime, its name spaces and its metadata. Dispose of it to end them all.
 */
export class LightContainers {
  readonly #folder: string;
  readonly #ownFolder: boolean;
  readonly #files = mkdtempSync(join(tmpdir(), 'picket-files-'));
  readonly #holders: Holder[] = [];

  constructor() {
    this.#folder = join(findCgroupMounts().root, 'docker');
    this.#ownFolder = !existsSync(this.#folder);
    if (this.#ownFolder) mkdirSync(this.#folder);
    for (let i = 0; i < FILES; i++) writeFileSync(join(this.#files, String(i)), '');
  }

  /**
   * Starts and ends `count` one after the other.
   * @returns what their ids begin with
   * @throws Error with the reason
   */
  runOnce(count: number): Promise<string> {
    const prefix = randomBytes(8).toString('hex');
    const { ended } = this.#spawn([prefix, String(count), 'once']);
    return ended.then(() => prefix);
  }

  /**
   * Starts `count` that stay, asleep.
   * @returns what their ids begin with
   */
  async hold(count: number): Promise<string> {
    const prefix = randomBytes(8).toString('hex');
    const holder = { count, ...this.#spawn([prefix, String(count), 'hold', this.#files]) };
    this.#holders.push(holder);
    const ready = new Promise<void>((resolve) => holder.child.stdout?.once('data', () => resolve()));
    await Promise.race([ready, holder.ended]);
    return prefix;
  }

  /** Makes those that stay open so many files a second, all of them together; 0 lets them sleep. */
  setLoad(rate: number): void {
    const all = this.#holders.reduce((sum, { count }) => sum + count, 0);
    for (const { child, count } of this.#holders) child.stdin?.write(`${(rate * count) / all}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { child } of this.#holders) child.stdin?.end();
    await Promise.all(this.#holders.map(({ ended }) => ended));
    rmSync(this.#files, { recursive: true });
    // a runtime of this machine may use it by now
    if (this.#ownFolder && !readdirSync(this.#folder, { withFileTypes: true }).some((entry) => entry.isDirectory()))
      rmdirSync(this.#folder);
  }

  #spawn(args: readonly string[]) {
    const child = spawn(compileLoad('cgroups'), [this.#folder, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (data) => {
      said += data;
    });
    const lastResort = () => this.#removeAll(child, args[0] ?? '');
    process.once('exit', lastResort);
    const ended = new Promise<string>((resolve, reject) => {
      child.once('error', reject).once('close', (code) => {
        process.removeListener('exit', lastResort);
        if (code === 0) resolve(said);
        else reject(new Error(`the light containers failed (${code}): ${said.trim()}`));
      });
    });
    return { child, ended };
  }

  /** A run that is cut short must not leave them behind. */
  #removeAll(child: ChildProcess, prefix: string): void {
    child.kill('SIGKILL');
    for (const name of readdirSync(this.#folder).filter((entry) => entry.startsWith(prefix)))
      spawnSync('sh', ['-c', 'sleep 0.1; rmdir "$0"', join(this.#folder, name)]);
  }
}
