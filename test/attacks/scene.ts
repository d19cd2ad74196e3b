import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Alert } from '@picket/sdk';
import { allAlerts } from '../support/alerts.ts';
import { cgroupFolders, removeCgroup } from '../support/container/cgroup.ts';
import { imageFolder } from '../support/container/image.ts';
import {
  type ContainerMount,
  type ContainerOptions,
  startContainer,
  type TestContainer,
} from '../support/container.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { compileCalls, compileTool } from './compile-tool.ts';
import { ask, PORTS, sh } from './deed.ts';
import { METADATA } from './deeds/credentials.ts';
import { CGROUPS, HOST_FOLDER, SOCKETS } from './deeds/escapes.ts';
import { PUBLIC_ADDRESS } from './deeds/network.ts';
import { VOLUME } from './deeds/programs.ts';
import { FOREIGN_CGROUP } from './deeds/system-calls.ts';

/** Says that everything before it has been looked at: the file is opened last, and events keep their order. */
const MARKER = `
- rule: marker of the story
  desc: tells that everything done before it was looked at
  condition: evt.type in (open, openat) and fd.name startswith /tmp/marker-
  output: opened %fd.name
  priority: DEBUG
`;
const MARKER_RULE = 'marker of the story';

export const IMAGE = 'registry.example/shop/web:1.4';

/** A whole Picket and containers that have everything the deeds need. */
export class Scene {
  readonly stack: Stack;
  readonly #folder: string;
  readonly #sockets: readonly Server[];
  readonly #containers: TestContainer[] = [];
  #markers = 0;

  private constructor(stack: Stack, folder: string, sockets: readonly Server[]) {
    this.stack = stack;
    this.#folder = folder;
    this.#sockets = sockets;
  }

  static async open(): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), 'picket-scene-'));
    try {
      mkdirSync(join(folder, 'host/etc'), { recursive: true });
      mkdirSync(foreignCgroup(folder));
      for (const name of ['shadow', 'hostname']) writeFileSync(join(folder, 'host/etc', name), 'of the host\n');
      mkdirSync(join(folder, 'plugins'));
      copyFileSync(compileTool(), join(folder, 'plugins/plugin'));
      writeFileSync(join(folder, 'marker.yaml'), MARKER);
      const stack = await startStack({ rules: join(folder, 'marker.yaml') });
      const sockets = ['docker.sock', 'app.sock'].map((name) => createServer().listen(join(folder, name)));
      return new Scene(stack, folder, sockets);
    } catch (error) {
      removeCgroup(basename(folder));
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const container of this.#containers) await container.remove();
    await this.stack.stop();
    for (const socket of this.#sockets) socket.close();
    removeCgroup(basename(this.#folder));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /**
   * A container with a server as its entrypoint, a data server and a Java server beside it.
   * @param server name of the entrypoint: nginx is one that rules know
   */
  async container(name: string, server: 'nginx' | 'app-server'): Promise<TestContainer> {
    const args = [server, String(PORTS.web)];
    const container = await this.start({ name, image: IMAGE, args, mounts: this.#mounts() });
    for (const address of [...Object.values(METADATA), PUBLIC_ADDRESS]) await container.addAddress(address);
    const servers = `redis-server ${PORTS.data} java ${PORTS.java} make ${PORTS.build}`;
    await sh(`set -- ${servers}; while [ $# -gt 0 ]; do $1 $2 >/dev/null 2>&1 & shift 2; done`)(container);
    for (const port of Object.values(PORTS))
      await waitFor(`the server at ${port}`, async () => ((await ask(port)(container)).code === 0 ? true : undefined));
    return container;
  }

  /** A file of the host for a container. */
  hostFile(destination: string): ContainerMount {
    return bind(join(this.#folder, 'host/etc/hostname'), destination);
  }

  /** Starts a container that is removed with the scene. */
  async start(options: ContainerOptions): Promise<TestContainer> {
    const container = await startContainer(options);
    this.#containers.push(container);
    return container;
  }

  /** Opens a marker in the container and waits for its alert; answers the alerts of the container until then. */
  async alertsOf(container: TestContainer): Promise<Alert[]> {
    const marker = `/tmp/marker-${++this.#markers}`;
    await container.exec(['touch', marker]);
    return await waitFor(`the alert of ${marker} in ${container.id}`, async () => {
      const alerts = (await allAlerts(this.stack)).filter((alert) => alert.container?.full_id === container.id);
      const seen = alerts.some(({ output }) => output === `opened ${marker}`);
      return seen ? alerts.filter((alert) => !isOfMarker(alert)) : undefined;
    });
  }

  #mounts(): ContainerMount[] {
    const server = join(imageFolder(), 'usr/sbin/nginx');
    return [
      ...['/usr/sbin/app-server', '/usr/bin/redis-server', '/usr/bin/java', '/usr/bin/make'].map((path) =>
        bind(server, path),
      ),
      ...['tool', 'ssh', 'rg', 'apt-get', 'apt-config', 'python3', 'pip3', 'pkexec', 'debugfs'].map((name) =>
        bind(compileTool(), `/usr/bin/${name}`),
      ),
      bind(join(this.#folder, 'plugins'), VOLUME),
      bind(join(this.#folder, 'host'), HOST_FOLDER),
      bind(join(this.#folder, 'docker.sock'), SOCKETS.runtime),
      bind(join(this.#folder, 'app.sock'), SOCKETS.app),
      bind(compileCalls(), '/usr/bin/calls'),
      { ...bind(foreignCgroup(this.#folder), FOREIGN_CGROUP), options: ['bind', 'rw'] },
      { source: 'cgroup', destination: CGROUPS, type: 'cgroup', options: ['nosuid', 'noexec', 'nodev'] },
    ];
  }
}

/** The alert of a marker, or that a command was brought in to open it. */
const isOfMarker = ({ rule, output_fields }: Alert): boolean =>
  rule === MARKER_RULE || String(output_fields['proc.cmdline']).startsWith('touch /tmp/marker-');

/** A cgroup v2 folder that belongs to no container, called like the folder of the scene. */
function foreignCgroup(folder: string): string {
  const v2 = cgroupFolders(basename(folder)).find(({ type }) => type === 'cgroup2');
  if (!v2) throw new Error('no cgroup v2 hierarchy is mounted');
  return v2.folder;
}

function bind(source: string, destination: string): ContainerMount {
  return { source, destination, type: 'bind', options: ['bind', 'ro'] };
}
