import { mustRun, runProgram } from '../support/container/run-program.ts';

const NETWORK = '10.89.0';

/**
 * A network of its own for containers: a bridge in one network namespace, a namespace with an address for each place.
 * Nothing leads out of it. Call `close` at the end.
 */
export class Network {
  readonly #name: string;
  readonly #places: string[] = [];

  private constructor(name: string) {
    this.#name = name;
  }

  /** @throws Error with what ip(8) said; nothing is left behind */
  static async open(name: string): Promise<Network> {
    const network = new Network(name);
    try {
      await network.#namespace(name);
      await mustRun('ip', ['-n', name, 'link', 'add', 'bridge', 'type', 'bridge']);
      await mustRun('ip', ['-n', name, 'link', 'set', 'bridge', 'up']);
      return network;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  static address(host: number): string {
    return `${NETWORK}.${host}`;
  }

  /** Makes a place with the address of this host; answers the path of its namespace, for the configuration of a container. */
  async place(name: string, host: number): Promise<string> {
    const space = `${this.#name}-${name}`;
    const port = `port${host}`;
    await this.#namespace(space);
    const peer = ['peer', 'name', 'eth0', 'netns', space];
    await mustRun('ip', ['-n', this.#name, 'link', 'add', port, 'type', 'veth', ...peer]);
    await mustRun('ip', ['-n', this.#name, 'link', 'set', port, 'master', 'bridge', 'up']);
    await mustRun('ip', ['-n', space, 'address', 'add', `${Network.address(host)}/24`, 'dev', 'eth0']);
    for (const device of ['lo', 'eth0']) await mustRun('ip', ['-n', space, 'link', 'set', device, 'up']);
    return `/run/netns/${space}`;
  }

  /** Removes all of it. Containers must have ended. Harmless when done twice. */
  async close(): Promise<void> {
    for (const name of this.#places.splice(0).reverse()) await runProgram('ip', ['netns', 'delete', name]);
  }

  async #namespace(name: string): Promise<void> {
    await mustRun('ip', ['netns', 'add', name]);
    this.#places.push(name);
  }
}
