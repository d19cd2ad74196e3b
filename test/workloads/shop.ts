import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ContainerMount, startContainer, type TestContainer } from '../support/container.ts';
import { waitFor } from '../support/wait-for.ts';
import { debianTree } from './debian-tree.ts';
import { Network } from './network.ts';
import { ALL, PROBES, REGISTRY, RESOLVER, SECRETS, type Workload } from './workloads.ts';

const IMAGES = fileURLToPath(new URL('images', import.meta.url));
const STOP_SECONDS = 10;
const READY_SECONDS = 90;

export interface ShopOptions {
  /** Put behind the names of its containers, where several shops run side by side: `-3`. */
  readonly suffix?: string;
  /** May change the files of the images, in a copy of the folder images/, before anything starts. */
  readonly prepare?: (images: string) => void;
}

/** The containers of the recipe, in a network of their own. Needs root, runc and ip(8). Call `close` at the end. */
export class Shop {
  readonly #network: Network;
  readonly #folder: string;
  readonly #debian: string;
  readonly #suffix: string;
  readonly #places = new Map<string, string>();
  readonly #containers = new Map<string, TestContainer>();

  private constructor(network: Network, folder: string, debian: string, suffix: string) {
    this.#network = network;
    this.#folder = folder;
    this.#debian = debian;
    this.#suffix = suffix;
  }

  static async open(note: (line: string) => void, { suffix = '', prepare }: ShopOptions = {}): Promise<Shop> {
    const debian = await debianTree(note);
    // Each container watches for the end of this process.
    process.setMaxListeners(process.getMaxListeners() + 2 * ALL.length);
    const folder = mkdtempSync(join(tmpdir(), 'shop-'));
    const network = await Network.open(`shop${process.pid}${suffix}`);
    const shop = new Shop(network, folder, debian, suffix);
    try {
      shop.#writeFiles();
      prepare?.(join(folder, 'images'));
      for (const { name, host } of ALL) shop.#places.set(name, await network.place(name, host));
      return shop;
    } catch (error) {
      await shop.close();
      throw error;
    }
  }

  /** Ends every container and removes all there was. Harmless when done twice. */
  async close(): Promise<void> {
    await Promise.all([...this.#containers.keys()].map((name) => this.stop(name)));
    await this.#network.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Starts a workload and, where it has a health check, waits until that succeeds. */
  async start(workload: Workload): Promise<TestContainer> {
    const { name, image, args, env, cpuPercent } = workload;
    const container = await startContainer({
      name: `${name}${this.#suffix}`,
      image: `${REGISTRY}${image}:1`,
      layers: [join(this.#folder, 'images', image), this.#debian],
      args,
      ...(env ? { env } : {}),
      cpuPercent,
      network: this.#places.get(name) ?? '',
      mounts: this.#mounts(workload),
    });
    this.#containers.set(name, container);
    const probe = PROBES.find(([probed]) => probed === name);
    if (probe) await waitFor(`${name} to be ready`, () => this.#ready(name, probe[2]), READY_SECONDS);
    return container;
  }

  async #ready(name: string, command: readonly string[]): Promise<true | undefined> {
    const container = this.container(name);
    if (await container.ended()) throw new Error(`${name} ended at once: ${container.output()}`);
    if ((await container.exec(command)).code === 0) return true;
    await sleep(500);
    return undefined;
  }

  /** @throws Error when there is no such container now */
  container(name: string): TestContainer {
    const found = this.#containers.get(name);
    if (!found) throw new Error(`there is no container ${name} now`);
    return found;
  }

  /** The last line that each container has printed by now. */
  lastLines(): string[] {
    return [...this.#containers].flatMap(([name, container]) => {
      const line = container.output().trim().split('\n').at(-1);
      return line ? [`${name}: ${line}`] : [];
    });
  }

  /** Ends a workload as an engine does and removes its container; its volumes stay. Answers what it printed. */
  async stop(name: string): Promise<string> {
    const container = this.#containers.get(name);
    if (!container) return '';
    this.#containers.delete(name);
    await container.stop(STOP_SECONDS);
    const output = container.output();
    await container.remove();
    return output;
  }

  #writeFiles(): void {
    cpSync(IMAGES, join(this.#folder, 'images'), { recursive: true });
    for (const name of new Set(ALL.flatMap(({ volumes }) => Object.keys(volumes ?? {}))))
      mkdirSync(join(this.#folder, 'volumes', name), { recursive: true });
    for (const [name, text] of Object.entries(SECRETS))
      writeFileSync(join(this.#folder, 'volumes/secrets', name), text, { mode: 0o600 });
    const names = ALL.map(({ name, host }) => `${Network.address(host)} ${name}.shop.internal ${name}\n`).join('');
    writeFileSync(join(this.#folder, 'names'), names);
    const resolver = `nameserver ${Network.address(RESOLVER.host)}\nsearch shop.internal\n`;
    writeFileSync(join(this.#folder, 'resolv.conf'), resolver);
    // Servers that have given up root read them too.
    chmodSync(this.#folder, 0o755);
  }

  /** Volumes, and the files that engines put into every container. */
  #mounts({ name, host, volumes }: Workload): ContainerMount[] {
    const hosts = join(this.#folder, `hosts-${name}`);
    writeFileSync(hosts, `127.0.0.1 localhost\n::1 localhost\n${Network.address(host)} ${name}${this.#suffix}\n`);
    return [
      ...Object.entries(volumes ?? {}).map(([volume, at]) => bind(join(this.#folder, 'volumes', volume), at, 'rw')),
      bind(join(this.#folder, 'resolv.conf'), '/etc/resolv.conf', 'rw'),
      bind(hosts, '/etc/hosts', 'rw'),
      ...(name === RESOLVER.name ? [bind(join(this.#folder, 'names'), '/etc/names', 'ro')] : []),
    ];
  }
}

const bind = (source: string, destination: string, mode: 'ro' | 'rw'): ContainerMount => ({
  source,
  destination,
  type: 'bind',
  options: ['rbind', mode],
});
